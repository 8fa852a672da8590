"""All of Paperboy in this process, with the sample papers, before a Slack: what a team would see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.slack.adapter import SlackAdapter
from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.chat.event import Place, Ref
from bot.clock import SystemClock
from bot.config import load
from bot.papers.samples import SOURCE, sample_papers
from bot.schedule import Clocked
from bot.store.records import Subscription
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.platforms.slack.conftest import hearing

PAPER = sample_papers()[0][0].paper


@pytest.fixture
async def app(slack: FakeSlack, acme: Workspace, tmp_path: Path) -> AsyncIterator[App]:
    environment = await slack.env(acme) | {
        "PAPERBOY_HOME": str(tmp_path),
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "PAPERBOY_SEARCH_SEMANTIC": "false",
        "SLACK_WORK_OBJECTS": "true",
    }
    if "slack" not in installed():
        pytest.skip("this Paperboy was installed before it knew Slack: install it again")
    async with open_app(load(None, environment, installed()), SystemClock()) as opened:
        adapter = opened.adapters["slack"]
        assert isinstance(adapter, SlackAdapter)
        async with hearing(adapter, opened.core):
            await welcome(opened)
            yield opened
    assert not await slack.wrong()
    assert not (await slack.counts())["limited"]


async def eventually(look: Callable[[], Awaitable[Any]], seconds: float = 10) -> Any:
    """What is found when it is there."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return found


async def test_papers_are_found_shown_saved_and_shared(app: App, ada: Someone, papers: Room) -> None:
    seen = await ada.run(PAPER.title, papers)
    first = seen.messages[0]
    assert PAPER.title in seen.text
    assert "You voted for" in (await ada.press(first, "Vote")).text
    saved = await ada.press(first, "Save")
    assert saved.error == ""
    await ada.press(first, "Share to channel")
    assert len(await papers.messages()) == 1


async def test_the_daily_thread_comes_and_its_reactions_are_votes(
    app: App, ada: Someone, bob: Someone, papers: Room, slack: FakeSlack, place: Place
) -> None:
    wish = Subscription(
        id="s1", place=place, schedule=Clocked(times=(time(9),)), created=app.clock.now(), count=2, sources=(SOURCE,)
    )
    await app.store.subscriptions.add_subscription(wish)
    await app.planner.plan_now(wish)
    await app.dispatcher.deliver_due()
    head, *replies = await papers.messages()
    assert "Papers for" in head.text
    assert {reply.thread for reply in replies} == {head.ts}
    assert len(replies) == 2
    await ada.react(replies[0], "+1::skin-tone-3")
    await bob.react(replies[0], "heart")

    async def voted() -> bool:
        await app.card_updater.edit_changed()
        [now] = await papers.messages(ts=replies[0].ts)
        return "2 votes here" in str(now.blocks)

    assert await eventually(voted)
    await bob.react(replies[0], "heart", added=False)


async def test_two_skin_tones_of_one_person_are_one_vote_and_taking_one_back_leaves_the_other(
    app: App, ada: Someone, papers: Room, place: Place
) -> None:
    wish = Subscription(
        id="s1", place=place, schedule=Clocked(times=(time(9),)), created=app.clock.now(), count=1, sources=(SOURCE,)
    )
    await app.store.subscriptions.add_subscription(wish)
    await app.planner.plan_now(wish)
    await app.dispatcher.deliver_due()
    post = (await papers.messages())[-1]

    async def votes() -> int:
        delivery = await app.store.outbox.by_ref(Ref(place, post.ts))
        assert delivery is not None
        tallies = await app.store.votes.tallies_for(place.tenant, delivery.post.papers)
        return tallies[delivery.post.papers[0]].up if tallies else 0

    for name in ("+1", "+1::skin-tone-3"):
        await ada.react(post, name)
    await eventually(votes)
    await ada.react(post, "+1", added=False)
    await asyncio.sleep(0.5)
    assert await votes() == 1
    await ada.react(post, "+1::skin-tone-3", added=False)
    async with asyncio.timeout(30):
        while await votes():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_schedule_is_made_in_a_dialog_with_a_preview(
    app: App, ada: Someone, papers: Room, acme: Workspace, slack: FakeSlack
) -> None:
    [form] = (await ada.run("schedule", papers)).views
    await ada.submit(form, {"when": "weekdays 09:00 Europe/Berlin"})
    [preview] = await slack.views(id=form.id)
    assert "09:00" in str(preview.body) or "9:00" in str(preview.body)
    kept = await ada.press(preview, "Schedule it")
    assert "Scheduled" in str(kept.views[0].body)
    [schedule] = await app.store.subscriptions.in_tenant(f"slack:{acme.id}")
    assert (schedule.place.channel, schedule.inactive_reason) == (papers.id, "")


async def test_others_are_told_privately_that_they_may_not(app: App, bob: Someone, papers: Room) -> None:
    seen = await bob.run("schedule daily 09:00", papers)
    assert [shown.kind for shown in seen.shown] == ["ephemeral"]
    assert "admin" in seen.text
    assert await papers.messages() == []


