"""Who may set schedules: the workspace's admins and owners, and the people named in the settings."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from bot.chat.event import ButtonPress, Command, FormSubmission, Person
from bot.clock import Clock
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

CACHE_TTL = timedelta(minutes=5)  # a new admin may set schedules after so long at most
MAX_CACHED_PEOPLE = 10_000
RIGHTS = ("is_admin", "is_owner", "is_primary_owner")

PersonEvent = TypeVar("PersonEvent", Command, ButtonPress, FormSubmission)


class Admins:
    """Asks Slack who is an admin, and remembers it for five minutes."""

    def __init__(self, workspaces: Workspaces, clock: Clock, admins: Collection[str]) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._admins = frozenset(admins)
        self._cache: dict[tuple[str, str], tuple[datetime, bool]] = {}

    async def with_rights(self, event: PersonEvent) -> PersonEvent:
        """The event, with whether its person is an admin."""
        return replace(event, who=replace(event.who, admin=await self.is_admin(event.who)))

    async def is_admin(self, who: Person) -> bool:
        """Whether a person may set schedules; False when Slack can't be asked and the answer is not remembered."""
        if who.id in self._admins:
            return True
        key, now = (who.space, who.id), self._clock.now()
        until, admin = self._cache.get(key, (now, False))
        if now >= until:
            try:
                admin = await self._ask_slack(who)
            except PaperboyError as error:
                log.warning("Slack did not say whether %s is an admin: %s", who.key, error)
                return False
            self._set_cache(key, now + CACHE_TTL, admin)
        return admin

    async def _ask_slack(self, who: Person) -> bool:
        answer = await self._workspaces.call(who.space, "users_info", user=who.id)
        user = answer.get("user") or {}
        return any(user.get(right) for right in RIGHTS)

    def _set_cache(self, key: tuple[str, str], until: datetime, admin: bool) -> None:
        if len(self._cache) >= MAX_CACHED_PEOPLE:
            self._cache.pop(next(iter(self._cache)))
        self._cache[key] = (until, admin)
