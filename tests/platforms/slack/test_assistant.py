"""The assistant beside channels, answers that appear block by block, and the workflow step: with the real core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.inbound.workflow_step import CALLBACK
from adapters.slack.install.scopes import SCOPES
from bot.app.build import App
from bot.clock import SystemClock
from bot.papers.samples import sample_papers
from tests.fakes.core import FakeCore
from tests.fakes.slack import FakeSlack, Room, Someone, Workspace
from tests.fakes.slack.people import Pane
from tests.platforms.slack.conftest import Make, hearing
from tests.platforms.slack.test_whole import app, eventually

__all__ = ["app"]  # the fixture

Open = Callable[..., Awaitable[Pane]]
PAPER = sample_papers()[0][0].paper


@pytest.fixture(params=["agent_view", "assistant_view"])
async def open_assistant(request: pytest.FixtureRequest, ada: Someone) -> Open:
    """Opens it as an app made since 2026 has it, or as older apps do."""
    return ada.open_messages if request.param == "agent_view" else ada.open_pane


async def test_the_pane_offers_prompts_that_are_commands(
    app: App, open_assistant: Open, papers: Room, slack: FakeSlack
) -> None:
    await slack.settings(limits={"scale": 20})  # four answers in a row
    pane = await open_assistant(papers)

    async def offered() -> Any:
        return (await pane.state())["prompts"]

    prompts = await eventually(offered)
    assert [prompt["message"] for prompt in prompts] == ["today", "trending", "why", "mine"]
    for prompt in prompts:
        seen = await pane.say(prompt["message"])
        assert seen.messages, prompt
        assert seen.ack
        assert {message.thread for message in seen.messages} == {pane.ts or seen.ack["ts"]}
    threads = [state for state in await slack.read("panes") if state["ts"]]
    assert len([status for state in threads for status in state["statuses"] if status]) == len(prompts)
    assert {state["status"] for state in threads} == {""}, "no status stays behind"


async def test_why_is_about_the_channel_beside_the_pane(
    app: App, ada: Someone, open_assistant: Open, papers: Room, acme: Workspace
) -> None:
    await ada.run("schedule daily 11:23 UTC", papers)
    quiet = await acme.channel("quiet")
    pane = await open_assistant(quiet)
    assert "11:23" not in (await pane.say("why")).text
    await pane.move(papers)

    async def tells_of_the_schedule() -> bool:
        return "11:23" in (await pane.say("why")).text

    assert await eventually(tells_of_the_schedule)


async def test_a_paper_can_be_asked_about_and_the_answer_appears_block_by_block(
    app: App, open_assistant: Open, papers: Room, slack: FakeSlack
) -> None:
    pane = await open_assistant(papers)
    shown = await pane.say(f"show {PAPER.id}")
    assert shown.ack
    pane.ts = pane.ts or shown.ack["ts"]
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
    adapter_of: Make, acme: Workspace, core: FakeCore, ada: Someone, slack: FakeSlack
) -> None:
    """On a free plan there is no pane."""
    made = await slack.do("token", team=acme.id, scopes=list(SCOPES))
    async with hearing(adapter_of(bot_token=made["token"]), core):
        await ada.open_messages()
        assert [message.thread for message in (await ada.write("owls")).messages] == [""]
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


async def test_a_step_that_is_sent_again_posts_nothing_twice(
    app: App, acme: Workspace, papers: Room, slack: FakeSlack
) -> None:
    """To another process, or after a restart: the event's own id is new then."""
    step = {"team": acme.id, "callback": CALLBACK, "inputs": {"channel": papers.id}, "run": "Fx1"}

    async def finished() -> bool:
        return bool((await slack.read("steps"))["Fx1"] == "ok")

    async def age(begun: timedelta) -> None:
        value = (SystemClock().now() - begun).isoformat().encode()
        await app.store.key_value("slack").put("workflow-step/slack:Fx1", value)

    await age(timedelta(minutes=10))  # a process that began it died before it posted
    await slack.do("run_step", **step)
    assert await eventually(finished)
    posted = [message.ts for message in await papers.messages()]
    assert posted
    await slack.do("run_step", **step)
    assert await eventually(finished)
    await age(timedelta(seconds=5))  # another process is at it
    await slack.do("run_step", **step)
    await slack.do("run_step", **step | {"run": "Fx2", "inputs": {"channel": "C0GONE"}})  # what comes after it is heard
    assert await eventually(lambda: _step_ended(slack, "Fx2"))
    assert [message.ts for message in await papers.messages()] == posted
    assert (await slack.read("steps"))["Fx1"] == "running"


async def _step_ended(slack: FakeSlack, run: str) -> bool:
    return bool((await slack.read("steps"))[run] != "running")
