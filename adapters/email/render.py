"""A message as the two parts of a mail: HTML, and words alone. Pure: everything is escaped or made plain here."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, assert_never

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import (
    Block,
    Bullets,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Paragraph,
    Span,
    Text,
)

COLUMNS = 72
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)  # steers a terminal or turns the direction
_HREF = re.compile(r"https?://[^\s\x00-\x20<>\"\\^`{|}]{1,500}", re.IGNORECASE)


class Foot(Struct, frozen=True, kw_only=True):
    """What stands under every mail: why it came, and how it is the last."""

    why: str
    leave: str  # the address of the page that ends it
    leave_label: str = "Unsubscribe"
    change: str = ""  # the address of the form: filled in again, it takes the place of the earlier wish


class Parts(Struct, frozen=True, kw_only=True):
    """The same twice."""

    html: str
    plain: str


def parts(message: Message, foot: Foot) -> Parts:
    """Both parts of a mail."""
    content = _content(message.blocks or (Paragraph((Span(message.plain),)),))
    template = _environment().get_template("mail.html")
    html = template.render(title=message.plain, content=Markup(content.html), foot=foot)  # noqa: S704 - ours
    return Parts(html=html, plain=f"{content.plain}\n\n{_end(foot)}\n".lstrip("\n"))


@lru_cache(maxsize=64)
def _content(blocks: tuple[Block, ...]) -> Parts:
    """All but what is the reader's own. Cached: an edition goes to thousands."""
    return Parts(html="".join(map(_html, blocks)), plain=_plain(blocks))


def shorter(message: Message) -> Iterator[Message]:
    """The message with less and less of each card: for one that is too large as it is."""
    for gone in (("body",), ("body", "summary", "why"), ("body", "summary", "why", "byline")):
        bare = dict.fromkeys(gone, "")
        blocks = (replace(block, **bare) if isinstance(block, Card) else block for block in message.blocks)
        yield replace(message, blocks=tuple(blocks))


def straight(value: object) -> object:
    """Text in one line that reads in the direction it is written in; anything else as it is."""
    return (
        _UNSEEN.sub(lambda seen: " " if seen[0] in "\t\n\r\u2028\u2029" else "", value) if type(value) is str else value
    )


def href(url: str) -> str:
    """An address that may be linked to; nothing for any other (`javascript:` and the like)."""
    return url if _HREF.fullmatch(url) else ""


def links(card: Card) -> list[LinkButton]:
    """Buttons that lead somewhere; the others need a chat."""
    return [control for control in card.controls if isinstance(control, LinkButton) and href(control.url)]


# ---- HTML


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("adapters.email", "templates"),
        autoescape=True,
        finalize=straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["href"] = href
    return found


def _html(block: Block) -> Markup:
    macros: Any = _environment().get_template("blocks.html").module
    match block:
        case Heading(text=title):
            found = macros.heading(title)
        case Paragraph(text=spans):
            found = macros.paragraph(spans)
        case Bullets(items=items):
            found = macros.bullets(items)
        case Card():
            found = macros.card(block, links(block))
        case Controls(items=items):
            found = macros.controls([item for item in items if isinstance(item, LinkButton)])
        case Footnote(text=spans):
            found = macros.footnote(spans)
        case _:
            assert_never(block)
    return Markup(found)  # noqa: S704 - the macros' own, escaped output


# ---- words alone


def _plain(blocks: Sequence[Block]) -> str:
    cards = sum(isinstance(block, Card) for block in blocks)
    numbers = iter(range(1, cards + 1))
    said = [_said(block, next(numbers) if isinstance(block, Card) and cards > 1 else 0) for block in blocks]
    return "\n\n".join(filter(None, said))


def _end(foot: Foot) -> str:
    change = f"\nChange what comes: {foot.change}" if foot.change else ""
    return f"-- \n{_wrapped(foot.why)}\n{foot.leave_label}: {foot.leave}{change}"


def _said(block: Block, number: int) -> str:
    match block:
        case Heading(text=title):
            line = str(straight(title))
            return f"{_wrapped(line)}\n{'-' * min(len(line), COLUMNS)}"
        case Paragraph(text=spans) | Footnote(text=spans):
            return _wrapped(_words(spans))
        case Bullets(items=items):
            return "\n".join(_wrapped(_words(item), "- ", "  ") for item in items)
        case Card():
            return _card(block, f"{number}. " if number else "")
        case Controls(items=items):
            return "\n".join(f"{item.label}: {item.url}" for item in items if isinstance(item, LinkButton))
        case _:
            assert_never(block)


def _card(card: Card, mark: str) -> str:
    """A paper in a few lines; an address stands in one of its own, so that no mail program breaks it."""
    inside = " " * len(mark)
    facts = "".join(_span(replace(span, url="")) for span in card.facts)
    said = [_wrapped(str(straight(card.title)), mark, inside)]
    said += [
        _wrapped(str(straight(part)), inside, inside)
        for part in (card.byline, card.summary, card.why, card.body)
        if part
    ]
    said += [_wrapped(facts, inside, inside)] if facts else []
    said += [inside + url for url in dict.fromkeys([card.url, *_leads(card)]) if href(url)]
    return "\n".join(said)


def _leads(card: Card) -> list[str]:
    return [span.url for span in card.facts if span.url] + [button.url for button in links(card)]


def _words(spans: Text) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    words = "somebody" if span.person else str(straight(span.text))
    return words if not href(span.url) or span.url == span.text else f"{words} ({span.url})"


def _wrapped(words: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        words,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
