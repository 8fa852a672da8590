"""A button never lets one person act in another's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.chat.event import Answer, Person, Place
from bot.chat.message import Action
from bot.commands.context import Effect
from bot.commands.registry import commands
from tests.builders import ADA, BOB, PAPERS
from tests.core.conftest import Channel, buttons
from tests.fakes.invites import FakeInvites

CAROL = Person(platform="web", space="home", id="carol")
CHANGING = [command.name for command in commands(feeds=True) if command.effect is Effect.CHANGES]
OWN = [command.name for command in commands(invites=FakeInvites()) if command.effect is Effect.READS_OWN]


@dataclass
class Snapshot:
    """What is stored about people and the channel."""

    rows: dict[str, object]

    @classmethod
    async def of(cls, channel: Channel) -> Snapshot:
        return cls({who.key: await channel.store.ownership.export(who.key) for who in (ADA, BOB, CAROL)})


async def planted(channel: Channel, typed: str) -> Answer:
    """Bob types something, and shares the answer with all its buttons."""
    answer = await channel.says(typed, who=BOB)
    return await channel.presses(buttons(answer.message)["Share to channel"], who=BOB)


@pytest.mark.parametrize("name", CHANGING)
async def test_a_shared_message_has_no_button_that_changes_anything(channel: Channel, name: str) -> None:
    await channel.says("save 2503.00003", who=ADA)
    typo = name[:-1] if len(name) > 4 else f"{name}{name[-1]}"
    before = await Snapshot.of(channel)
    shared = await planted(channel, f"{typo} daily 03:33 top 30 hypernetworks")
    assert not shared.private
    for action in buttons(shared.message).values():
        if action.name in {"page", "share", "similar", "show", "run", "confirm"}:
            await channel.presses(action, who=ADA)
    assert await Snapshot.of(channel) == before
    assert await channel.store.subscriptions.in_place(PAPERS) == []


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("action", ["page", "share", "run", "confirm", "do"])
async def test_a_made_up_action_changes_nothing(channel: Channel, name: str, action: str) -> None:
    await channel.says("save 2503.00003", who=ADA)
    before = await Snapshot.of(channel)
    for text in (f"{name} daily 09:00", f"{name} 2503.00001", name):
        for args in (("0", text), (text,), ("1742284800", "a" * 16, text), ("", "", text), ("x", "é", text)):
            await channel.presses(Action(action, args), who=ADA)
    assert await Snapshot.of(channel) == before
    assert await channel.store.subscriptions.in_place(PAPERS) == []


async def test_a_mistyped_command_that_changes_something_can_be_run_by_who_typed_it_alone(channel: Channel) -> None:
    answer = await channel.says("schedul daily 03:33 top 30", who=ADA)
    button = buttons(answer.message)["Did you mean /papers schedule?"]
    for who in (BOB, Person(platform="web", space="home", id="eve", admin=True)):
        refused = await channel.presses(button, who=who)
        assert "made for someone else" in refused.message.plain
    assert await channel.store.subscriptions.in_place(PAPERS) == []
    assert "Scheduled" in (await channel.presses(button, who=ADA)).message.plain
    assert len(await channel.store.subscriptions.in_place(PAPERS)) == 1


async def test_a_bound_button_works_once_in_its_place_and_for_an_hour(channel: Channel) -> None:
    answer = await channel.says("schedul daily 03:33 top 30", who=ADA)
    button = buttons(answer.message)["Did you mean /papers schedule?"]
    elsewhere = await channel.presses(button, who=ADA, place=Place("web", "home", "other"))
    assert "made for someone else" in elsewhere.message.plain
    await channel.presses(button, who=ADA)
    assert await channel.core.handle_event(channel.press(button, ADA)) is None
    assert len(await channel.store.subscriptions.in_place(PAPERS)) == 1
    late = buttons((await channel.says("schedul daily 04:44 top 30")).message)["Did you mean /papers schedule?"]
    channel.clock.moment += timedelta(hours=1, seconds=1)
    assert "/papers schedule daily 04:44 top 30" in (await channel.presses(late)).message.plain
    assert len(await channel.store.subscriptions.in_place(PAPERS)) == 1


async def test_a_bound_button_works_after_a_restart_and_in_another_process(channel: Channel) -> None:
    answer = await channel.says("schedul daily 03:33 top 30", who=ADA)
    channel.core = channel.start()
    assert (
        "Scheduled" in (await channel.presses(buttons(answer.message)["Did you mean /papers schedule?"])).message.plain
    )


async def test_what_can_not_be_undone_asks_once_more_even_when_typed_in_full(channel: Channel) -> None:
    await channel.says("save 2503.00003", who=BOB)
    for typed in ("forget-me", "forget-me everything"):
        sure = await channel.says(typed, who=BOB)
        assert await channel.store.people.saved_papers(BOB.key)
        assert (
            "made for someone else"
            in (await channel.presses(buttons(sure.message)["Delete it"], who=ADA)).message.plain
        )
    slip = await channel.says("forget-mee everything", who=BOB)
    sure = await channel.presses(buttons(slip.message)["Did you mean /papers forget-me?"], who=BOB)
    assert await channel.store.people.saved_papers(BOB.key)
    await channel.presses(buttons(sure.message)["Delete it"], who=BOB)
    assert await channel.store.people.saved_papers(BOB.key) == []


@pytest.mark.parametrize("name", OWN)
async def test_what_belongs_to_one_person_is_not_shared_by_a_button(channel: Channel, name: str) -> None:
    await channel.says("save 2503.00003", who=ADA)
    answer = await channel.presses(Action("share", ("0", name)), who=ADA)
    assert answer.private
    assert "can't be shared" in answer.message.plain
    assert "Share to channel" not in buttons((await channel.says(name, who=ADA)).message)


async def test_a_shared_answer_can_be_leafed_through_but_not_shared_again(channel: Channel) -> None:
    shared = await planted(channel, "trendng hypernetworks")
    assert "Share to channel" not in buttons(shared.message)
    meant = await channel.presses(buttons(shared.message)["Did you mean /papers trending?"], who=ADA)
    assert meant.private
    assert "Trending this week on “hypernetworks”" in meant.message.plain


@pytest.mark.parametrize("name", ["vote", "unvote", "save", "show", "similar"])
@pytest.mark.parametrize("id", ["nope", "Hypernetworks", "2503.00001", "x" * 90, "<script>", "arxiv:2503.0000"])
async def test_buttons_take_exact_ids_only(channel: Channel, name: str, id: str) -> None:
    answer = await channel.presses(Action(name, (id,)), who=BOB)
    assert "don't know this paper" in answer.message.plain
    assert await channel.store.people.saved_papers(BOB.key) == []
    assert not any(await channel.store.votes.tallies_for(BOB.tenant, [f"arxiv:2503.0000{n}" for n in (1, 2, 3)]))


async def test_the_schedule_button_opens_a_form_and_takes_nothing_else(channel: Channel) -> None:
    await channel.says("schedule daily 09:00")
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    opened = await channel.presses(Action("schedule", (f"{made.id} weekdays 03:33", "weekdays 04:44")))
    assert opened.form
    assert await channel.store.subscriptions.in_place(PAPERS) == [made]
