"""A message in as many pages as a platform's limits need; pure.

Sizes are counted on the wire, after the adapter's escaping (`CanPost.text_width`): counted in visible characters,
a title full of `&` overflows. Nothing is cut in silence: what must be shortened ends in "…".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    Paragraph,
    Span,
    Text,
)

Width = Callable[[Text], int]


def fit(message: Message, limits: Limits, width: Width) -> tuple[Message, ...]:
    """The message as pages that all keep within `limits`; the first one when it fits as it is."""
    pages: list[list[Block]] = [[]]
    room = limits.max_chars
    for block in (piece for whole in message.blocks for piece in _pieces(whole, limits, width)):
        size = _size(block, width)
        if pages[-1] and (size > room or _rows(pages[-1]) + _rows([block]) > limits.max_blocks):
            pages.append([])
            room = limits.max_chars
        pages[-1].append(block)
        room -= size
    plain = _cut(message.plain, limits.max_block_chars, width)
    if len(pages) == 1:
        return (replace(message, plain=plain, blocks=tuple(pages[0])),)
    return tuple(
        Message(plain=plain if i == 1 else f"({i} of {len(pages)}) {_cut(plain, 80, width)}", blocks=tuple(page))
        for i, page in enumerate(pages, 1)
    )


def _pieces(block: Block, limits: Limits, width: Width) -> Iterator[Block]:
    """One block as blocks that each keep within the limits of a block."""
    most = limits.max_block_chars
    match block:
        case Heading(text=title):
            yield Heading(_cut(title, min(most, 150), width))  # Slack: header block, 150 characters
        case Paragraph(text=spans):
            yield from (Paragraph(part) for part in _split(spans, most, width))
        case Footnote(text=spans):
            yield from (Footnote(part) for part in _split(spans, most, width))
        case Bullets(items=items):
            yield from _bullets(items, most, width)
        case Controls(items=items):
            for i in range(0, len(items), limits.max_buttons):
                yield Controls(tuple(_label(item, limits) for item in items[i : i + limits.max_buttons]))
        case Card():
            yield _card(block, limits, width)


def _bullets(items: tuple[Text, ...], most: int, width: Width) -> Iterator[Bullets]:
    page: list[Text] = []
    room = most
    for item in (part for whole in items for part in _split(whole, most, width)):
        if page and width(item) > room:
            yield Bullets(tuple(page))
            page, room = [], most
        page.append(item)
        room -= width(item)
    if page:
        yield Bullets(tuple(page))


def _card(card: Card, limits: Limits, width: Width) -> Card:
    """The card with its abstract, then its other parts, shortened until it keeps within a block."""
    card = replace(card, controls=tuple(_label(c, limits) for c in card.controls[: limits.max_buttons]))
    for part in ("body", "why", "byline", "summary", "title"):
        over = _size(card, width) - limits.max_block_chars
        if over <= 0:
            return card
        value: str = getattr(card, part)
        keep = max(width((Span(value),)) - over, 0 if part != "title" else 40)
        card = replace(card, **{part: _cut(value, keep, width)})
    if _size(card, width) > limits.max_block_chars:
        card = replace(card, facts=())
    return card


def _label(control: Control, limits: Limits) -> Control:
    short = (
        control.label
        if len(control.label) <= limits.max_label_chars
        else control.label[: limits.max_label_chars - 1] + "…"
    )
    return replace(control, label=short)


def _split(spans: Text, most: int, width: Width) -> Iterator[Text]:
    """Spans in runs of at most `most`, broken between spans, else between words."""
    run: list[Span] = []
    for span in (piece for whole in spans for piece in _words(whole, most, width)):
        if run and width((*run, span)) > most:
            yield tuple(run)
            run = []
        run.append(span)
    if run:
        yield tuple(run)


def _words(span: Span, most: int, width: Width) -> Iterator[Span]:
    rest = span
    while width((rest,)) > most:
        head = _prefix(rest, most, width)
        at = head.rfind(" ")
        cut = at if at > len(head) // 2 else len(head)
        yield replace(rest, text=rest.text[:cut])
        rest = replace(rest, text=rest.text[cut:].lstrip())
    if rest.text:
        yield rest


def _prefix(span: Span, most: int, width: Width) -> str:
    """The longest beginning of a span that keeps within `most`; at least one character."""
    low, high = 1, len(span.text)
    while low < high:
        middle = (low + high + 1) // 2
        if width((replace(span, text=span.text[:middle]),)) <= most:
            low = middle
        else:
            high = middle - 1
    return span.text[:low]


def _cut(raw: str, most: int, width: Width) -> str:
    if not raw or width((Span(raw),)) <= most:
        return raw
    if most < 2:
        return ""
    return _prefix(Span(raw), most - width((Span("…"),)), width).rstrip() + "…"


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
        case Card():
            parts = (block.byline, block.summary, block.why, block.body)
            words = width((Span(block.title, url=block.url),)) + sum(width((Span(p),)) for p in parts if p)
            return words + width(block.facts)


def _control_size(control: Control) -> int:
    match control:
        case Button(label=label, action=action):
            return len(label) + len(str(action))
        case LinkButton(label=label, url=url):
            return len(label) + len(url)


def _rows(blocks: list[Block]) -> int:
    """Platform blocks that these take: a card with buttons is a text, a picture or a line, and a row."""
    return sum(3 if isinstance(block, Card) else 1 for block in blocks)
