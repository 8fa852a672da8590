"""Who may set schedules: the workspace's admins and owners, and the people named in the settings.

Slack describes a person with the rights they have in their own workspace, even if they belong to another one and are
only in a channel shared with ours. https://docs.slack.dev/apis/slack-connect
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from adapters.slack.client import Workspaces
from adapters.slack.inbound.payload import get_list, get_object, get_text
from adapters.slack.outbound.render import Json
from bot.chat.event import ButtonPress, Command, FormSubmission, Person, Place
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
        self._cache: dict[tuple[str, str], tuple[datetime, tuple[bool, str]]] = {}

    async def with_rights(self, event: PersonEvent) -> PersonEvent:
        """The event, with whether its person is an admin in its place, and with their time zone."""
        is_admin, time_zone = await self._profile(event.who)
        is_admin = not is_private(event.place) and (is_admin or event.who.id in self._admins)
        return replace(event, who=replace(event.who, admin=is_admin, time_zone=time_zone))

    async def _profile(self, who: Person) -> tuple[bool, str]:
        """Whether Slack shows an admin, and their time zone; neither when Slack doesn't answer."""
        key, now = (who.space, who.id), self._clock.now()
        until, profile = self._cache.get(key, (now, (False, "")))
        if now >= until:
            try:
                profile = await self._ask_slack(who)
            except PaperboyError as error:
                log.warning("Slack did not say whether %s is an admin: %s", who.key, error)
                return False, ""
            self._set_cache(key, now + CACHE_TTL, profile)
        return profile

    async def _ask_slack(self, who: Person) -> tuple[bool, str]:
        answer = await self._workspaces.call(who.space, "users_info", user=who.id)
        user = get_object(answer.data, "user")
        return has_rights(user, who.space), known_zone(get_text(user, "tz"))

    def _set_cache(self, key: tuple[str, str], until: datetime, profile: tuple[bool, str]) -> None:
        if len(self._cache) >= MAX_CACHED_PEOPLE:
            self._cache.pop(next(iter(self._cache)))
        self._cache[key] = (until, profile)


def known_zone(name: str) -> str:
    """A time zone of the tz database; empty for anything else."""
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, KeyError, OSError):
        return ""


def is_private(place: Place) -> bool:
    """Whether a place is one person's alone (a direct message, App Home): no one has rights over others there."""
    return not place.channel or place.channel.startswith("D")


def has_rights(user: Json, space: str) -> bool:
    """Whether a user object of Slack shows an admin of this workspace, or of the organization with this id."""
    in_organization = get_object(user, "enterprise_user")
    if space == get_text(user, "team_id") or space in get_list(in_organization, "teams"):
        return any(user.get(right) is True for right in RIGHTS)
    if space == get_text(in_organization, "enterprise_id"):
        return any(in_organization.get(right) is True for right in RIGHTS)
    return False
