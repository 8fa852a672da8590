"""Messages as HTML. Pure: values in, markup out; everything is escaped by the templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, assert_never

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from adapters.webchat.blank import PREFIX
from adapters.webchat.people import BOT, PEOPLE
from adapters.webchat.records import CHANNEL, EMOJI, Said
from bot.chat.adapter import MenuEntry
from bot.chat.message import Block, Bullets, Card, Controls, Footnote, Heading, Message, Paragraph

HREF = ("http://", "https://")
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # characters that turn the reading direction


@cache
def environment() -> Environment:
    """The templates; loaded once."""
    found = Environment(
        loader=PackageLoader("adapters.webchat", "templates"),
        autoescape=True,
        finalize=straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["href"] = href
    found.filters["channel"] = channel
    found.filters["person"] = person
    return found


def straight(value: object) -> object:
    """Text that reads in the direction it is written in; anything else as it is."""
    return value.translate(TURNS) if isinstance(value, str) else value  # Markup stays Markup


def href(url: str) -> str:
    """An address that may be linked to; nothing for any other (`javascript:` and the like)."""
    return url if url.startswith(HREF) else ""


def channel(id: str) -> str:
    """The address of a channel, if it can be one."""
    return f"/c/{id}" if CHANNEL.fullmatch(id) else ""


def person(id: str) -> str:
    """What people here call somebody."""
    return PEOPLE[id].name if id in PEOPLE else "somebody here"


def body(message: Message) -> Markup:
    """All blocks of a message."""
    level = 4 if any(isinstance(item, Heading) for item in message.blocks) else 3
    return Markup("").join(block(item, level) for item in message.blocks) or Markup("<p>{}</p>").format(message.plain)


def block(item: Block, level: int) -> Markup:
    """One block; `level` is the heading of a paper in it."""
    macros: Any = environment().get_template("blocks.html").module
    match item:
        case Heading(text=title):
            found = macros.heading(title)
        case Paragraph(text=spans):
            found = macros.paragraph(spans)
        case Bullets(items=items):
            found = macros.bullets(items)
        case Card():
            found = macros.card(item, level)
        case Controls(items=items):
            found = macros.controls(items)
        case Footnote(text=spans):
            found = macros.footnote(spans)
        case _:
            assert_never(item)
    return Markup(found)  # noqa: S704 - the macros' own, escaped output


def said(
    item: Said,
    *,
    reader: str,
    reactions: dict[str, frozenset[str]],
    replies: int,
    csrf: str,
    menu: Sequence[MenuEntry] = (),
    in_thread: bool = False,
) -> Markup:
    """One message as a reader sees it: their own reactions pressed, the number of replies, what can be done with it."""
    author = PEOPLE[item.author].name if item.author in PEOPLE else "Paperboy"
    macros: Any = environment().get_template("blocks.html").module
    found = (
        environment()
        .get_template("message.html")
        .render(
            said=item,
            author=author,
            is_bot=item.author == BOT,
            menu=menu if item.author != BOT else (),
            form=macros.form(item.blank.form, item, csrf, PREFIX) if item.blank else "",
            content=body(item.message),
            reader=reader,
            reactions=reactions,
            emoji=EMOJI,
            replies=replies,
            csrf=csrf,
            in_thread=in_thread,
        )
    )
    return Markup(found)  # noqa: S704
