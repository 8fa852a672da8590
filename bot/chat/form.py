"""A form: what a platform shows as a dialog, or offers as the typed options of a command."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import Action, clean


class Field(Struct, frozen=True, kw_only=True):
    """One thing to fill in. With `choices` it is picked from a list, else it is typed."""

    name: str  # lower-case letters and dashes, at most 32: Discord's rule for the options of a command
    label: str  # at most 45 characters: Discord's limit of a label in a dialog
    hint: str = ""  # an example or a rule, at most 100 characters
    value: str = ""  # what stands there now
    choices: tuple[tuple[str, str], ...] = ()  # (value, what is shown), at most 25
    required: bool = False
    secret: bool = False  # not shown again: an address
    most: int = 300  # characters


class Form(Struct, frozen=True, kw_only=True):
    """Something to fill in and send back as a `Submit` with this action."""

    title: str  # at most 24 characters: Slack's limit of a modal's title
    action: Action
    fields: tuple[Field, ...]  # at most 5: Discord's limit of a dialog
    send: str = "Continue"  # what the button says, at most 24 characters


def filled(fields: tuple[Field, ...], values: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields with what was typed into them, but for what is secret."""
    return tuple(replace(f, value="" if f.secret else clean(values.get(f.name, ""), f.most)) for f in fields)
