"""A form as Discord's dialog, and what comes back from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.discord.mark import walk
from adapters.discord.render import MENU, Json
from bot.chat.form import Field, Form

LABEL, INPUT, SHORT, LONG = 18, 4, 1, 2
MOST_INPUT = 4_000
LONG_FROM = 200  # characters from which a line is too short to write in


def modal(form: Form) -> Json:
    """The dialog of a form."""
    return {
        "custom_id": str(form.action),
        "title": form.title[:45],
        "components": [_row(field) for field in form.fields],
    }


def filled(components: Any) -> dict[str, str]:
    """The values of a dialog that was sent, by the name of their field."""
    return {
        str(part["custom_id"]): str(part["value"] if "value" in part else next(iter(part.get("values") or ()), ""))
        for part in walk(components)
        if "custom_id" in part
    }


def _row(field: Field) -> Json:
    row: Json = {
        "type": LABEL,
        "label": field.label[:45],
        "component": _menu(field) if field.choices else _input(field),
    }
    return row | ({"description": field.hint[:100]} if field.hint else {})


def _input(field: Field) -> Mapping[str, object]:
    most = min(max(field.max_length, 1), MOST_INPUT)
    shape: Json = {
        "type": INPUT,
        "custom_id": field.name,
        "style": LONG if most > LONG_FROM else SHORT,
        "required": field.required,
        "max_length": most,
    }
    return shape | ({"value": field.value[:most]} if field.value else {})


def _menu(field: Field) -> Mapping[str, object]:
    return {
        "type": MENU,
        "custom_id": field.name,
        "required": field.required,
        "options": [
            {"label": shown[:100] or value[:100], "value": value[:100]}
            | ({"default": True} if value == field.value else {})
            for value, shown in field.choices[:25]
        ],
    }
