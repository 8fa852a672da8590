"""What an acknowledgement does, and what a form holds when it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fakes.slack.blocks import Problem
from tests.fakes.slack.log import Delivery
from tests.fakes.slack.methods import views
from tests.fakes.slack.methods.chat import judge
from tests.fakes.slack.methods.registry import SlackError
from tests.fakes.slack.respond import answer
from tests.fakes.slack.state import Hook, Json, View
from tests.fakes.slack.world import World

SELECTED = {"static_select": "option", "radio_buttons": "option", "external_select": "option"}
LISTED = {"multi_static_select": "options", "checkboxes": "options"}
NAMED = {"users": "user", "conversations": "conversation", "channels": "channel"}


def acknowledged_command(world: World, sent: Delivery, hook: Hook) -> None:
    """Words that come with the acknowledgement of a command are shown, to its user unless it says otherwise."""
    body = sent.payload
    if not body or not (body.get("text") or body.get("blocks")):
        return
    if judge(world, "ack", hook.team, body) is None:
        answer(world, hook, body, via="ack")


def acknowledged_view(world: World, held: View, body: Json | None) -> None:
    """What becomes of a modal that was sent."""
    action = (body or {}).get("response_action", "")
    try:
        match action:
            case "errors":
                _errors(world, held, (body or {}).get("errors") or {})
            case "update":
                views.change(world, held, views.judged(world, "view_submission", held.team, (body or {})["view"]))
            case "push":
                pushed = views.judged(world, "view_submission", held.team, (body or {})["view"])
                views.add(world, held.team, held.user, pushed, previous=held.id)
            case "clear":
                for view in world.views.values():
                    view.open = view.open and view.root != held.root
            case "":
                held.open = False
            case _:
                raise SlackError("unknown response_action")
    except SlackError as wrong:
        world.note("view_submission", held.team, [Problem("/response_action", wrong.error)], wrong.error)


def _errors(world: World, held: View, errors: Json) -> None:
    """Errors go under input blocks; any other name is lost, and the modal hangs."""
    inputs = {b["block_id"] for b in held.body["blocks"] if b["type"] == "input"}
    stray = [Problem("/errors", f"no input block {name}") for name in errors.keys() - inputs]
    if stray or not errors:
        world.note("view_submission", held.team, stray or [Problem("/errors", "empty")], "invalid_errors")


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element of every block, with its block."""
    for block in blocks:
        for part in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if isinstance(part, dict) and "action_id" in part:
                yield block, part


def find(blocks: list[Json], wanted: str, value: str = "") -> Json:
    """The action of pressing what has this action id, label or value."""
    known = []
    for block, part in elements(blocks):
        label = part.get("text", {}).get("text", "") if isinstance(part.get("text"), dict) else ""
        known.append(label or part["action_id"])
        if wanted in {part["action_id"], label, part.get("value")}:
            body = {"type": part["type"], "action_id": part["action_id"], "block_id": block["block_id"]}
            return body | _pressed(part, value)
    raise LookupError(f"nothing here is called {wanted!r}; there are {known}")


def _pressed(part: Json, value: str) -> Json:
    if part["type"] == "button":
        return {key: part[key] for key in ("text", "value", "style", "url") if key in part}
    return _value(part, value) if value else _value(part)


def state(blocks: list[Json], values: dict[str, Any]) -> Json:
    """What the inputs hold: what was typed, else what stood there."""
    held: Json = {}
    for block, part in elements(blocks):
        if part["type"] in {"button", "overflow"}:
            continue
        typed = values.get(block["block_id"], values.get(part["action_id"]))
        filled = _value(part) if typed is None else _value(part, typed)
        held.setdefault(block["block_id"], {})[part["action_id"]] = {"type": part["type"], **filled}
    return held


def _value(part: Json, typed: Any = None) -> Json:
    """The value of one input, by its kind."""
    kind = part["type"]
    if kind in SELECTED or kind == "overflow":
        picked = part.get("initial_option") if typed is None else _option(part, typed)
        return {"selected_option": picked}
    if kind in LISTED:
        initial = part.get("initial_options", [])
        return {"selected_options": initial if typed is None else [_option(part, one) for one in typed]}
    stem, _, select = kind.rpartition("_")
    if select == "select" and stem in NAMED:
        name = NAMED[stem]
        return {f"selected_{name}": part.get(f"initial_{name}") if typed is None else typed}
    if kind in {"datepicker", "timepicker"}:
        name = kind.removesuffix("picker")
        return {f"selected_{name}": part.get(f"initial_{name}") if typed is None else typed}
    return {"value": part.get("initial_value") if typed is None else str(typed)}


def _option(part: Json, value: str) -> Json:
    groups = part.get("option_groups", [])
    options: list[Json] = [*part.get("options", []), *(o for g in groups for o in g["options"])]
    for option in options:
        if value in {option["value"], option["text"]["text"]}:
            return option
    raise LookupError(f"no option {value!r}; there are {[o['value'] for o in options]}")
