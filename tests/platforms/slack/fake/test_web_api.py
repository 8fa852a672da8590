"""What the Web API takes, gives and refuses, through slack_sdk."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Someone, Workspace

META = {"event_type": "paperboy", "event_payload": {"key": "k1"}}


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    """The body of an answer that says no."""
    with pytest.raises(SlackApiError) as refused:
        await call
    data: dict[str, Any] = refused.value.response.data  # type: ignore[assignment]
    return data


async def error(call: Awaitable[Any]) -> str:
    return str((await refusal(call))["error"])


async def test_who_am_i_and_with_what_rights(client: AsyncWebClient, acme: Workspace) -> None:
    answer = await client.auth_test()
    assert (answer["team_id"], answer["user_id"]) == (acme.id, acme.bot)
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_posts_threads_and_metadata_come_back(client: AsyncWebClient, papers: Room) -> None:
    parent = await client.chat_postMessage(channel=papers.id, text="The day", metadata=META)
    reply = await client.chat_postMessage(channel=papers.id, text="A paper", thread_ts=parent["ts"])
    top = await client.conversations_history(channel=papers.id, include_all_metadata=True)
    assert [m["text"] for m in top["messages"]] == ["The day"]
    assert top["messages"][0]["metadata"] == META
    assert top["messages"][0]["reply_count"] == 1
    bare = await client.conversations_history(channel=papers.id)
    assert "metadata" not in bare["messages"][0]
    thread = await client.conversations_replies(channel=papers.id, ts=parent["ts"])
    assert [m["ts"] for m in thread["messages"]] == [parent["ts"], reply["ts"]]


async def test_history_in_pages_and_between_times(slack: FakeSlack, client: AsyncWebClient, papers: Room) -> None:
    await slack.settings(limits={"on": False})
    ts = [(await client.chat_postMessage(channel=papers.id, text=f"no {i}"))["ts"] for i in range(5)]
    seen = []
    async for page in await client.conversations_history(channel=papers.id, limit=2):
        seen += [m["ts"] for m in page["messages"]]
    assert seen == ts[::-1]

    async def between(**more: Any) -> list[str]:
        page = await client.conversations_history(channel=papers.id, oldest=ts[1], latest=ts[3], **more)
        return [m["ts"] for m in page["messages"]]

    assert await between() == [ts[2]]
    assert await between(inclusive=True) == ts[3:0:-1]


async def test_blocks_in_a_form_are_blocks_too(client: AsyncWebClient, papers: Room) -> None:
    blocks = '[{"type": "divider"}]'
    await client.api_call("chat.postMessage", data={"channel": papers.id, "text": "hello", "blocks": blocks})
    assert (await papers.messages())[0].blocks[0]["type"] == "divider"


async def test_editing_and_deleting_one_s_own(client: AsyncWebClient, papers: Room, ada: Someone) -> None:
    ts = (await client.chat_postMessage(channel=papers.id, text="one", blocks=[{"type": "divider"}]))["ts"]
    await client.chat_update(channel=papers.id, ts=ts, text="two")
    assert [(m.text, len(m.blocks), bool(m.edited)) for m in await papers.messages()] == [("two", 1, True)]
    await client.chat_update(channel=papers.id, ts=ts, text="three", blocks=[])
    assert [(m.text, len(m.blocks)) for m in await papers.messages()] == [("three", 0)]
    hers = await ada.say("mine", papers)
    assert hers.ack
    assert await error(client.chat_update(channel=papers.id, ts=hers.ack["ts"], text="x")) == "cant_update_message"
    await client.chat_delete(channel=papers.id, ts=ts)
    assert await error(client.chat_update(channel=papers.id, ts=ts, text="x")) == "message_not_found"


async def test_where_the_bot_may_not_post(client: AsyncWebClient, acme: Workspace, papers: Room) -> None:
    outside, hidden = await acme.channel("outside", member=False), await acme.channel("x", private=True, member=False)
    assert await error(client.chat_postMessage(channel=outside.id, text="x")) == "not_in_channel"
    assert await error(client.chat_postMessage(channel=hidden.id, text="x")) == "channel_not_found"
    assert await error(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    await papers.archive()
    assert await error(client.chat_postMessage(channel=papers.id, text="x")) == "is_archived"


async def test_what_the_bot_may_not_post(slack: FakeSlack, client: AsyncWebClient, papers: Room) -> None:
    await slack.settings(limits={"on": False})

    def section(text: str) -> dict[str, Any]:
        return {"type": "section", "text": {"type": "mrkdwn", "text": text}}

    async def post(**content: Any) -> dict[str, Any]:
        return await refusal(client.api_call("chat.postMessage", json={"channel": papers.id, **content}))

    assert (await post(text=" "))["error"] == "no_text"
    assert (await post(text="x" * 40_001))["error"] == "msg_too_long"
    long = await post(text="x", blocks=[section("x" * 3001)])
    assert long["error"] == "invalid_blocks"
    assert "/blocks/0/text/text" in long["response_metadata"]["messages"][0]
    assert (await post(text="x", blocks=[section("x" * 2900)] * 5))["error"] == "msg_blocks_too_long"
    assert (await post(text="x", metadata={"event_type": "x"}))["error"] == "invalid_metadata_format"
    wrong = await slack.wrong()
    assert [one.error for one in wrong["refused"]] == [
        "msg_too_long",
        "invalid_blocks",
        "msg_blocks_too_long",
        "invalid_metadata_format",
    ]
    assert await papers.messages() == []


async def test_a_mention_gets_through_and_is_noticed(slack: FakeSlack, client: AsyncWebClient, papers: Room) -> None:
    await client.chat_postMessage(channel=papers.id, text="hello <!channel>")
    await client.chat_postMessage(channel=papers.id, text="hello @everyone", link_names=True)
    assert len((await slack.wrong())["mentions"]) == 2
    assert len(await papers.messages()) == 2


async def test_tokens_that_do_not_do(slack: FakeSlack, acme: Workspace, papers: Room) -> None:
    def bearer(token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=slack.api_url)

    assert await error(bearer("").auth_test()) == "not_authed"
    assert await error(bearer("xoxb-nobody").auth_test()) == "invalid_auth"
    assert await error(bearer((await slack.app())["app_token"]).auth_test()) == "not_allowed_token_type"
    weak = bearer((await slack.do("token", team=acme.id, scopes=["users:read"]))["token"])
    said = await refusal(weak.chat_postMessage(channel=papers.id, text="x"))
    assert (said["error"], said["needed"], said["provided"]) == ("missing_scope", "chat:write", "users:read")
    assert await error(weak.conversations_history(channel=papers.id)) == "missing_scope"
    await acme.revoke()
    assert await error(weak.auth_test()) == "token_revoked"
    await acme.uninstall()
    assert await error(weak.auth_test()) == "account_inactive"
    assert await error(weak.api_call("no.suchMethod")) == "unknown_method"


async def test_reactions(client: AsyncWebClient, papers: Room, ada: Someone, acme: Workspace) -> None:
    ts = (await client.chat_postMessage(channel=papers.id, text="vote"))["ts"]
    await client.reactions_add(channel=papers.id, timestamp=ts, name="thumbsup")
    again = client.reactions_add(channel=papers.id, timestamp=ts, name="thumbsup")
    assert await error(again) == "already_reacted"
    message = (await papers.messages())[0]
    await ada.react(message, "thumbsup")
    got = (await client.reactions_get(channel=papers.id, timestamp=ts, full=True))["message"]["reactions"]
    assert got == [{"name": "thumbsup", "users": [acme.bot, ada.id], "count": 2}]
    await ada.react(message, "thumbsup", added=False)
    got = (await client.reactions_get(channel=papers.id, timestamp=ts))["message"]["reactions"]
    assert got[0]["count"] == 1


async def test_people_places_and_links(client: AsyncWebClient, acme: Workspace, papers: Room, ada: Someone) -> None:
    assert (await client.users_info(user=ada.id))["user"]["is_admin"]
    assert (await client.team_info())["team"]["name"] == "Acme"
    assert (await client.conversations_info(channel=papers.id))["channel"]["is_member"]
    assert (await client.conversations_members(channel=papers.id))["members"] == [acme.bot]
    direct = (await client.conversations_open(users=ada.id))["channel"]["id"]
    await client.chat_postMessage(channel=ada.id, text="for you")
    assert [m["text"] for m in (await client.conversations_history(channel=direct))["messages"]] == ["for you"]
    sent = await client.chat_postMessage(channel=papers.id, text="x")
    link = (await client.chat_getPermalink(channel=papers.id, message_ts=sent["ts"]))["permalink"]
    assert link == f"https://acme.slack.com/archives/{papers.id}/p{sent['ts'].replace('.', '')}"
    note = await client.chat_postEphemeral(channel=papers.id, user=ada.id, text="only you")
    assert note["message_ts"]
    assert len(await papers.messages()) == 1


async def test_triggers_and_homes(slack: FakeSlack, client: AsyncWebClient, ada: Someone, papers: Room) -> None:
    title = {"type": "plain_text", "text": "Hello"}
    view = {"type": "modal", "title": title, "blocks": [{"type": "divider"}]}
    assert await error(client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"
    await ada.run("x", papers, answers=0)
    assert slack.server is not None
    trigger = list(slack.server.world.triggers)[-1]
    bad = await refusal(client.views_open(trigger_id=trigger, view=view | {"title": title | {"text": "x" * 25}}))
    assert "/view/title/text" in bad["response_metadata"]["messages"][0]
    opened = await client.views_open(trigger_id=trigger, view=view)
    assert await error(client.views_open(trigger_id=trigger, view=view)) == "exchanged_trigger_id"
    stale = client.views_update(view_id=opened["view"]["id"], hash="old", view=view)
    assert await error(stale) == "hash_conflict"
    await client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=view)
    await ada.run("x", papers, answers=0)
    await slack.settings(shift=4)
    trigger = list(slack.server.world.triggers)[-1]
    assert await error(client.views_open(trigger_id=trigger, view=view)) == "expired_trigger_id"
    await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": []})
    assert (await slack.homes(user=ada.id))[0].body["type"] == "home"
