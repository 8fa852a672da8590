"""Messages as HTML. Pure: the templates escape everything."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from babel.dates import format_date
from jinja2 import Environment
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from adapters.webchat.events import FIELD_PREFIX
from adapters.webchat.people import BOT, PEOPLE
from adapters.webchat.records import CHANNEL_NAME, EMOJI, ChatMessage
from bot.chat.adapter import MenuEntry
from bot.chat.event import Person
from bot.chat.message import Action, Block, Button, Card, Heading, Message, block_name, emphasize
from bot.http_server import StaticFiles, template_environment
from bot.languages import locale, tag, tr, tr_count

STATIC_FILES = StaticFiles("adapters.webchat")
LINK_SCHEMES = ("http://", "https://")


class Reader(Struct, frozen=True, kw_only=True):
    """The reader of a page, with their own votes and reactions."""

    who: Person
    csrf: str
    voted: frozenset[str] = frozenset()  # papers that they voted for


@cache
def environment() -> Environment:
    """The templates; loaded once."""
    found = template_environment("adapters.webchat")
    found.filters |= {"href": safe_url, "channel": channel_path, "person": person_name, "long_day": long_day}
    found.filters["emphasize"] = emphasize
    found.globals |= {"static": STATIC_FILES.address, "tr": tr, "tr_count": tr_count, "language": tag}
    return found


def long_day(day: date) -> str:
    """`Friday, 29 May 2026`, in the reader's language."""
    return format_date(day, "full", locale=locale())


def safe_url(url: str) -> str:
    """A web address; empty for any other (`javascript:` and the like)."""
    return url if url.startswith(LINK_SCHEMES) else ""


def channel_path(id: str) -> str:
    """The path of a channel; empty when it can't be a channel's name."""
    return f"/c/{id}" if CHANNEL_NAME.fullmatch(id) else ""


def person_name(id: str) -> str:
    """The name of a person."""
    return PEOPLE[id].name if id in PEOPLE else tr("someone here")


def message_body(message: Message) -> Markup:
    """The blocks of a message; without blocks, its plain form."""
    level = 4 if any(isinstance(item, Heading) for item in message.blocks) else 3
    return Markup("").join(_block(item, level) for item in message.blocks) or Markup("<p>{}</p>").format(message.plain)


def _block(item: Block, level: int) -> Markup:
    """One block; `level` is the heading level of a paper in it."""
    macro: Any = getattr(environment().get_template("blocks.html").module, block_name(item))
    return Markup(macro(item, level))  # noqa: S704 - the macros' own, escaped output


def with_own_votes(message: Message, voted: frozenset[str]) -> Message:
    """A message with the reader's own votes pressed: a posted card is the same for everyone until here."""
    return replace(message, blocks=tuple(_own_vote(b, voted) if isinstance(b, Card) else b for b in message.blocks))


def _own_vote(card: Card, voted: frozenset[str]) -> Card:
    on = card.paper in voted
    button = Button(
        label=tr("Voted") if on else tr("Vote"),
        action=Action("unvote" if on else "vote", (card.paper,)),
        style="pressed" if on else "plain",
    )
    own = {Action("vote", (card.paper,)), Action("unvote", (card.paper,))}
    controls = (button if isinstance(c, Button) and c.action in own else c for c in card.controls)
    return replace(card, controls=tuple(controls))


def render_message(
    item: ChatMessage,
    *,
    reader: Reader,
    reactions: dict[str, frozenset[str]],
    replies: int,
    menu: Sequence[MenuEntry] = (),
    in_thread: bool = False,
) -> Markup:
    """One message as a reader sees it: their own reactions pressed, the number of replies, its menu."""
    author = PEOPLE[item.author].name if item.author in PEOPLE else "Paperboy"
    macros: Any = environment().get_template("blocks.html").module
    template = environment().get_template("message.html")
    found = template.render(
        message=item,
        author=author,
        is_bot=item.author == BOT,
        menu=menu if item.author != BOT else (),
        form=macros.form(item.open_form.form, item, reader.csrf, FIELD_PREFIX) if item.open_form else "",
        content=message_body(with_own_votes(item.message, reader.voted)),
        reader=reader.who.id,
        reactions=reactions,
        emoji=EMOJI,
        replies=replies,
        csrf=reader.csrf,
        in_thread=in_thread,
    )
    return Markup(found)  # noqa: S704
