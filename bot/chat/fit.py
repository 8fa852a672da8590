"""Splits a message into pages that keep within a platform's limits. Pure.

Sizes are measured on the wire, after the adapter's escaping (`CanPost.text_width`): in visible characters, a title full
of `&` would overflow. Text that has to be shortened ends in "…".
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from bot.chat.adapter import Limits
from bot.chat.message import (
    Block,
    Bullets,
    Button,
    Card,
    Control,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
    Text,
    clean,
)

MAX_HEADING_CHARS = 150  # Slack's limit of a header block
MAX_REPEATED_PLAIN_CHARS = 80  # of `plain`, on the second page and later
MIN_TITLE_WIDTH = 40  # a card's title is not shortened further
BLOCKS_PER_CARD = 3  # text, picture or small print, buttons

T = TypeVar("T")
Width = Callable[[Text], int]


def fit(message: Message, limits: Limits, width: Width) -> tuple[Message, ...]:
    """The message as one or more pages that keep within `limits`."""
    pages: list[list[Block]] = [[]]
    remaining = limits.max_chars
    for block in (piece for whole in message.blocks for piece in _pieces(whole, limits, width)):
        size = _size(block, width)
        if pages[-1] and (size > remaining or _block_count(pages[-1]) + _block_count([block]) > limits.max_blocks):
            pages.append([])
            remaining = limits.max_chars
        pages[-1].append(block)
        remaining -= size
    plain = _cut(message.plain, limits.max_block_chars, width)
    if len(pages) == 1:
        return (replace(message, plain=plain, blocks=tuple(pages[0])),)
    return tuple(
        replace(
            message if i == 1 else Message(plain=plain),
            plain=plain if i == 1 else f"({i} of {len(pages)}) {_cut(plain, MAX_REPEATED_PLAIN_CHARS, width)}",
            blocks=tuple(page),
        )
        for i, page in enumerate(pages, 1)
    )


def _pieces(block: Block, limits: Limits, width: Width) -> Iterator[Block]:
    """A block as one or more blocks that each keep within the limits of one."""
    max_width = limits.max_block_chars
    match block:
        case Heading(text=title):
            yield Heading(_cut(title, min(max_width, MAX_HEADING_CHARS), width))
        case Paragraph(text=spans):
            yield from (Paragraph(part) for part in _split(spans, max_width, width))
        case Footnote(text=spans):
            yield from (Footnote(part) for part in _split(spans, max_width, width))
        case Bullets(items=items):
            parts = (part for whole in items for part in _split(whole, max_width, width))
            yield from map(Bullets, _grouped(parts, width, max_width))
        case Controls(items=items):
            for i in range(0, len(items), limits.max_buttons):
                yield Controls(tuple(_label(item, limits) for item in items[i : i + limits.max_buttons]))
        case Card():
            yield _card(block, limits, width)
        case Papers(items=papers, first=first):
            cards = (_card(item, limits, width) for item in papers)
            for group in _grouped(cards, lambda card: _size(card, width), max_width):
                yield Papers(group, first)
                first += len(group)  # a list that is broken continues its numbers


def _grouped(items: Iterable[T], size: Callable[[T], int], max_size: int) -> Iterator[tuple[T, ...]]:
    """The items in their order, in groups that each keep within `max_size`."""
    group: list[T] = []
    remaining = max_size
    for item in items:
        if group and size(item) > remaining:
            yield tuple(group)
            group, remaining = [], max_size
        group.append(item)
        remaining -= size(item)
    if group:
        yield tuple(group)


def _card(card: Card, limits: Limits, width: Width) -> Card:
    """A card that fits into a block: its abstract is shortened first, then its other parts, the title last."""
    card = replace(card, controls=tuple(_label(c, limits) for c in card.controls[: limits.max_buttons]))
    for part in ("body", "why", "byline", "summary", "title"):
        over = _size(card, width) - limits.max_block_chars
        if over <= 0:
            return card
        value: str = getattr(card, part)
        keep = max(width((Span(value),)) - over, 0 if part != "title" else MIN_TITLE_WIDTH)
        card = replace(card, **{part: _cut(value, keep, width)})
    if _size(card, width) > limits.max_block_chars:
        card = replace(card, facts=())
    return card


def _label(control: Control, limits: Limits) -> Control:
    return replace(control, label=clean(control.label, limits.max_label_chars))


def _split(spans: Text, max_width: int, width: Width) -> Iterator[Text]:
    """Spans in runs of at max_width `max_width`, broken between spans, else between words."""
    run: list[Span] = []
    for span in (piece for whole in spans for piece in _words(whole, max_width, width)):
        if run and width((*run, span)) > max_width:
            yield tuple(run)
            run = []
        run.append(span)
    if run:
        yield tuple(run)


def _words(span: Span, max_width: int, width: Width) -> Iterator[Span]:
    rest = span
    while width((rest,)) > max_width:
        head = _prefix(rest, max_width, width)
        at = head.rfind(" ")
        cut = at if at > len(head) // 2 else len(head)
        yield replace(rest, text=rest.text[:cut])
        rest = replace(rest, text=rest.text[cut:].lstrip())
    if rest.text:
        yield rest


def _prefix(span: Span, max_width: int, width: Width) -> str:
    """The longest prefix of a span within `max_width`; at least one character."""
    lengths = range(1, len(span.text) + 1)
    fitting = bisect_right(lengths, max_width, key=lambda length: width((replace(span, text=span.text[:length]),)))
    return span.text[: max(fitting, 1)]


def _cut(raw: str, max_width: int, width: Width) -> str:
    if not raw or width((Span(raw),)) <= max_width:
        return raw
    if max_width < 2:
        return ""
    return _prefix(Span(raw), max_width - width((Span("…"),)), width).rstrip() + "…"


def _size(block: Block, width: Width) -> int:
    match block:
        case Heading(text=title):
            return width((Span(title),))
        case Paragraph(text=spans) | Footnote(text=spans):
            return width(spans)
        case Bullets(items=items):
            return sum(width(item) for item in items)
        case Controls(items=items):
            return sum(_control_size(item) for item in items)
        case Papers(items=items):
            return sum(_size(item, width) for item in items)
        case Card():
            parts = (block.byline, block.summary, block.why, block.body)
            words = width((Span(block.title, url=block.url),)) + sum(width((Span(p),)) for p in parts if p)
            return words + width(block.facts) + len(block.picture)


def _control_size(control: Control) -> int:
    match control:
        case Button(label=label, action=action):
            return len(label) + len(str(action))
        case LinkButton(label=label, url=url):
            return len(label) + len(url)


def _block_count(blocks: list[Block]) -> int:
    """How many of the platform's blocks these take."""
    return sum(BLOCKS_PER_CARD + 2 * bool(block.picture) if isinstance(block, Card) else 1 for block in blocks)
