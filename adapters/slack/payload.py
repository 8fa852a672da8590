"""Reads fields of Slack's payloads, of which any may be missing, null or of another type."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from adapters.slack.outbound.elements import Json
from bot.chat.event import Person
from bot.errors import PaperboyError
from bot.metrics import UNREADABLE_EVENTS


class UnreadablePayload(PaperboyError):
    """A payload lacks a field without which it means nothing."""


def get_object(payload: Any, *path: str) -> Json:
    """The object at a path; empty when there is none."""
    for name in path:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload if isinstance(payload, dict) else {}


def get_list(payload: Any, name: str) -> list[Any]:
    """The list in a field; empty when there is none."""
    found = payload.get(name) if isinstance(payload, dict) else None
    return found if isinstance(found, list) else []


def get_text(payload: Any, *path: str) -> str:
    """The text or number at a path, as text; empty when there is none."""
    found = get_object(payload, *path[:-1]).get(path[-1])
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def require_text(payload: Any, *path: str) -> str:
    """The text at a path. Raises `UnreadablePayload` when there is none."""
    if found := get_text(payload, *path):
        return found
    raise UnreadablePayload(f"It has no {'.'.join(path)}.")


def get_time(*texts: str) -> datetime:
    """The first of Slack's times (seconds since 1970, as text) that is valid; 1970 when none is."""
    for raw in texts:
        try:
            return datetime.fromtimestamp(float(raw), UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return datetime.fromtimestamp(0, UTC)


def event_type(body: Json) -> str:
    """The type of a payload, for logs and metrics: the event's type, else the request's."""
    return get_text(body, "event", "type") or get_text(body, "type") or ("command" if "command" in body else "unknown")


def count_unreadable(body: Json, known: Collection[str] = ()) -> None:
    """Count a payload that could not be read. A metric must not get a new label with each odd type: `known` has one."""
    kind = event_type(body)
    UNREADABLE_EVENTS.labels("slack", kind if kind in known else "other").inc()


def delivery_id(body: Json) -> str:
    """An id that is the same when Slack delivers the payload again; empty when there is none."""
    if body.get("type") == "view_submission":
        return f"{get_text(body, 'view', 'id')}:{get_text(body, 'view', 'hash')}"
    return get_text(body, "event_id") or get_text(body, "trigger_id")


def event_id(body: Json) -> str:
    """Slack's id of an event, the same when it is delivered again."""
    return f"slack:{get_text(body, 'event_id') or require_text(body, 'event', 'event_ts')}"


def interaction_id(body: Json) -> str:
    """The id of a command, a press or a shortcut."""
    actions = get_list(body, "actions")
    ids = (get_text(body, "trigger_id"), get_text(body, "action_ts"), *(get_text(a, "action_ts") for a in actions))
    if id := next(filter(None, ids), ""):  # without a trigger_id, two menu entries of one moment have the same time
        return ":".join(filter(None, ("slack", id, get_text(body, "callback_id"))))
    raise UnreadablePayload("It has no trigger_id.")


def event_fields(body: Json, space: str, person: str) -> dict[str, Any]:
    """What every event of ours has: Slack's id, its time, and the person (an id) who did it."""
    event = get_object(body, "event")
    at = get_time(get_text(event, "event_ts"), get_text(event, "ts"), get_text(body, "event_time"))
    return {"id": event_id(body), "at": at, "who": Person(platform="slack", space=space, id=person)}
