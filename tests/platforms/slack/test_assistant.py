"""The assistant beside channels, answers that appear block by block, and the workflow step: with the real core."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack.inbound.workflow_step import CALLBACK
from bot.app.build import App
from bot.papers.samples import sample_papers
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.platforms.slack.test_whole import app, eventually

__all__ = ["app"]  # the fixture

PAPER = sample_papers()[0][0].paper


async def test_the_pane_offers_prompts_that_are_commands(
    app: App, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(limits={"scale": 20})  # four answers in a row
    pane = await ada.open_pane(papers)

    async def offered() -> Any:
        return (await pane.state())["prompts"]

    prompts = await eventually(offered)
    assert [prompt["message"] for prompt in prompts] == ["today", "trending", "why", "mine"]
    for prompt in prompts:
        seen = await pane.say(prompt["message"])
        assert seen.messages, prompt
        assert {message.thread for message in seen.messages} == {pane.ts}
    state = await pane.state()
    assert len([status for status in state["statuses"] if status]) == len(prompts)
    assert state["status"] == "", "no status stays behind"


async def test_why_is_about_the_channel_beside_the_pane(app: App, ada: Someone, papers: Room, acme: Workspace) -> None:
    await ada.run("schedule daily 11:23 UTC", papers)
    quiet = await acme.channel("quiet")
    pane = await ada.open_pane(quiet)
    assert "11:23" not in (await pane.say("why")).text
    await pane.move(papers)

    async def tells_of_the_schedule() -> bool:
        return "11:23" in (await pane.say("why")).text

    assert await eventually(tells_of_the_schedule)


async def test_a_paper_can_be_asked_about_and_the_answer_appears_block_by_block(
    app: App, ada: Someone, papers: Room, slack: FakeSlack
) -> None:
    pane = await ada.open_pane(papers)
    await pane.say(f"show {PAPER.id}")
    await pane.say("What is it about?", answers=4)

    async def answered() -> Any:
        streamed = await slack.messages(thread=pane.ts, via="stream")
        return streamed if streamed and not await slack.read("streams") else None

    [answer] = await eventually(answered)
    assert "What is it about?" in str(answer.blocks)
    assert answer.blocks[-1]["type"] == "actions"
    counts = (await slack.counts())["requests"]
    assert counts["chat.appendStream"] >= 1
    assert counts["chat.startStream"] == counts["chat.stopStream"] == 1


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream"])
async def test_where_streaming_fails_the_answer_is_complete_all_the_same(
    app: App, ada: Someone, papers: Room, slack: FakeSlack, method: str
) -> None:
    pane = await ada.open_pane(papers)
    await pane.say(f"show {PAPER.id}")
    await slack.fail_next(method, "rate_limited", times=20)
    await pane.say("What is it about?")

    async def answered() -> Any:
        return [m for m in await slack.messages(thread=pane.ts) if "What is it about?" in str(m.blocks) and m.bot_id]

    [answer] = await eventually(answered)

    async def complete() -> Any:
        [now] = await slack.messages(ts=answer.ts)
        return now.blocks[-1]["type"] == "actions" and not await slack.read("streams")

    assert await eventually(complete)


async def test_without_the_assistants_scope_it_is_a_direct_message_like_any_other(
    app: App, ada: Someone, slack: FakeSlack
) -> None:
    """On a free plan there is no pane."""
    assert "Papers for" in (await ada.write("today")).text
    assert not [r for r in await slack.requests() if r.method.startswith("assistant.")]


@pytest.mark.parametrize(
    ("inputs", "outcome"), [({}, "ok"), ({"topic": PAPER.title}, "ok"), ({"channel": "C0GONE"}, "")]
)
async def test_a_workflow_posts_the_days_papers(
    app: App, acme: Workspace, papers: Room, slack: FakeSlack, inputs: dict[str, str], outcome: str
) -> None:
    made = await slack.do("run_step", team=acme.id, callback=CALLBACK, inputs={"channel": papers.id} | inputs)

    async def finished() -> Any:
        return (found := (await slack.read("steps"))[made["run"]]) != "running" and found

    ended = await eventually(finished)
    messages = await papers.messages()
    assert (ended == "ok") == bool(outcome)
    if not outcome:
        assert "channel_not_found" in ended
        assert not messages
        return
    assert PAPER.title in str(messages[0].blocks) or "topic" not in inputs
    assert "Papers for" in messages[0].text or "Papers for" in str(messages[0].blocks)
