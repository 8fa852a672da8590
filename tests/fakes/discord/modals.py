"""What a modal may ask."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.components import INPUT, LABEL, ROW, TEXT_DISPLAY, walk
from tests.fakes.discord.errors import Form
from tests.fakes.discord.model import Json


def check_modal(data: Json) -> None:
    form = Form()
    form.text("data.custom_id", data.get("custom_id"), 100, least=1)
    form.text("data.title", data.get("title"), 45, least=1)
    rows = form.most("data.components", data.get("components"), 5, least=1)
    for i, row in enumerate(rows):
        _check_row(form, f"data.components.{i}", row)
    ids = [one["custom_id"] for _, one in walk(rows) if one.get("custom_id")]
    if len(set(ids)) < len(ids):
        form.wrong("data.components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    form.done()


def _check_row(form: Form, path: str, row: Json) -> None:
    if row.get("type") not in {ROW, LABEL, TEXT_DISPLAY}:
        form.wrong(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1, 10, 18).')
    if row.get("type") == LABEL:
        form.text(f"{path}.label", row.get("label"), 45, least=1)
        form.text(f"{path}.description", row.get("description"), 100)
    for where, one in inputs([row]):
        if one["type"] == INPUT:
            _check_input(form, where.replace("components.0", path, 1), one, labelled=row.get("type") == LABEL)


def _check_input(form: Form, path: str, one: Json, *, labelled: bool) -> None:
    form.text(f"{path}.custom_id", one.get("custom_id"), 100, least=1)
    form.text(f"{path}.label", one.get("label"), 45, least=0 if labelled else 1)
    form.text(f"{path}.placeholder", one.get("placeholder"), 100)
    form.text(f"{path}.value", one.get("value"), min(one.get("max_length") or 4000, 4000))
    for name, least in (("min_length", 0), ("max_length", 1)):
        if not least <= (one.get(name) or least) <= 4000:
            form.wrong(f"{path}.{name}", "NUMBER_TYPE_MAX", "int value should be less than or equal to 4000.")


def inputs(components: object) -> Iterator[tuple[str, Json]]:
    """What can be filled in, with its path."""
    return ((path, one) for path, one in walk(components) if one.get("custom_id"))
