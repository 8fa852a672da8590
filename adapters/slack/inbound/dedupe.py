"""Drops repeated deliveries: Slack sends an event again when it saw no acknowledgement in time.

https://docs.slack.dev/apis/events-api#retries
"""

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.slack.outbound.render import Json
from adapters.slack.payload import delivery_id
from bot.recent import RecentDict

MAX_REMEMBERED_EVENTS = 5_000  # the core recognizes older ones


class RecentEvents:
    """The ids of payloads handled lately or being handled."""

    def __init__(self, max_events: int = MAX_REMEMBERED_EVENTS) -> None:
        self._seen = RecentDict[str, None](max_events)

    @contextmanager
    def first_delivery(self, body: Json) -> Iterator[bool]:
        """Whether this payload is new. When handling it fails, it counts as new again."""
        id = delivery_id(body)
        new = not id or id not in self._seen
        if id and new:
            self._seen[id] = None
        try:
            yield new
        except BaseException:
            self._seen.pop(id, None)
            raise
