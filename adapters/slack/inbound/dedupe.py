"""Slack sends an event again when it saw no acknowledgement in time: what was handled, or is under way, is dropped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.slack.outbound.render import Json

MOST = 5_000  # remembered; the core knows older ones


class RecentEvents:
    """Remembers what came lately."""

    def __init__(self, most: int = MOST) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._most = most

    @contextmanager
    def once(self, body: Json) -> Iterator[bool]:
        """Whether this is new; what fails may come again."""
        name = event_identity(body)
        new = not name or name not in self._seen
        if name and new:
            self._seen[name] = None
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
        try:
            yield new
        except BaseException:
            self._seen.pop(name, None)
            raise


def event_identity(body: Json) -> str:
    """What two deliveries of the same thing share; empty when Slack gives it no name."""
    view = body.get("view") or {}
    if body.get("type") == "view_submission":
        return f"{view.get('id')}:{view.get('hash')}"
    return str(body.get("event_id") or body.get("trigger_id") or "")
