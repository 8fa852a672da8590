"""A form as Discord's modal, and the values that come back. Pure."""

from collections.abc import Mapping
from typing import Any

from adapters.discord.delivery_mark import walk_components
from adapters.discord.render import MENU, Json
from bot.chat.form import Field, Form

ROLE_MENU = 6  # component type
MAX_FIELDS = 5  # in a modal
LABEL, INPUT, SHORT, LONG = 18, 4, 1, 2  # component types; styles of a text input
MAX_TITLE_CHARS = MAX_LABEL_CHARS = 45
MAX_HINT_CHARS = MAX_CHOICE_CHARS = 100
MAX_CHOICES = 25
MAX_INPUT_CHARS = 4_000
MULTILINE_FROM_CHARS = 200  # longer fields get several lines


def render_modal(form: Form, *, has_roles: bool) -> Json:
    """The modal of a form: its first five fields, without those for roles where there are none."""
    fields = [field for field in form.fields if has_roles or not field.role]
    return {
        "custom_id": str(form.action),
        "title": form.title[:MAX_TITLE_CHARS],
        "components": [_label(field) for field in fields[:MAX_FIELDS]],
    }


def submitted(components: Any) -> dict[str, str]:
    """The values of a submitted modal, by field name."""
    return {
        str(part["custom_id"]): str(part["value"] if "value" in part else next(iter(part.get("values") or ()), ""))
        for part in walk_components(components)
        if "custom_id" in part
    }


def _label(field: Field) -> Json:
    has_menu = 0 < len(field.choices) <= MAX_CHOICES
    component = _role_menu(field) if field.role else _menu(field) if has_menu else _input(field)
    label: Json = {"type": LABEL, "label": field.label[:MAX_LABEL_CHARS], "component": component}
    return label | ({"description": field.hint[:MAX_HINT_CHARS]} if field.hint else {})


def _input(field: Field) -> Mapping[str, object]:
    max_chars = min(max(field.max_length, 1), MAX_INPUT_CHARS)
    text_input: Json = {
        "type": INPUT,
        "custom_id": field.name,
        "style": LONG if max_chars > MULTILINE_FROM_CHARS else SHORT,
        "required": field.required,
        "max_length": max_chars,
    }
    return text_input | ({"value": field.value[:max_chars]} if field.value else {})


def _role_menu(field: Field) -> Mapping[str, object]:
    menu: Json = {"type": ROLE_MENU, "custom_id": field.name, "required": field.required, "min_values": 0}
    return menu | ({"default_values": [{"id": field.value, "type": "role"}]} if field.value else {})


def _menu(field: Field) -> Mapping[str, object]:
    return {
        "type": MENU,
        "custom_id": field.name,
        "required": field.required,
        "options": [
            {"label": label[:MAX_CHOICE_CHARS] or value[:MAX_CHOICE_CHARS], "value": value[:MAX_CHOICE_CHARS]}
            | ({"default": True} if value == field.value else {})
            for value, label in field.choices
        ],
    }
