"""Decides who may set schedules: the workspace's admins and owners, and the people named in the settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from msgspec.structs import replace

from adapters.slack.profiles import Profiles
from bot.chat.event import ButtonPress, Command, FormSubmission, Place

PersonEvent = TypeVar("PersonEvent", Command, ButtonPress, FormSubmission)


class Admins:
    """Says what a person may do in a place."""

    def __init__(self, profiles: Profiles, admins: Collection[str]) -> None:
        self._profiles = profiles
        self._admins = frozenset(admins)

    async def with_rights(self, event: PersonEvent) -> PersonEvent:
        """The event, with whether its person is an admin in its place, with their language and time zone."""
        profile = await self._profiles.get_profile(event.who.space, event.who.id)
        is_admin = not is_private(event.place) and (profile.is_admin or event.who.id in self._admins)
        who = replace(event.who, admin=is_admin, language=profile.language, time_zone=profile.time_zone)
        return replace(event, who=who)


def is_private(place: Place) -> bool:
    """Whether a place is one person's alone (a direct message, App Home): no one has rights over others there."""
    return not place.channel or place.channel.startswith("D")
