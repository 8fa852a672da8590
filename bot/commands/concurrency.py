"""How many events of one tenant may be under way: a flood is answered, not kept in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.chat.event import BotRemoved, BotReturned, Event, Reaction
from bot.errors import AskError

MOST = 200  # of one tenant


class ConcurrencyLimit:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._inside = Counter[str]()

    @contextmanager
    def of(self, event: Event) -> Iterator[None]:
        """Hold a slot while an event is handled.

        Raises `AskError` when a tenant has none left; events that nobody waits for are always let in.
        """
        tenant = event.who.tenant
        if self._inside[tenant] >= MOST and not isinstance(event, Reaction | BotRemoved | BotReturned):
            raise AskError("Too many people are asking at once.", "Try again in a moment.")
        self._inside[tenant] += 1
        try:
            yield
        finally:
            self._inside[tenant] -= 1
            if not self._inside[tenant]:
                del self._inside[tenant]
