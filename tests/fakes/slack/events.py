"""What Slack tells the app on its own: events, in the shape of real ones, and what causes them."""

from __future__ import annotations

from tests.fakes.slack import shapes
from tests.fakes.slack.state import Channel, Json, Message
from tests.fakes.slack.world import World

# the scope that an event needs, by its name or by the first word of it
NEEDS = {
    "app_mention": "app_mentions:read",
    "channel": "channels:read",
    "group": "groups:read",
    "link": "links:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction": "reactions:read",
}


def envelope(world: World, team: str, event: Json) -> Json:
    """The outer payload of an event."""
    home = world.teams[team]
    token = world.token_of(team)
    org = bool(token and token.enterprise)
    seen_by = {"enterprise_id": home.enterprise or None, "team_id": None if org else team, "user_id": home.bot}
    body: Json = {
        "token": world.app.verification,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": home.enterprise or None,
        "api_app_id": world.app.id,
        "event": event,
        "type": "event_callback",
        "event_id": world.id("Ev"),
        "event_time": int(world.now()),
        "authorizations": [seen_by | {"is_bot": True, "is_enterprise_install": org}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{world.chance.randbytes(16).hex()}",
    }
    return body | ({"enterprise_id": home.enterprise} if home.enterprise else {})


def emit(world: World, team: str, event: Json, name: str = "") -> None:
    """Send an event off, if the app subscribed to it, has the right to it and is installed there."""
    name = name or event["type"]
    token = world.token_of(team)
    allowed = token is None or NEEDS.get(name.partition("_")[0], NEEDS.get(name, "")) in {"", *token.scopes}
    if name in world.settings.events and allowed and world.installed(team):
        body = envelope(world, team, event)
        channel = world.channels.get(str(event.get("channel")))
        body["is_ext_shared_channel"] = bool(channel and channel.shared_with)
        world.spawn(world.send_event(team, body))


def said(world: World, held: Message) -> None:
    """A message in a conversation where the app listens; in direct ones it hears its own words too."""
    channel = world.channels[held.channel]
    event = shapes.message(world, held)
    event |= {"channel": channel.id, "event_ts": held.ts, "channel_type": channel.kind}
    event.pop("reactions", None)
    emit(world, channel.team, event, f"message.{channel.kind}s".replace("message.ims", "message.im"))


def mentioned(world: World, held: Message) -> None:
    event: Json = {
        "type": "app_mention",
        "user": held.user,
        "ts": held.ts,
        "client_msg_id": f"00000000-0000-4000-8000-{world.number():012d}",
        "text": held.text,
        "team": world.users[held.user].team,
        "channel": held.channel,
        "event_ts": held.ts,
    }
    if world.channels[held.channel].shared_with:
        event |= {"user_team": event["team"], "source_team": event["team"]}
    emit(world, held.team, event | ({"thread_ts": held.thread} if held.thread else {}))


def reacted(world: World, held: Message, user: str, name: str, *, added: bool) -> None:
    """Put a reaction on a message or take it away, and tell the app if it is in the channel."""
    users = held.reactions.setdefault(name, [])
    if added == (user in users):
        return
    users.append(user) if added else users.remove(user)
    if world.teams[held.team].bot not in world.channels[held.channel].members:
        return
    event: Json = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": held.channel, "ts": held.ts},
        "item_user": held.user,
        "event_ts": world.ts(),
    }
    emit(world, held.team, event)


def shared(world: World, held: Message, urls: list[str], *, composing: bool = False) -> None:
    """Links of domains that the app registered; `composing`: the message is still being written."""
    links = [{"url": url, "domain": domain} for url in urls if (domain := _domain(world, url))]
    if not links:
        return
    id = f"{held.user if composing else held.channel}-{world.number()}-{world.chance.randbytes(8).hex()}"
    world.unfurling[id] = ("", "", held.text) if composing else (held.channel, held.ts, "")
    event: Json = {
        "type": "link_shared",
        "user": held.user,
        "channel": "COMPOSER" if composing else held.channel,
        "message_ts": f"{id}-unsent" if composing else held.ts,
        "unfurl_id": id,
        "source": "composer" if composing else "conversations_history",
        "links": links,
        "is_bot_user_member": world.teams[held.team].bot in world.channels[held.channel].members,
        "event_ts": world.ts(),
    }
    emit(world, held.team, event | ({"thread_ts": held.thread} if held.thread else {}))


