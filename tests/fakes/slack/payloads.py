"""Commands and interactions as Slack sends them."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import shapes
from tests.fakes.slack.state import Channel, Json, Message, Trigger, View
from tests.fakes.slack.world import World


def command(world: World, channel: Channel, user: str, name: str, text: str, trigger: Trigger) -> Json:
    """A slash command; every value is a string, as in a form."""
    team = world.teams[channel.team]
    body: Json = {
        "token": world.app.verification,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": world.users[user].name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": str(world.is_org(team.id)).lower(),
        "response_url": world.add_hook(channel, user, trigger.id),
        "trigger_id": trigger.id,
    }
    if team.enterprise:
        name = world.enterprises[team.enterprise].name
        body |= {"enterprise_id": team.enterprise, "enterprise_name": name}
    return body


def _base(world: World, kind: str, user: str, trigger: Trigger, at: str = "") -> Json:
    """What every interaction has; `at`: the workspace of the app, where the person is from another."""
    who = world.users[user]
    team = world.teams[at or who.team]
    org = world.enterprises.get(team.enterprise)
    home: Json = {"id": team.id, "domain": team.domain}
    if org:
        home |= {"enterprise_id": org.id, "enterprise_name": org.name}
    return {
        "type": kind,
        "team": None if world.is_org(team.id) else home,  # so an organisation's install is told
        "user": {"id": user, "username": who.name, "name": who.name, "team_id": who.team},
        "api_app_id": world.app.id,
        "token": world.app.verification,
        "trigger_id": trigger.id,
        "enterprise": {"id": org.id, "name": org.name} if org else None,
        "is_enterprise_install": world.is_org(team.id),
    }


def pressed(world: World, held: Message, user: str, action: Json, trigger: Trigger, state: Json) -> Json:
    """A button or a menu of a message; an ephemeral one is not repeated in the payload."""
    channel = world.channels[held.channel]
    container: Json = {"type": "message", "message_ts": held.ts, "channel_id": channel.id}
    container["is_ephemeral"] = bool(held.seen_by)
    if held.thread:
        container["thread_ts"] = held.thread
    body = _base(world, "block_actions", user, trigger, channel.team)
    body |= {"container": container, "channel": {"id": channel.id, "name": channel.name}}
    if not held.seen_by:
        body["message"] = shapes.message(world, held)
    body["state"] = {"values": state}
    body["response_url"] = world.add_hook(channel, user, trigger.id, original=held.ts, thread=held.thread)
    body["actions"] = [action | {"action_ts": world.ts()}]
    return body


def pressed_in_view(world: World, held: View, user: str, action: Json, trigger: Trigger, state: Json) -> Json:
    body = _base(world, "block_actions", user, trigger, held.team)
    body |= {"container": {"type": "view", "view_id": held.id}, "view": shapes.view(world, held, state)}
    return body | {"actions": [action | {"action_ts": world.ts()}]}


def submitted(world: World, held: View, user: str, trigger: Trigger, state: Json) -> Json:
    body = _base(world, "view_submission", user, trigger, held.team)
    return body | {"view": shapes.view(world, held, state), "response_urls": []}


def closed(world: World, held: View, user: str, trigger: Trigger) -> Json:
    body = _base(world, "view_closed", user, trigger, held.team)
    del body["trigger_id"]
    return body | {"view": shapes.view(world, held), "is_cleared": False}


def shortcut(world: World, callback: str, user: str, trigger: Trigger, held: Message | None = None) -> Json:
    """A global shortcut, or a message's with `held`."""
    body = _base(world, "message_action" if held else "shortcut", user, trigger, held.team if held else "")
    body |= {"callback_id": callback, "action_ts": world.ts()}
    del body["api_app_id"]
    if held is None:
        return body
    del body["user"]["username"]
    channel = world.channels[held.channel]
    url = world.add_hook(channel, user, trigger.id, original=held.ts, thread=held.thread)
    more: dict[str, Any] = {"message_ts": held.ts, "response_url": url, "message": shapes.message(world, held)}
    return body | more | {"channel": {"id": channel.id, "name": channel.name}}
