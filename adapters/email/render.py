"""A message as the two parts of a mail: HTML and plain text. Pure: all escaping happens here."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import assert_never

from jinja2 import Environment
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import (
    Block,
    Bullets,
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
    block_name,
    clean,
)
from bot.http_server import StaticFiles, template_environment

STATIC_FILES = StaticFiles("adapters.email")
MAX_LINE_CHARS = 72
MAX_TITLE_CHARS = 69
MAX_PREVIEW_CHARS = 140  # of the longest that mail programs show
PREVIEW_TITLES = 3

# Control characters, line breaks, reading-direction marks, halves of surrogate pairs.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20<>\"\\^`{|}]{1,500}", re.IGNORECASE)


class Foot(Struct, frozen=True, kw_only=True):
    """The footer of every mail: why it was sent, and how to unsubscribe."""

    why: str
    unsubscribe_url: str
    unsubscribe_label: str = "Unsubscribe"
    form_url: str = ""  # a new subscription replaces the current one


class MailBody(Struct, frozen=True, kw_only=True):
    """The two parts of a mail."""

    html: str
    plain: str


def render_mail(message: Message, foot: Foot) -> MailBody:
    """The body of a mail to one reader."""
    content = _content(message.blocks or (Paragraph((Span(message.plain),)),))
    template = environment().get_template("mail.html")
    html = template.render(
        title=clean(message.plain, MAX_TITLE_CHARS),
        preview=_preview(message.blocks),
        content=Markup(content.html),  # noqa: S704 - ours
        foot=foot,
    )
    return MailBody(html=html, plain=f"{content.plain}\n\n{_footer(foot)}\n".lstrip("\n"))


def _preview(blocks: Sequence[Block]) -> str:
    """What a list of mails shows beside the subject: the first titles; without papers, the first sentences."""
    titles = [block.title for block in blocks if isinstance(block, Card)][:PREVIEW_TITLES]
    sentences = [_words(block.text) for block in blocks if isinstance(block, Paragraph)][:1]
    return clean(" · ".join(titles or sentences), MAX_PREVIEW_CHARS)


@lru_cache(maxsize=64)
def _content(blocks: tuple[Block, ...]) -> MailBody:
    """Everything but the footer. Cached, because an edition goes to thousands of readers."""
    macros = environment().get_template("blocks.html").module
    html = "".join(str(getattr(macros, block_name(block))(block)) for block in blocks)
    return MailBody(html=html, plain=_plain(blocks))


def shortened(message: Message) -> Iterator[Message]:
    """The message with less and less of each card, for one that is too large."""
    for gone in (("body",), ("body", "summary", "why"), ("body", "summary", "why", "byline")):
        bare = dict.fromkeys(gone, "")
        blocks = (replace(block, **bare) if isinstance(block, Card) else block for block in message.blocks)
        yield replace(message, blocks=tuple(blocks))


def one_line(value: object) -> object:
    """A text in one line, without invisible characters; other values as they are."""
    if type(value) is not str:
        return value
    return _INVISIBLE.sub(lambda found: " " if found[0] in "\t\n\r\u2028\u2029" else "", value)


def safe_url(url: str) -> str:
    """A web address; empty for any other (`javascript:` and the like)."""
    return url if _WEB_ADDRESS.fullmatch(url) else ""


def card_links(controls: Sequence[Control]) -> list[LinkButton]:
    """The buttons that are links; the others only work in a chat."""
    return [control for control in controls if isinstance(control, LinkButton) and safe_url(control.url)]


# ---- HTML


@cache
def environment() -> Environment:
    """The templates of mails and pages."""
    found = template_environment("adapters.email").overlay(finalize=one_line)
    found.filters |= {"href": safe_url, "links": card_links}
    found.globals["static"] = STATIC_FILES.address
    return found


# ---- plain text


def _plain(blocks: Sequence[Block]) -> str:
    cards = sum(isinstance(block, Card) for block in blocks)
    numbers = iter(range(1, cards + 1))
    lines = [_plain_block(block, next(numbers) if isinstance(block, Card) and cards > 1 else 0) for block in blocks]
    return "\n\n".join(filter(None, lines))


def _footer(foot: Foot) -> str:
    change = f"\nChange your subscription: {foot.form_url}" if foot.form_url else ""
    return f"-- \n{_wrapped(foot.why)}\n{foot.unsubscribe_label}: {foot.unsubscribe_url}{change}"


def _plain_block(block: Block, number: int) -> str:
    match block:
        case Heading(text=title):
            line = str(one_line(title))
            return f"{_wrapped(line)}\n{'-' * min(len(line), MAX_LINE_CHARS)}"
        case Paragraph(text=spans) | Footnote(text=spans):
            return _wrapped(_words(spans))
        case Bullets(items=items):
            return "\n".join(_wrapped(_words(item), "- ", "  ") for item in items)
        case Card():
            return _card(block, f"{number}. " if number else "")
        case Papers(items=items, first=first):
            return "\n\n".join(_card(item, f"{n}. ") for n, item in enumerate(items, first))
        case Controls(items=items):
            return "\n".join(f"{item.label}: {item.url}" for item in items if isinstance(item, LinkButton))
        case _:
            assert_never(block)


def _card(card: Card, mark: str) -> str:
    """A paper in a few lines. Each address has its own line with its name, so that no mail program breaks it."""
    inside = " " * len(mark)
    facts = "".join(_span(replace(span, url="")) for span in card.facts)
    parts = (card.byline, card.summary, card.why, card.body, facts)
    lines = [_wrapped(str(one_line(card.title)), mark, inside)]
    lines += [_wrapped(str(one_line(part)), inside, inside) for part in parts if part]
    lines += [f"{inside}{name}: {url}" for url, name in _named_links(card).items() if safe_url(url)]
    return "\n".join(lines)


def _named_links(card: Card) -> dict[str, str]:
    """The name of each address; of one that is there twice, the first name."""
    facts = [(span.text, span.url) for span in card.facts if span.url]
    links = [("Paper", card.url), *facts, *((button.label, button.url) for button in card_links(card.controls))]
    return {url: str(one_line(name)).strip() for name, url in reversed(links)}


def _words(spans: Text) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    words = "someone" if span.person else str(one_line(span.text))
    return words if not safe_url(span.url) or span.url == span.text else f"{words} ({span.url})"


def _wrapped(words: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        words,
        MAX_LINE_CHARS,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
