"""A message that every platform can show.

Text is never markup but plain strings and spans, which each adapter escapes. A title that contains `<!channel>`,
`@everyone`, `*bold*` or a link is shown as it is and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

MAX_ACTION_BYTES = 100  # Discord's `custom_id` (components reference); Slack's `action_id` takes 255


class Action(Struct, frozen=True):
    """The action of a button: a name and arguments. The button itself carries them, so it works after a restart."""

    name: str
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(str(self).encode()) > MAX_ACTION_BYTES:
            raise ValueError(f"an action takes at most {MAX_ACTION_BYTES} bytes: {self}")

    def __str__(self) -> str:
        """The wire form `name|arg|arg`; `parse` reads it back."""
        return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in (self.name, *self.args))

    @classmethod
    def parse(cls, wire: str) -> Action:
        """The action of a wire form; `unknown` when it is too long. Never raises."""
        name, *args = (part.replace("%7C", "|").replace("%25", "%") for part in wire.split("|"))
        try:
            return cls(name, tuple(args))
        except ValueError:
            return cls("unknown")


class Span(Struct, frozen=True):
    """A run of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str = ""
    channel: bool = False  # `text` is a channel id, shown as its name where the platform can
    role: bool = False  # `text` is a role's id, shown as its name where the platform can, without notifying anyone
    tie: Literal["", "author", "reader", "notified"] = ""  # what a person of this community has to do with a paper
    person: bool = False  # `text` is a person's id, shown as their name where the platform can, without notifying them


Text: TypeAlias = tuple[Span, ...]


def text(*parts: str | Span) -> Text:
    """One text of plain strings and spans."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts if part)


def emphasize(line: str, words: Collection[str]) -> Text:
    """A line in which these words are bold wherever they stand."""
    if not words:
        return text(line)
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return tuple(Span(part, bold=part in words) for part in re.split(rf"(?<!\w)({either})(?!\w)", line) if part)


class Button(Struct, frozen=True, kw_only=True, tag="button"):
    """A button that performs an action."""

    label: str
    action: Action
    style: Literal["plain", "primary", "pressed"] = "plain"  # `pressed`: on, for example my vote


class LinkButton(Struct, frozen=True, kw_only=True, tag="link"):
    """A button that opens an address."""

    label: str
    url: str


Control: TypeAlias = Button | LinkButton


class Heading(Struct, frozen=True, tag="heading"):
    """The title of a message or of a part of it."""

    text: str


class Paragraph(Struct, frozen=True, tag="paragraph"):
    """Running text."""

    text: Text


class Bullets(Struct, frozen=True, tag="bullets"):
    """A bulleted list."""

    items: tuple[Text, ...]


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """A paper in a message."""

    paper: str  # its id
    title: str
    url: str  # the title links here
    picture: str = ""  # name of a small picture of the paper; adapters put in what their platform shows it by
    credit: Text = ()  # `Figure 2 of the paper, CC BY 4.0`; empty: the picture isn't a figure of the paper
    byline: str = ""  # authors and date
    summary: str = ""  # one sentence
    facts: Text = ()  # votes, stars, code; each may be a link
    why: str = ""  # why it is shown: "matches “hypernetworks”"
    matched: tuple[str, ...] = ()  # words of title and summary that a search was for
    body: str = ""  # the abstract, when requested
    controls: tuple[Control, ...] = ()


class Papers(Struct, frozen=True, tag="papers"):
    """A numbered list of papers, each in a few lines: title, votes, summary."""

    items: tuple[Card, ...]  # without buttons; their `facts` are their votes
    first: int = 1  # the number of the first


class Controls(Struct, frozen=True, tag="controls"):
    """A row of buttons for the whole message."""

    items: tuple[Control, ...]


class Footnote(Struct, frozen=True, tag="footnote"):
    """Small print."""

    text: Text


Block: TypeAlias = Heading | Paragraph | Bullets | Card | Papers | Controls | Footnote


def block_name(block: Block) -> str:
    """`heading`, `card` and so on: names what shows the block, such as a template's macro."""
    return str(block.__struct_config__.tag)


class Message(Struct, frozen=True, kw_only=True):
    """A message to post or answer with. `plain` must be enough alone: for notifications, screen readers, subjects."""

    plain: str
    blocks: tuple[Block, ...] = ()
    topics: tuple[str, ...] = ()  # what it is about, for platforms that label posts: words, arXiv categories
    pings: tuple[str, ...] = ()  # ids of the people it notifies, as they asked
    ping: str = ""  # id of the one role that it notifies; chosen by a person who may, shown before everything else

    def __post_init__(self) -> None:
        if not self.plain.strip():
            raise ValueError("a message needs a plain form")

    @property
    def pictures(self) -> tuple[str, ...]:
        """The names of the pictures that its cards show."""
        return tuple(block.picture for block in self.blocks if isinstance(block, Card) and block.picture)


def with_pictures(message: Message, addresses: Mapping[str, str]) -> Message:
    """The message with the address of each picture in place of its name, and without pictures that have none."""

    def shown(card: Card) -> Card:
        address = addresses.get(card.picture, "")
        return replace(card, picture=address, credit=card.credit if address else ())

    return replace(message, blocks=tuple(shown(b) if isinstance(b, Card) else b for b in message.blocks))


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(raw: str, limit: int = 0) -> str:
    """`raw` in one line, without control and direction-changing characters, cut with "…" to `limit` characters.

    For text from outside that a message repeats: queries, names, error texts.
    """
    line = " ".join(_UNSEEN.sub("", raw).split())
    return line if not limit or len(line) <= limit else line[: limit - 1].rstrip() + "…"
