"""Who may set schedules: the workspace's admins and owners, and whom the settings name."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from bot.chat.event import Command, Person, Press, Submit
from bot.clock import Clock
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)  # a new admin can set schedules after so long at most
MOST = 10_000
RIGHTS = ("is_admin", "is_owner", "is_primary_owner")

Asks = TypeVar("Asks", Command, Press, Submit)


class Admins:
    """Knows, for a few minutes, who is an admin."""

    def __init__(self, workspaces: Workspaces, clock: Clock, admins: Collection[str]) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._admins = frozenset(admins)
        self._known: dict[tuple[str, str], tuple[datetime, bool]] = {}

    async def knowing(self, event: Asks) -> Asks:
        """The event with its person's right."""
        return replace(event, who=replace(event.who, admin=await self.admin(event.who)))

    async def admin(self, who: Person) -> bool:
        """Whether somebody may set schedules; nobody new while Slack can't be asked."""
        if who.id in self._admins:
            return True
        key, now = (who.space, who.id), self._clock.now()
        until, known = self._known.get(key, (now, False))
        if now >= until:
            try:
                known = await self._ask(who)
            except PaperboyError as error:
                log.warning("whether %s is an admin can't be looked up: %s", who.key, error)
                return False
            self._keep(key, now + FRESH, known)
        return known

    async def _ask(self, who: Person) -> bool:
        answer = await self._workspaces.call(who.space, "users_info", user=who.id)
        user = answer.get("user") or {}
        return any(user.get(right) for right in RIGHTS)

    def _keep(self, key: tuple[str, str], until: datetime, known: bool) -> None:
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = (until, known)
