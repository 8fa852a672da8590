"""The fake against Slack's own clients, as they are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Room, Someone, Workspace

MODAL = {
    "type": "modal",
    "callback_id": "schedule",
    "title": {"type": "plain_text", "text": "Schedule"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "when",
            "label": {"type": "plain_text", "text": "When"},
            "element": {"type": "plain_text_input", "action_id": "when", "initial_value": "daily"},
        }
    ],
}


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A bolt app that says again what it hears, in all the ways there are."""
    app = AsyncApp(client=client, signing_secret="x")

    @app.command("/papers")
    async def command(ack: Any, respond: Any, command: Any, client: Any) -> None:
        await ack()
        if command["text"] == "form":
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        button = {"type": "button", "action_id": "again", "text": {"type": "plain_text", "text": "Again"}}
        await respond(text=f"you said {command['text']}", blocks=[{"type": "actions", "elements": [button]}])

    @app.action("again")
    async def again(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="once more", replace_original=True)

    @app.view("schedule")
    async def submitted(ack: Any, view: Any, client: Any, body: Any) -> None:
        when = view["state"]["values"]["when"]["when"]["value"]
        if when == "never":
            await ack(response_action="errors", errors={"when": "That is too late."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"set to {when}")

    @app.event("app_mention")
    async def mention(event: Any, say: Any) -> None:
        await say(text="here I am", thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.event("link_shared")
    async def shared(event: Any, client: Any) -> None:
        block = {"type": "section", "text": {"type": "plain_text", "text": "a card"}}
        card = {link["url"]: {"blocks": [block]} for link in event["links"]}
        await client.chat_unfurl(channel=event["channel"], ts=event["message_ts"], unfurls=card)

    @app.shortcut("similar")
    async def similar(ack: Any, shortcut: Any, respond: Any) -> None:
        await ack()
        await respond(text=f"similar to {shortcut['message']['text']}")

    @app.event("message")
    async def message(event: Any, say: Any) -> None:
        if "bot_id" not in event:
            await say(text=f"in private: {event['text']}")

    return app


async def test_a_command_is_acknowledged_and_answered(app: AsyncApp, listen: Any, papers: Room, ada: Someone) -> None:
    await listen(app)
    seen = await ada.run("hello", papers)
    assert seen.ack_ms is not None
    assert seen.answer_ms is not None
    assert 0 < seen.ack_ms < 3000
    assert seen.messages[0].seen_by == ada.id
    assert "you said hello" in seen.text
    assert await papers.messages() == []  # nobody else sees it


async def test_two_people_at_once_see_each_their_own(app: AsyncApp, listen: Any, papers: Room, ada: Someone) -> None:
    await listen(app)
    bob = await ada.workspace.user("bob")
    asked = await asyncio.gather(*(who.run(who.name, papers, wait=0.5, answers=2) for who in (ada, bob)))
    assert [[m.text for m in seen.messages] for seen in asked] == [["you said ada"], ["you said bob"]]


async def test_a_button_replaces_what_it_stood_on(app: AsyncApp, listen: Any, papers: Room, ada: Someone) -> None:
    await listen(app)
    answer = (await ada.run("hello", papers)).messages[0]
    pressed = await ada.press(answer, "Again")
    assert [shown.kind for shown in pressed.shown] == ["update"]
    assert pressed.text == "once more"
    with pytest.raises(LookupError, match="nothing here is called"):
        await ada.press(answer, "No such button")


async def test_a_form_opens_holds_its_errors_and_closes(
    slack: FakeSlack, app: AsyncApp, listen: Any, papers: Room, ada: Someone
) -> None:
    await listen(app)
    form = (await ada.run("form", papers, answers=2)).views[0]
    refused = await ada.submit(form, {"when": "never"})
    assert refused.ack == {"response_action": "errors", "errors": {"when": "That is too late."}}
    assert (await slack.views(id=form.id))[0].open
    assert (await ada.submit(form, answers=1)).text == "set to daily"
    assert not (await slack.views(id=form.id))[0].open


async def test_everything_else_a_person_can_do(
    slack: FakeSlack, app: AsyncApp, listen: Any, papers: Room, ada: Someone
) -> None:
    await listen(app)
    mentioned = await ada.mention("are you there?", papers)
    assert mentioned.text == "here I am"
    assert mentioned.messages[0].thread
    assert (await ada.shortcut("similar", mentioned.messages[0])).text == "similar to here I am"
    assert (await ada.write("psst")).text == "in private: psst"
    assert (await ada.open_home()).views[0].body["type"] == "home"
    await ada.say("see https://arxiv.org/abs/2503.00001", papers, links=["https://arxiv.org/abs/2503.00001"])
    assert list((await slack.until("unfurls"))[0]["unfurls"]) == ["https://arxiv.org/abs/2503.00001"]
    assert not await slack.wrong()


async def test_nobody_there_is_what_the_user_is_told(papers: Room, ada: Someone) -> None:
    seen = await ada.run("hello", papers)
    assert (seen.error, seen.ack_ms, seen.shown) == ("nobody", None, [])


async def test_a_late_acknowledgement_is_none(
    slack: FakeSlack, client: AsyncWebClient, listen: Any, papers: Room, ada: Someone
) -> None:
    app = AsyncApp(client=client, signing_secret="x")

    @app.command("/papers")
    async def slow(ack: Any) -> None:
        await asyncio.sleep(0.5)
        await ack()

    await slack.settings(ack_seconds=0.2)
    await listen(app)
    assert (await ada.run("hello", papers)).error == "timeout"


async def test_an_org_install_serves_each_workspace(slack: FakeSlack, listen: Any) -> None:
    org = await slack.enterprise("Initech")
    east = await slack.workspace("East", enterprise=org["id"], installed=False)
    room, bob = await east.channel("papers"), await east.user("bob")
    client = AsyncWebClient(token=org["token"], base_url=slack.api_url)
    told = await client.auth_test()
    assert (told["enterprise_id"], told["is_enterprise_install"]) == (org["id"], True)
    await client.chat_postMessage(channel=room.id, text="to the east")
    assert [m.team for m in await room.messages()] == [east.id]
    listed = await client.conversations_list(team_id=east.id)
    assert [c["name"] for c in listed["channels"]] == ["papers"]
    app = AsyncApp(client=client, signing_secret="x")

    @app.command("/papers")
    async def command(ack: Any, context: Any, respond: Any) -> None:
        await ack()
        await respond(text=f"{context.enterprise_id} {context.team_id} {context.is_enterprise_install}")

    await listen(app)
    assert (await bob.run("who", room)).text == f"{org['id']} {east.id} True"


async def test_workspaces_do_not_see_each_other(client: AsyncWebClient, slack: FakeSlack, acme: Workspace) -> None:
    other = await slack.workspace("Other")
    theirs = await other.channel("secrets")
    answer = await client.api_call("conversations.list")
    assert answer["channels"] == []
    with pytest.raises(Exception, match="channel_not_found"):
        await client.chat_postMessage(channel=theirs.id, text="hello")
