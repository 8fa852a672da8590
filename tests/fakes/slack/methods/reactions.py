"""reactions.*"""

from __future__ import annotations

from tests.fakes.slack import events, shapes
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Channel, Json, Message


def _message(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    held = channel.messages.get(call.need("timestamp"))
    if held is None:
        raise SlackError("message_not_found")
    return channel, held


@method("reactions.get", tier="3", scope="reactions:read")
def get(call: Call) -> Json:
    """Like Slack it lists at most fifty users of a reaction, all of them with `full`."""
    channel, held = _message(call)
    shown = shapes.message(call.world, held)
    if call.flag("full") and held.reactions:
        shown["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in held.reactions.items() if u]
    domain = call.world.teams[channel.team].domain
    shown["permalink"] = f"https://{domain}.slack.com/archives/{channel.id}/p{held.ts.replace('.', '')}"
    return {"type": "message", "message": shown, "channel": channel.id}


@method("reactions.add", tier="3", scope="reactions:write")
def add(call: Call) -> Json:
    channel, held = _message(call)
    if channel.archived:
        raise SlackError("is_archived")
    name, bot = call.need("name").strip(":"), call.bot_of(channel)
    if bot in held.reactions.get(name, ()):
        raise SlackError("already_reacted")
    events.reacted(call.world, held, bot, name, added=True)
    return {}


@method("reactions.remove", tier="2", scope="reactions:write")
def remove(call: Call) -> Json:
    channel, held = _message(call)
    name, bot = call.need("name").strip(":"), call.bot_of(channel)
    if bot not in held.reactions.get(name, ()):
        raise SlackError("no_reaction")
    events.reacted(call.world, held, bot, name, added=False)
    return {}
