"""A message as every platform can show it.

Text is never markup: it is plain strings and spans, and each adapter escapes them itself. So a title that
says `<!channel>`, `@everyone`, `*bold*` or a link does nothing but show.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from msgspec import Struct

ACTION_BYTES = 100  # Discord's `custom_id` (components reference); Slack's `action_id` takes 255


class Action(Struct, frozen=True):
    """What a button does: a name and arguments, whole in the button itself, so it survives a restart."""

    name: str
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(str(self).encode()) > ACTION_BYTES:
            raise ValueError(f"an action takes at most {ACTION_BYTES} bytes: {self}")

    def __str__(self) -> str:
        """The wire form `name|arg|arg`; `parse` reads it back."""
        return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in (self.name, *self.args))

    @classmethod
    def parse(cls, wire: str) -> Action:
        """The action of a wire form; anything a stranger sends gives some action, never an error."""
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
    channel: bool = False  # `text` is a channel's id here, shown by its name where the platform can
    person: bool = False  # `text` is a person's id here, shown by their name where the platform can, waking nobody


Text: TypeAlias = tuple[Span, ...]


def text(*parts: str | Span) -> Text:
    """Plain strings and spans as one text."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts if part)


class Button(Struct, frozen=True, kw_only=True, tag="button"):
    """Something to press."""

    label: str
    action: Action
    style: Literal["plain", "primary", "pressed"] = "plain"  # `pressed`: it is on, e.g. my vote


class LinkButton(Struct, frozen=True, kw_only=True, tag="link"):
    """Somewhere to go."""

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
    """Lines of equal rank."""

    items: tuple[Text, ...]


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """A paper at a glance."""

    paper: str  # its id
    title: str
    url: str  # the title links here
    byline: str = ""  # authors and date
    line: str = ""  # the one-line summary
    facts: Text = ()  # votes, stars, code: short, each may be a link
    why: str = ""  # why it is shown: "matches “hypernetworks”"
    body: str = ""  # the abstract, when it was asked for
    controls: tuple[Control, ...] = ()


class Controls(Struct, frozen=True, tag="controls"):
    """A row of buttons for the message as a whole."""

    items: tuple[Control, ...]


class Footnote(Struct, frozen=True, tag="footnote"):
    """Small print."""

    text: Text


Block: TypeAlias = Heading | Paragraph | Bullets | Card | Controls | Footnote


class Message(Struct, frozen=True, kw_only=True):
    """What is posted or answered. `plain` stands alone: notifications, screen readers, mail subjects."""

    plain: str
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        if not self.plain.strip():
            raise ValueError("a message needs a plain form")


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean(raw: str, limit: int = 0) -> str:
    """`raw` in one line without control and direction-changing characters, cut at `limit` with an ellipsis.

    For anything a stranger wrote that a message repeats: queries, names, error texts.
    """
    line = " ".join(_UNSEEN.sub("", raw).split())
    return line if not limit or len(line) <= limit else line[: limit - 1].rstrip() + "…"
