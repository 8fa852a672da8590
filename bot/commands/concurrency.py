"""A limit on the events of one tenant handled at the same time, so that a flood doesn't fill the memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.chat.event import BotRemoved, BotReturned, ChannelMoved, Event, Reaction
from bot.errors import AskError
from bot.languages import tr

MAX_EVENTS_PER_TENANT = 200


class ConcurrencyLimit:
    """Counts the events being handled, per tenant."""

    def __init__(self) -> None:
        self._running = Counter[str]()

    @contextmanager
    def slot_for(self, event: Event) -> Iterator[None]:
        """Take a slot while an event is handled.

        Raises `AskError` when the tenant has none left. Events without an answer always get one.
        """
        tenant = event.who.tenant
        if self._running[tenant] >= MAX_EVENTS_PER_TENANT and not isinstance(
            event, Reaction | BotRemoved | BotReturned | ChannelMoved
        ):
            raise AskError(tr("Too many requests at the same time."), tr("Try again in a moment."))
        self._running[tenant] += 1
        try:
            yield
        finally:
            self._running[tenant] -= 1
            if not self._running[tenant]:
                del self._running[tenant]
