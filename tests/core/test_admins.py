"""Who is an admin: what each adapter reads out of its platform's own words, held against the table of SECURITY.md."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.discord.events import parse_person
from adapters.email import events as email
from adapters.slack.profiles import Admins, Profile, Profiles, read_profile
from adapters.webchat.people import ROBIN, YOU, person_for
from bot.chat.event import Command, Person, Place
from tests.core.test_rights import table

AT = datetime(2026, 5, 29, tzinfo=UTC)
ADMIN_HERE = {"team_id": "T1", "is_admin": True}
ADMIN_ELSEWHERE = {"team_id": "T2", "is_admin": True, "is_owner": True, "is_primary_owner": True}
CHANNEL, THREAD, DM, HOME = (Place("slack", "T1", *rest) for rest in (("C1",), ("C1", "7.7"), ("D1",), ("",)))


async def slack_admin(user: dict[str, Any], place: Place, *named: str) -> bool:
    async def get_profile(space: str, person: str) -> Profile:
        return read_profile(user, space)

    profiles = cast(Profiles, SimpleNamespace(get_profile=get_profile))
    event = Command(id="e", at=AT, who=Person(platform="slack", space="T1", id="U1"), place=place, text="schedule")
    return (await Admins(profiles, named).with_rights(event)).who.admin


@pytest.mark.parametrize(
    ("user", "place", "named", "admin"),
    [
        (ADMIN_HERE, CHANNEL, (), True),
        (ADMIN_HERE, THREAD, (), True),
        ({"team_id": "T1"}, CHANNEL, (), False),
        ({"team_id": "T1"}, CHANNEL, ("U1",), True),
        (ADMIN_ELSEWHERE, CHANNEL, (), False),
        (ADMIN_HERE, DM, (), False),
        (ADMIN_HERE, HOME, (), False),
        ({"team_id": "T1"}, DM, ("U1",), False),
        ({}, CHANNEL, (), False),
    ],
)
async def test_slack(user: dict[str, Any], place: Place, named: tuple[str, ...], admin: bool) -> None:
    assert await slack_admin(user, place, *named) is admin


@pytest.mark.parametrize(
    ("guild", "space", "manages", "may_schedule", "admin"),
    [
        (77, "77", True, False, True),
        (77, "77", False, True, True),
        (77, "77", False, False, False),
        (None, "77", True, True, False),
        (None, "77", False, False, False),
        (None, "@5", False, False, True),
    ],
)
def test_discord(guild: int | None, space: str, manages: bool, may_schedule: bool, admin: bool) -> None:
    interaction = SimpleNamespace(
        user=SimpleNamespace(id=5, display_name="Eve"),
        guild_id=guild,
        locale="en-US",
        channel=None,
        context=SimpleNamespace(private_channel=False),
        _integration_owners={},
        permissions=SimpleNamespace(manage_guild=manages),
    )
    person = parse_person(cast(Any, interaction), Place("discord", space, "C1"), may_schedule=may_schedule)
    assert person.admin is admin


def test_the_browser_chat_has_one_admin() -> None:
    assert (YOU.admin, ROBIN.admin) == (True, False)
    assert person_for("robin") == ROBIN


def test_a_subscriber_is_the_admin_of_their_own_mailbox() -> None:
    event = email.command("reader1", "schedule daily 09:00", at=AT, cause="c")
    assert (event.who.admin, event.who.id, event.place.channel) == (True, "reader1", "reader1")


def test_the_table_has_a_row_for_each_of_them() -> None:
    assert {platform for platform, *_ in table("platform")} == {"slack", "discord", "web", "email", "site"}
