"""Has what the fake sends the shape of what Slack sends? Compared with samples that Slack publishes.

`../shared/specs/slack` is Slack's own list of every key there can be, with blank values; in
`../shared/specs/recorded/slack` are payloads as they came. Of each payload that the fake sends:

- every key must be in the published or in a recorded sample of the same kind (nothing is made up),
- every key that all recorded samples of that kind have must be there (nothing that always comes is missing),
- and the keys that bolt or an adapter reads must be there, whatever the samples say.

Of Web API answers the first and the last are compared. What people and apps put in themselves (blocks, state
values, metadata, attachments) has no shape of Slack's and is left out.
"""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Someone, Workspace, payloads
from tests.fakes.slack.state import Message
from tests.fakes.slack.world import World
from tests.platforms.slack.fake.samples import compare, needs_samples, paths, published, recorded

pytestmark = needs_samples

BUTTON = {"type": "button", "action_id": "a", "value": "v", "text": {"type": "plain_text", "text": "B"}}
ROW = [{"type": "actions", "elements": [BUTTON]}]
TITLE = {"type": "plain_text", "text": "T"}
MODAL = {"type": "modal", "title": TITLE, "blocks": ROW, "notify_on_close": True}
OUTER = "type team_id api_app_id event_id event_time authorizations/team_id authorizations/is_enterprise_install"


@pytest.fixture
def world(slack: FakeSlack) -> World:
    assert slack.server is not None
    return slack.server.world


@pytest.fixture
async def ada(acme: Workspace) -> Someone:
    return await acme.user("ada")


def message(world: World, team: str, *, thread: bool = True) -> Message:
    """The bot's answer with a button, under somebody's message."""
    channel = world.add_channel(team, "papers")
    author = next(u.id for u in world.users.values() if u.team == team and not u.bot)
    parent = Message(ts=world.ts(), team=team, channel=channel.id, user=author, text="hello")
    bot = world.teams[team]
    held = Message(ts=world.ts(), team=team, channel=channel.id, user=bot.bot, bot_id=bot.bot_id, text="hi")
    held.blocks, held.thread = ROW, parent.ts if thread else ""
    channel.messages |= {parent.ts: parent, held.ts: held}
    return held


EVENTS = {
    "app_mention": ("AppMention", "event/user event/text event/channel event/ts event/event_ts"),
    "message": ("Message", "event/user event/text event/channel event/ts event/channel_type"),
    "reaction_added": (
        "ReactionAdded",
        "event/user event/reaction event/item/channel event/item/ts event/item/type event/item_user",
    ),
    "reaction_removed": ("ReactionRemoved", "event/user event/reaction event/item/channel event/item/ts"),
    "link_shared": (
        "LinkShared",
        "event/user event/channel event/message_ts event/unfurl_id event/source event/links/url event/links/domain",
    ),
    "app_home_opened": ("AppHomeOpened", "event/user event/tab event/channel"),
    "channel_archive": ("ChannelArchive", "event/channel"),
    "channel_unarchive": ("ChannelUnarchive", "event/channel"),
    "channel_rename": ("ChannelRename", "event/channel/id event/channel/name"),
    "channel_deleted": ("ChannelDeleted", "event/channel"),
    "channel_left": ("ChannelLeft", "event/channel"),
    "group_archive": ("GroupArchive", "event/channel"),
    "group_unarchive": ("GroupUnarchive", "event/channel"),
    "group_rename": ("GroupRename", "event/channel/id event/channel/name"),
    "group_left": ("GroupLeft", "event/channel"),
    "group_deleted": ("GroupDeleted", "event/channel"),
    "member_joined_channel": ("MemberJoinedChannel", "event/user event/channel"),
    "member_left_channel": ("MemberLeftChannel", "event/user event/channel"),
    "app_uninstalled": ("AppUninstalled", ""),
    "tokens_revoked": ("TokensRevoked", "event/tokens/bot event/tokens/oauth"),
}

RECORDED_ON_GRID = {"member_joined_channel"}


@pytest.mark.parametrize("grid", [False, True])
async def test_events(slack: FakeSlack, world: World, grid: bool) -> None:
    org = (await slack.enterprise())["id"] if grid else ""
    acme = await slack.workspace("Acme", enterprise=org)
    ada = await acme.user("ada")
    sent: dict[str, Any] = {}

    async def catch(team: str, payload: Any) -> None:
        sent.setdefault(payload["event"]["type"], payload)

    world.send_event = catch
    held = message(world, acme.id)
    for private in (False, True):
        room = await acme.channel("room", private=private)
        await room.archive()
        await room.archive(gone=False)
        await room.rename("other")
        await room.kick()
        await room.invite()
        await room.delete()
    await ada.react(held, "eyes")
    await ada.react(held, "eyes", added=False)
    await slack.act("say", user=ada.id, channel=held.channel, text="x", mention=True, thread=held.thread)
    links = ["https://arxiv.org/abs/2503.00001"]
    await slack.act("say", user=ada.id, channel=held.channel, text=links[0], links=links)
    await ada.write("hello", answers=0)
    await ada.open_home(answers=0)
    await acme.uninstall()
    for _ in range(100):
        if sent.keys() == EVENTS.keys():
            break
        await slack.counts()
    assert sent.keys() == EVENTS.keys()
    for name, (sample, needed) in EVENTS.items():
        compare(
            sent[name], f"events/{sample}Payload", name, f"{OUTER} {needed}", whole=grid or name not in RECORDED_ON_GRID
        )


