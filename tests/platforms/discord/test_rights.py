"""Who is an admin: asked for this person in this place."""

from __future__ import annotations

from bot.chat.event import Command, FormSubmission, Place
from tests.fakes.discord import FakeDiscord
from tests.platforms.discord.conftest import Start
from tests.platforms.discord.core import TalkingCore


async def test_no_one_is_admin_of_a_server_in_a_direct_message(
    discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, ada: str, bob: str
) -> None:
    adapter = await start(core)
    for person in (ada, bob):
        place = await adapter.open_direct_message(person, guild)
        await discord.slash(person, place.channel, "papers", query="unsubmit 1609.09106")
        discord.say(person, place.channel, "home")
    await discord.until(lambda: len(core.kind(Command)) == 4)
    assert {(event.who.tenant, event.who.admin) for event in core.kind(Command)} == {(f"discord:{guild}", False)}


async def test_in_a_direct_message_of_their_own_people_are_their_own_admins(
    discord: FakeDiscord, start: Start, core: TalkingCore, bob: str
) -> None:
    await start(core)
    channel = discord.direct(bob)
    await discord.slash(bob, channel, "papers", query="x")
    discord.say(bob, channel, "y")
    await discord.until(lambda: len(core.kind(Command)) == 2)
    assert {(event.who.tenant, event.who.admin) for event in core.kind(Command)} == {(f"discord:@{bob}", True)}


async def test_the_permission_for_a_command_counts_in_its_channel_only(
    discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, papers: Place, bob: str
) -> None:
    await start(core)
    other = discord.text_channel(guild, "other")
    discord.permit(guild, "papers-schedule", bob)
    await discord.slash(bob, papers.channel, "papers-schedule", when="daily 09:00", top="5")
    await discord.slash(bob, papers.channel, "papers", query="here")
    await discord.slash(bob, other, "papers", query="there")
    (submitted,) = core.kind(FormSubmission)
    here, there = core.kind(Command)
    assert (submitted.who.admin, here.who.admin, there.who.admin) == (True, True, False)


async def test_a_changed_permission_ends_what_it_granted(
    discord: FakeDiscord, start: Start, core: TalkingCore, guild: str, papers: Place, bob: str
) -> None:
    await start(core)
    discord.permit(guild, "papers-schedule", bob)
    await discord.slash(bob, papers.channel, "papers-schedule", when="daily 09:00", top="5")
    changed = {"id": "1", "application_id": "2", "guild_id": guild, "permissions": []}
    discord.send_event("APPLICATION_COMMAND_PERMISSIONS_UPDATE", changed)
    await discord.slash(bob, papers.channel, "papers", query="later")
    (later,) = core.kind(Command)
    assert not later.who.admin