def home_opened(world: World, user: str) -> None:
    channel = world.conversation(user)
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel.id,
        "tab": "home",
        "event_ts": world.ts(),
    }
    if user in world.homes:
        event["view"] = shapes.view(world, world.homes[user])
    emit(world, channel.team, event)


def pane_opened(world: World, user: str, beside: str) -> Channel:
    """The assistant is opened beside a channel: a thread of the direct conversation begins, with a first message."""
    home = world.conversation(user)
    team = world.teams[home.team]
    root = Message(ts=world.ts(), team=home.team, channel=home.id, user=team.bot, text="New chat", at=world.now())
    home.messages[root.ts] = root
    world.panes[home.id, root.ts] = {"channel": home.id, "ts": root.ts, "prompts": [], "status": "", "statuses": []}
    _pane(world, home, user, root.ts, beside, "assistant_thread_started")
    return home


def messages_opened(world: World, user: str, beside: str) -> Channel:
    """The direct conversation is opened beside a channel, in an app with `agent_view`."""
    home = world.conversation(user)
    event = {"type": "app_home_opened", "user": user, "channel": home.id, "tab": "messages", "event_ts": world.ts()}
    emit(world, home.team, event | {"context": _beside(home.team, beside)})
    return home


def context_changed(world: World, user: str, beside: str) -> None:
    home = world.conversation(user)
    event = {"type": "app_context_changed", "user": user, "channel": home.id, "event_ts": world.ts()}
    emit(world, home.team, event | {"context": _beside(home.team, beside)})


def _beside(team: str, channel: str) -> Json:
    entity = {"type": "slack#/types/channel_id", "value": channel, "team_id": team}
    return {"entities": [entity]} if channel else {}


def pane_moved(world: World, user: str, ts: str, beside: str) -> None:
    """Another channel is opened beside the pane."""
    _pane(world, world.conversation(user), user, ts, beside, "assistant_thread_context_changed")


def _pane(world: World, home: Channel, user: str, ts: str, beside: str, kind: str) -> None:
    org = world.teams[home.team].enterprise or None
    context = {"channel_id": beside, "team_id": home.team, "enterprise_id": org} if beside else {}
    thread = {"user_id": user, "context": context, "channel_id": home.id, "thread_ts": ts}
    emit(world, home.team, {"type": kind, "assistant_thread": thread, "event_ts": world.ts()})


def step_run(world: World, team: str, callback: str, inputs: Json, run: str) -> str:
    """A workflow comes to a step of the app."""
    run = run or world.id("Fx")
    world.steps[run] = "running"
    token = world.token_of(team)
    event: Json = {
        "type": "function_executed",
        "function": {"id": world.id("Fn"), "callback_id": callback, "title": callback, "type": "app"},
        "inputs": inputs,
        "function_execution_id": run,
        "workflow_execution_id": world.id("Wx"),
        "event_ts": world.ts(),
        "bot_access_token": token.value if token else "",
    }
    emit(world, team, event)
    return run


def details_requested(world: World, user: str, channel: Channel, entity: Json) -> None:
    trigger = world.add_trigger(channel.team, user)
    world.details[trigger.id] = entity["external_ref"]["id"]
    event: Json = {
        "type": "entity_details_requested",
        "user": user,
        "external_ref": entity["external_ref"],
        "entity_url": entity["url"],
        "link": {"url": entity["app_unfurl_url"], "domain": _domain(world, entity["app_unfurl_url"])},
        "app_unfurl_url": entity["app_unfurl_url"],
        "event_ts": world.ts(),
        "trigger_id": trigger.id,
        "user_locale": "en-US",
        "channel": channel.id,
        "message_ts": world.ts(),
    }
    emit(world, channel.team, event)


def archived(world: World, channel: Channel, user: str, *, gone: bool) -> None:
    channel.archived = gone
    kind = "group" if channel.private else "channel"
    who = "actor_id" if kind == "group" and not gone else "user"  # so it is in Slack's samples
    event: Json = {"type": f"{kind}_{'archive' if gone else 'unarchive'}", "channel": channel.id, who: user}
    emit(world, channel.team, event | ({"is_moved": 0} if gone else {}) | {"event_ts": world.ts()})


