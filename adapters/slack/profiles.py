"""People's names, languages, time zones and rights, from Slack. Cached for minutes, never stored.

Slack describes a person with the rights they have in their own workspace, even if they belong to another one and are
only in a channel shared with ours. https://docs.slack.dev/apis/slack-connect
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from adapters.slack.client import Workspaces
from adapters.slack.outbound.elements import Json
from adapters.slack.payload import get_list, get_object, get_text
from bot.chat.event import ButtonPress, Command, FormSubmission, Place
from bot.chat.message import clean
from bot.clock import Clock
from bot.errors import PaperboyError
from bot.recent import RecentDict

PersonEvent = TypeVar("PersonEvent", Command, ButtonPress, FormSubmission)


log = logging.getLogger(__name__)

CACHE_TTL = timedelta(minutes=5)  # a new admin may set schedules after so long at most
SCOPE = "users:read"
MAX_CACHED_PEOPLE = 10_000
MAX_NAME_CHARS = 40
RIGHTS = ("is_admin", "is_owner", "is_primary_owner")


class Admins:
    """Says what a person may do in a place."""

    def __init__(self, profiles: Profiles, admins: Collection[str]) -> None:
        self._profiles = profiles
        self._admins = frozenset(admins)

    async def with_rights(self, event: PersonEvent) -> PersonEvent:
        """The event, with whether its person is an admin in its place, with their language and time zone."""
        profile = await self._profiles.get_profile(event.who.space, event.who.id)
        is_admin = not is_private(event.place) and (profile.is_admin or event.who.id in self._admins)
        name = profile.name if profile.name != Profile().name else event.who.name
        who = replace(event.who, name=name, admin=is_admin, language=profile.language, time_zone=profile.time_zone)
        return replace(event, who=who)


def is_private(place: Place) -> bool:
    """Whether a place is one person's alone (a direct message, App Home): no one has rights over others there."""
    return not place.channel or place.channel.startswith("D")


class Profile(Struct, frozen=True, kw_only=True):
    """One person in one workspace. The defaults are for a person whose profile Slack doesn't return."""

    name: str = "someone here"
    language: str = ""  # a tag such as `de-DE`
    time_zone: str = ""  # a name of the tz database
    is_admin: bool = False


class Profiles:
    """Asks Slack about people, and remembers the answers for five minutes."""

    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self._workspaces = workspaces
        self._clock = clock
        self._cache = RecentDict[tuple[str, str], tuple[datetime, Profile]](MAX_CACHED_PEOPLE)

    async def get_profile(self, space: str, person: str) -> Profile:
        """A person's profile; the default one when Slack doesn't answer."""
        now, key = self._clock.now(), (space, person)
        until, profile = self._cache.get(key, (now, Profile()))
        if now < until:
            return profile
        try:
            scopes = (await self._workspaces.installs.find_install(space)).scopes
            if scopes and SCOPE not in scopes:
                return Profile()
            answer = await self._workspaces.call(space, "users_info", user=person, include_locale=True)
        except PaperboyError as error:
            log.warning("Slack profile of %s in %s not available: %s", person, space, error)
            return Profile()
        profile = read_profile(get_object(answer.data, "user"), space)
        self._cache[key] = (now + CACHE_TTL, profile)
        return profile

    def known_language(self, space: str, person: str) -> str:
        """The language of a person who was asked about before; empty when it isn't known yet."""
        return self._cache.get((space, person), (None, Profile()))[1].language


def read_profile(user: Json, space: str) -> Profile:
    """The profile in a user object of Slack."""
    names = (
        get_text(user, "profile", "display_name"),
        get_text(user, "profile", "real_name"),
        get_text(user, "name"),
        Profile().name,
    )
    return Profile(
        name=next(filter(None, (clean(name, MAX_NAME_CHARS) for name in names))),
        language=get_text(user, "locale"),
        time_zone=_known_zone(get_text(user, "tz")),
        is_admin=_has_rights(user, space),
    )


def _has_rights(user: Json, space: str) -> bool:
    """Whether a user object shows an admin of this workspace, or of the organization with this id."""
    in_organization = get_object(user, "enterprise_user")
    if space == get_text(user, "team_id") or space in get_list(in_organization, "teams"):
        return any(user.get(right) is True for right in RIGHTS)
    if space == get_text(in_organization, "enterprise_id"):
        return any(in_organization.get(right) is True for right in RIGHTS)
    return False


def _known_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, KeyError, OSError):
        return ""
