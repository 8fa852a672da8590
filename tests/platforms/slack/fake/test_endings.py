"""Leaving: tokens revoked, the app uninstalled, the bot taken out. And modals on top of modals, and previews."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Someone, Workspace

TITLE = {"type": "plain_text", "text": "Title"}


def modal(name: str) -> dict[str, Any]:
    return {"type": "modal", "callback_id": name, "title": TITLE, "submit": TITLE, "blocks": [{"type": "divider"}]}


async def events(slack: FakeSlack, count: int) -> set[str]:
    return {d["name"] for d in await slack.until("deliveries", count, kind="events_api")}


async def test_revoking_one_s_own_token(slack: FakeSlack, client: AsyncWebClient) -> None:
    assert not (await client.auth_revoke(test=True))["revoked"]
    assert (await client.auth_revoke())["revoked"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()
    assert await events(slack, 1) == {"tokens_revoked"}


async def test_uninstalling_oneself(slack: FakeSlack, client: AsyncWebClient) -> None:
    app = await slack.app()
    with pytest.raises(SlackApiError, match="invalid_client_id"):
        await client.apps_uninstall(client_id=app["client_id"], client_secret="wrong")
    await client.apps_uninstall(client_id=app["client_id"], client_secret=app["client_secret"])
    with pytest.raises(SlackApiError, match="account_inactive"):
        await client.auth_test()
    assert await events(slack, 2) == {"tokens_revoked", "app_uninstalled"}


async def test_an_organisation_uninstalls(slack: FakeSlack) -> None:
    org = await slack.enterprise()
    await slack.workspace("East", enterprise=org["id"], installed=False)
    await slack.do("uninstall", team=org["id"])
    with pytest.raises(SlackApiError, match="account_inactive"):
        await AsyncWebClient(token=org["token"], base_url=slack.api_url).auth_test()
    assert await events(slack, 2) == {"tokens_revoked", "app_uninstalled"}


async def test_taken_out_and_back_in(slack: FakeSlack, client: AsyncWebClient, papers: Room, ada: Someone) -> None:
    await papers.kick()
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.chat_postMessage(channel=papers.id, text="x")
    with pytest.raises(LookupError, match="the bot is not in"):
        await ada.mention("hello?", papers)
    await papers.invite()
    await client.chat_postMessage(channel=papers.id, text="x")
    assert await events(slack, 3) == {"channel_left", "member_left_channel", "member_joined_channel"}


async def test_modals_on_modals(
    slack: FakeSlack, client: AsyncWebClient, listen: Any, papers: Room, ada: Someone
) -> None:
    app = AsyncApp(client=client, signing_secret="x")

    @app.command("/papers")
    async def command(ack: Any, command: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=modal("push"))

    @app.view("push")
    async def pushed(ack: Any) -> None:
        await ack(response_action="push", view=modal("update"))

    @app.view("update")
    async def updated(ack: Any) -> None:
        await ack(response_action="update", view=modal("clear"))

    @app.view("clear")
    async def cleared(ack: Any) -> None:
        await ack(response_action="clear")

    await listen(app)
    first = (await ada.run("x", papers)).views[0]
    second = (await ada.submit(first, answers=1)).views[0]
    assert (second.previous, second.root) == (first.id, first.id)
    third = (await ada.submit(second, answers=1)).views[0]
    assert (third.id, third.body["callback_id"]) == (second.id, "clear")
    await ada.submit(third)
    assert [view.open for view in await slack.views()] == [False, False]


async def test_a_preview_while_the_message_is_written(
    slack: FakeSlack, client: AsyncWebClient, papers: Room, ada: Someone
) -> None:
    caught: list[Any] = []

    async def catch(team: str, payload: Any) -> None:
        caught.append(payload["event"])

    assert slack.server is not None
    slack.server.world.send_event = catch
    url = "https://arxiv.org/abs/2503.00001"
    await ada.compose(f"see {url} and https://example.org/x", papers, links=[url, "https://example.org/x"])
    await slack.counts()
    event = caught[0]
    assert (event["channel"], event["source"]) == ("COMPOSER", "composer")
    assert event["links"] == [{"url": url, "domain": "arxiv.org"}]
    card = {url: {"blocks": [{"type": "divider"}]}}
    await client.chat_unfurl(unfurl_id=event["unfurl_id"], source="composer", unfurls=card)
    with pytest.raises(SlackApiError, match="cannot_find_message"):
        await client.chat_unfurl(channel="COMPOSER", ts=event["message_ts"], unfurls=card)
    other = {"https://arxiv.org/abs/9": {"blocks": [{"type": "divider"}]}}
    with pytest.raises(SlackApiError, match="cannot_unfurl_url"):
        await client.chat_unfurl(unfurl_id=event["unfurl_id"], source="composer", unfurls=other)


async def test_a_channel_that_is_gone(slack: FakeSlack, client: AsyncWebClient, acme: Workspace, papers: Room) -> None:
    await papers.rename("old-papers")
    assert (await client.conversations_info(channel=papers.id))["channel"]["name"] == "old-papers"
    await papers.delete()
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel=papers.id, text="x")
    assert await events(slack, 2) == {"channel_rename", "channel_deleted"}