async def test_commands(slack: FakeSlack, world: World, acme: Workspace, ada: Someone) -> None:
    org = await slack.enterprise("Initech")
    east = await slack.workspace("East", enterprise=org["id"])
    bob = await east.user("bob")
    for team, user in ((acme, ada), (east, bob)):
        channel = world.add_channel(team.id, "papers")
        body = payloads.command(world, channel, user.id, "/papers", "today", world.add_trigger(team.id, user.id))
        needed = "command text user_id channel_id team_id response_url trigger_id is_enterprise_install"
        compare(body, "app-backend/slash-commands/SlashCommandPayload", "command", needed)
        assert all(isinstance(value, str) for value in body.values())  # as a form has them


async def test_interactions(world: World, acme: Workspace, ada: Someone) -> None:
    held, trigger = message(world, acme.id), world.add_trigger(acme.id, ada.id)
    action = {"type": "button", "action_id": "a", "block_id": "b", "text": TITLE, "value": "v"}
    who = "user/id team/id trigger_id type is_enterprise_install"
    name = "app-backend/interactive-components/BlockActionPayload"
    pressed = payloads.pressed(world, held, ada.id, action, trigger, {})
    needed = "actions/action_id actions/value actions/block_id response_url channel/id container/message_ts message/ts"
    compare(pressed, name, "block_actions", f"{who} {needed}")
    held.seen_by = ada.id
    pressed = payloads.pressed(world, held, ada.id, action, trigger, {})
    compare(pressed, name, "block_actions", f"{who} container/is_ephemeral container/thread_ts")
    assert "message" not in pressed
    held.seen_by = ""
    shortcut = payloads.shortcut(world, "similar", ada.id, trigger, held)
    needed = "callback_id message/ts message/text channel/id message_ts response_url"
    compare(shortcut, "app-backend/interactive-components/MessageShortcutPayload", "message_action", f"{who} {needed}")


async def test_views(world: World, acme: Workspace, ada: Someone) -> None:
    from tests.fakes.slack.methods import views

    trigger = world.add_trigger(acme.id, ada.id)
    shown = views.add(world, acme.id, ada.id, views.judged(world, "", acme.id, dict(MODAL, submit=TITLE, close=TITLE)))
    needed = "user/id team/id view/id view/callback_id view/private_metadata view/state view/state/values view/hash"
    sent = payloads.submitted(world, shown, ada.id, trigger, {})
    compare(sent, "app-backend/views/ViewSubmissionPayload", "view_submission", f"{needed} trigger_id")
    closed = payloads.closed(world, shown, ada.id, trigger)
    compare(closed, "app-backend/views/ViewClosedPayload", "view_submission", f"{needed} is_cleared", whole=False)
    pressed = payloads.pressed_in_view(world, shown, ada.id, {"type": "button", "action_id": "a"}, trigger, {})
    name = "app-backend/interactive-components/BlockActionPayload"
    compare(pressed, name, "block_actions", "view/id container/view_id actions/action_id", whole=False)


async def test_answers(slack: FakeSlack, client: AsyncWebClient, world: World, acme: Workspace, ada: Someone) -> None:
    held = message(world, acme.id, thread=False)
    channel, trigger = held.channel, world.add_trigger(acme.id, ada.id).id
    opened = await client.views_open(trigger_id=trigger, view=MODAL)
    answers = {
        "auth.test": (await client.auth_test(), "url team user team_id user_id bot_id is_enterprise_install"),
        "chat.postEphemeral": (await client.chat_postEphemeral(channel=channel, user=ada.id, text="x"), "message_ts"),
        "conversations.info": (await client.conversations_info(channel=channel), "channel/id channel/is_archived"),
        "conversations.list": (await client.conversations_list(), "channels/id response_metadata/next_cursor"),
        "reactions.add": (await client.reactions_add(channel=channel, timestamp=held.ts, name="eyes"), ""),
        "team.info": (await client.team_info(), "team/id team/name team/domain"),
        "users.info": (await client.users_info(user=ada.id), "user/id user/is_admin user/is_owner user/profile"),
        "users.list": (await client.users_list(), "members/id"),
        "views.open": (opened, "view/id view/hash"),
        "views.update": (await client.views_update(view_id=opened["view"]["id"], view=MODAL), "view/id view/hash"),
        "views.publish": (
            await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": ROW}),
            "view/id",
        ),
        "chat.delete": (await client.chat_delete(channel=channel, ts=held.ts), "channel ts"),
    }
    app = await slack.app()
    answers["apps.connections.open"] = (await client.apps_connections_open(app_token=app["app_token"]), "url")
    for name, (answer, needed) in answers.items():
        mine = paths(answer.data)
        known = published(f"api/{name}")
        assert sorted(mine - known - {"view/state/values"}) == [], name
        assert sorted(set(f"ok {needed}".split()) - mine) == [], name


async def test_messages_in_answers_look_like_messages_in_events(
    client: AsyncWebClient, world: World, acme: Workspace, ada: Someone
) -> None:
    """Slack publishes no sample of chat.postMessage or conversations.history; their messages are those of events."""
    held = message(world, acme.id)
    known = {path.removeprefix("event/") for path in published("events/MessagePayload")}
    known |= {path.removeprefix("message/") for sample in recorded("block_actions") for path in sample}
    known |= {"reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "subscribed"}
    known |= {
        "metadata",
        "reactions",
        "reactions/name",
        "reactions/users",
        "reactions/count",
        "edited/ts",
        "edited/user",
    }
    sent = await client.chat_postMessage(channel=held.channel, text="x", blocks=ROW, thread_ts=held.thread)
    history = await client.conversations_history(channel=held.channel)
    for body in (sent["message"], *history["messages"]):
        assert sorted(paths(body) - known) == []
        assert {"ts", "text", "user", "type"} <= paths(body)