@pytest.mark.slow
@pytest.mark.parametrize("planted", ["schedul daily 03:33 top 30 diffusion", "forget-mee everything", "diffusion"])
async def test_an_admin_who_presses_what_another_person_shared_changes_nothing(
    app: App, ada: Someone, bob: Someone, papers: Room, acme: Workspace, planted: str
) -> None:
    await ada.press((await ada.run(PAPER.title, papers)).messages[0], "Save")
    answer = (await bob.run(planted, papers)).messages[0]
    await bob.press(answer, "Share to channel")
    [shared] = await eventually(papers.messages)
    for button in [label for block in shared.blocks for label in _labels(block) if label not in {"Vote", "Save"}]:
        await ada.press(shared, button, wait=2)
    assert await app.store.subscriptions.in_tenant(f"slack:{acme.id}") == []
    assert PAPER.title in (await ada.run("saved", papers)).text, "nothing of hers was deleted"


async def test_a_button_made_for_one_person_does_nothing_for_another(
    app: App, ada: Someone, bob: Someone, papers: Room, acme: Workspace, slack: FakeSlack
) -> None:
    """Bob can't show Ada his private answer, but whoever could send its button under her name gets nowhere."""
    answer = (await bob.run("schedul daily 03:33", papers)).messages[0]
    [button] = [label for block in answer.blocks for label in _labels(block) if label.startswith("Did you mean")]
    assert "was made for someone else" in (await ada.press(answer, button)).text
    assert await app.store.subscriptions.in_tenant(f"slack:{acme.id}") == []
    assert "admin" in (await bob.press(answer, button)).text


def _labels(block: dict[str, Any]) -> list[str]:
    return [part["text"]["text"] for part in block.get("elements", ()) if part.get("type") == "button"]


async def test_app_home_and_menus_work_with_the_real_core(app: App, ada: Someone, papers: Room) -> None:
    home = (await ada.open_home()).views[0]
    assert home.body["type"] == "home"
    await ada.say(f"have you read {PAPER.links.page} ?", papers)
    message = (await papers.messages())[-1]
    voted = await ada.shortcut("menu:vote", message)
    assert "vote" in voted.text
    similar = await ada.shortcut("menu:similar", message)
    assert similar.shown[0].kind == "ephemeral"


async def test_a_link_shows_its_card(app: App, ada: Someone, papers: Room, slack: FakeSlack) -> None:
    url = PAPER.links.page
    await ada.say(f"look at {url}", papers, links=[url])
    [unfurl] = await eventually(lambda: slack.read("unfurls"))
    assert PAPER.title in str(unfurl["unfurls"][url])


async def test_a_link_is_a_work_object_that_opens(app: App, ada: Someone, papers: Room, slack: FakeSlack) -> None:
    url = PAPER.links.page
    await ada.say(f"look at {url}", papers, links=[url])
    [below] = await eventually(lambda: slack.read("entities"))
    await slack.do("open_details", user=ada.id, channel=papers.id, id=PAPER.id)
    [opened] = await eventually(lambda: slack.read("presented"))
    for entity in (below, opened):
        payload = entity["entity_payload"]
        assert payload["fields"]["description"]["value"]
        labels = [button["text"] for button in payload["actions"]["primary_actions"]]
        assert labels == ["Vote", "Save"]
        assert payload["attributes"]["title"]["text"] == PAPER.title


async def test_an_archived_channel_holds_its_schedules(app: App, ada: Someone, papers: Room, acme: Workspace) -> None:
    await ada.run("schedule daily 09:00 UTC", papers)

    async def held() -> Any:
        return [s for s in await app.store.subscriptions.in_tenant(f"slack:{acme.id}") if s.inactive_reason]

    assert await held() == []
    await papers.archive()
    [schedule] = await eventually(held)
    assert "archived" in schedule.inactive_reason


async def test_a_channel_whose_id_changes_keeps_its_schedules_posts_and_votes(
    app: App, ada: Someone, bob: Someone, papers: Room, acme: Workspace, place: Place
) -> None:
    """Slack gives a channel another id when it is shared with another workspace, for example."""
    kept = Subscription(
        id="s1", place=place, schedule=Clocked(times=(time(9),)), created=app.clock.now(), count=1, sources=(SOURCE,)
    )
    await app.store.subscriptions.add_subscription(kept)
    await app.planner.plan_now(kept)
    await app.dispatcher.deliver_due()
    post = (await papers.messages())[-1]
    await app.store.subscriptions.add_subscription(replace(kept, id="s2"))
    await app.planner.plan_now(replace(kept, id="s2"))  # its post still waits
    await papers.change_id()

    async def moved() -> bool:
        return {s.place.channel for s in await app.store.subscriptions.in_tenant(f"slack:{acme.id}")} == {papers.id}

    assert await eventually(moved)
    before = len(await papers.messages())
    await app.dispatcher.deliver_due()
    assert len(await papers.messages()) > before
    await ada.react((await papers.messages(ts=post.ts))[0], "+1")

    async def voted() -> bool:
        return bool(await app.store.votes.tallies_for(place.tenant, (PAPER.id,)))

    assert await eventually(voted)
