"""A form: shown as a dialog, or as the typed options of a command."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import Action, clean
from bot.languages import tr


class Field(Struct, frozen=True, kw_only=True):
    """One field of a form: a menu when it has `choices`, else a text input. Its texts are in English, `mark`ed for
    translation, until `filled` makes a form of it.
    """

    name: str  # lower-case letters and dashes, at most 32: Discord's rule for the options of a command
    label: str  # at most 45 characters: Discord's limit of a label in a dialog
    hint: str = ""  # an example or a rule, at most 100 characters
    value: str = ""  # filled in beforehand
    choices: tuple[tuple[str, str], ...] = ()  # (value, label); a platform that can't show so many takes a text
    role: bool = False  # a role of the server to choose, its id; only in forms for places with roles
    required: bool = False
    secret: bool = False  # never shown again, for example an address
    max_length: int = 300  # characters


class Form(Struct, frozen=True, kw_only=True):
    """A form to fill in; it comes back as a `FormSubmission` with this action."""

    title: str  # at most 24 characters: Slack's limit of a modal's title
    action: Action
    fields: tuple[Field, ...]  # the most important first: Discord's dialog shows five
    submit_label: str = "Continue"  # label of the button, at most 24 characters


def filled(fields: tuple[Field, ...], values: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields in the reader's language, with the values typed into them, except secret ones."""
    return tuple(
        replace(
            field,
            label=tr(field.label),
            hint=tr(field.hint),
            value="" if field.secret else clean(values.get(field.name, field.value), field.max_length),
            choices=tuple((value, tr(label)) for value, label in field.choices),
        )
        for field in fields
    )


@cache
def time_zones() -> tuple[tuple[str, str], ...]:
    """The choices of a field for a time zone, by the names that people know: `Europe/Berlin`."""
    named = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return tuple((name, name) for name in (*sorted(named), "UTC"))
