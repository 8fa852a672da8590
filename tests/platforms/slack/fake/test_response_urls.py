"""Answers through a response_url: five, within half an hour, to one user or to all."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.fakes.slack import FakeSlack, Room, Someone

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
ROW = [{"type": "actions", "elements": [BUTTON]}]


def last_url(slack: FakeSlack) -> str:
    """The response_url of the last thing somebody did."""
    assert slack.server is not None
    world = slack.server.world
    return f"{world.base}/actions/{list(world.hooks)[-1]}"


@pytest.fixture
async def hook(slack: FakeSlack, papers: Room, ada: Someone) -> AsyncWebhookClient:
    await ada.run("x", papers)
    return AsyncWebhookClient(last_url(slack))


async def test_for_one_or_for_all(slack: FakeSlack, hook: AsyncWebhookClient, papers: Room, ada: Someone) -> None:
    await hook.send(text="for you")
    await hook.send(text="for all", response_type="in_channel")
    assert [m.text for m in await papers.messages()] == ["for all"]
    assert [(m.text, m.seen_by) for m in await slack.ephemerals()] == [("for you", ada.id)]


async def test_five_uses_and_half_an_hour(
    slack: FakeSlack, hook: AsyncWebhookClient, papers: Room, ada: Someone
) -> None:
    answers = [await hook.send(text="again") for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    await ada.run("x", papers)
    await slack.settings(shift=1801)
    late = await AsyncWebhookClient(last_url(slack)).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_nothing_and_too_much_are_refused(slack: FakeSlack, hook: AsyncWebhookClient) -> None:
    assert "no_text" in (await hook.send(text="")).body
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    assert "invalid_blocks" in (await hook.send(text="x", blocks=[section])).body
    assert [one.where for one in (await slack.wrong())["refused"]] == ["response_url"]


async def test_replacing_and_deleting_what_a_button_stood_on(
    slack: FakeSlack, client: AsyncWebClient, papers: Room, ada: Someone
) -> None:
    await client.chat_postMessage(channel=papers.id, text="vote", blocks=ROW)
    await ada.press((await papers.messages())[0], "Go")
    hook = AsyncWebhookClient(last_url(slack))
    await hook.send(text="voted", replace_original=True)
    assert [(m.text, m.blocks) for m in await papers.messages()] == [("voted", [])]
    await hook.send(delete_original=True)
    assert await papers.messages() == []


async def test_a_broken_answer(slack: FakeSlack, hook: AsyncWebhookClient) -> None:
    await slack.fail_next("response_url", "error_after")
    assert (await hook.send(text="x")).status_code == 503
    assert len(await slack.ephemerals()) == 1