def renamed(world: World, channel: Channel, name: str) -> None:
    channel.name = name
    inner = {
        "id": channel.id,
        "is_channel": not channel.private,
        "is_mpim": False,
        "name": name,
        "name_normalized": name,
        "created": 1_700_000_000,
    }
    kind = "group_rename" if channel.private else "channel_rename"
    emit(world, channel.team, {"type": kind, "channel": inner, "event_ts": world.ts()})


def id_changed(world: World, channel: Channel) -> str:
    """Slack gives a channel another id, as when it is shared with another workspace; its messages go with it."""
    old, channel.id = channel.id, world.id("C")
    world.channels[channel.id] = world.channels.pop(old)
    for held in channel.messages.values():
        held.channel = channel.id
    event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": channel.id, "event_ts": world.ts()}
    emit(world, channel.team, event)
    return channel.id


def deleted(world: World, channel: Channel, user: str) -> None:
    del world.channels[channel.id]
    kind = "group_deleted" if channel.private else "channel_deleted"
    event = {"type": kind, "channel": channel.id, "actor_id": user, "event_ts": world.ts()}
    emit(world, channel.team, event)


def bot_left(world: World, channel: Channel, user: str) -> None:
    """The bot was taken out: Slack says so twice, in two events."""
    bot = world.teams[channel.team].bot
    channel.members.discard(bot)
    left = "group_left" if channel.private else "channel_left"
    event = {"type": left, "channel": channel.id, "actor_id": user, "event_ts": world.ts()}
    emit(world, channel.team, event)
    emit(world, channel.team, {"type": "member_left_channel"} | _membership(world, channel, bot))


def bot_joined(world: World, channel: Channel, user: str) -> None:
    bot = world.teams[channel.team].bot
    channel.members.add(bot)
    event: Json = {"type": "member_joined_channel"} | _membership(world, channel, bot) | {"inviter": user}
    org = world.teams[channel.team].enterprise
    emit(world, channel.team, event | ({"enterprise": org} if org else {}))


def uninstalled(world: World, place: str) -> None:
    """The app is removed from a workspace or an organisation: two events come, in no order to rely on."""
    _emit_at(world, place, {"type": "app_uninstalled"})
    tokens_revoked(world, place, "account_inactive")


def tokens_revoked(world: World, place: str, dead: str = "token_revoked") -> None:
    """Tokens stop working; the event names the users they stood for."""
    bots = [team.bot for team in world.teams.values() if place in {team.id, team.enterprise}]
    _emit_at(world, place, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": bots[:1]}})
    for token in world.tokens.values():
        if place in {token.team, token.enterprise}:
            token.dead = dead


def access_changed(world: World, enterprise: str, teams: list[str], *, granted: bool) -> None:
    """An admin adds an organisation's app to workspaces, or takes it away from them."""
    world.withheld = world.withheld - set(teams) if granted else world.withheld | set(teams)
    kind = "team_access_granted" if granted else "team_access_revoked"
    _emit_at(world, enterprise, {"type": kind, "team_ids": teams})


def _emit_at(world: World, place: str, event: Json) -> None:
    """An event of a workspace; or of an organisation, which comes once and names no workspace."""
    if place in world.teams:
        emit(world, place, event)
    elif event["type"] in world.settings.events:
        team = next(team.id for team in world.teams.values() if team.enterprise == place)
        body = envelope(world, team, event | {"event_ts": world.ts()})
        for name in ("team_id", "context_team_id", "context_enterprise_id", "authorizations"):
            del body[name]  # as in the samples of Slack's SDKs
        world.spawn(world.send_event(team, body | {"enterprise_id": place}))


def _domain(world: World, url: str) -> str:
    """The registered domain that an address belongs to, if any; its subdomains count."""
    host = f".{url.split('/')[2]}"
    return next((domain for domain in world.settings.domains if host.endswith(f".{domain}")), "")


def _membership(world: World, channel: Channel, user: str) -> Json:
    kind = "G" if channel.private else "C"
    body = {"user": user, "channel": channel.id, "channel_type": kind, "team": channel.team}
    return body | {"event_ts": world.ts()}
