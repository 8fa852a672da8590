"""Reactions of a message, as the bot puts, reads and removes them."""

from __future__ import annotations

from tests.fakes.discord import reacting, wire
from tests.fakes.discord.calls import Call, endpoint
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.model import Channel, Json, Message
from tests.fakes.discord.permissions import Permission as P
from tests.fakes.discord.routes.messages import need, seen
from tests.fakes.discord.threads import writable

_ALL = "/channels/{channel_id}/messages/{message_id}/reactions"
_ONE = _ALL + "/{emoji_name}"


def _target(call: Call) -> tuple[Channel, Message]:
    channel = seen(call)
    return channel, call.world.message(channel.id, call.path["message_id"])


def _emoji(call: Call, message: Message) -> str:
    """An emoji in Unicode, or someone's own as `name:id` where it stands already."""
    emoji = call.path["emoji_name"]
    if emoji.isascii() and emoji not in message.reactions:
        raise ApiError(400, 10014, "Unknown Emoji")
    return emoji


@endpoint("PUT", _ONE + "/@me")
def add(call: Call) -> None:
    channel, message = _target(call)
    emoji = _emoji(call, message)
    need(call.world, channel, P.READ_MESSAGE_HISTORY)
    if emoji not in message.reactions:
        need(call.world, channel, P.ADD_REACTIONS)
        if len(message.reactions) >= 20:
            raise ApiError(403, 30010, "Maximum number of reactions reached (20)")
    writable(channel)
    reacting.add(call.world, channel, message, call.world.bot.id, emoji)


@endpoint("GET", _ONE)
def people(call: Call) -> list[Json]:
    """In order of their ids, 100 at most, after the one asked for."""
    channel, message = _target(call)
    need(call.world, channel, P.READ_MESSAGE_HISTORY)
    after = int(call.query.get("after") or 0)
    is_super = call.query.get("type") == "1"
    reactions = message.super_reactions if is_super else message.reactions
    found = sorted((id for id in reactions.get(_emoji(call, message), {}) if int(id) > after), key=int)
    return [wire.user(call.world.users[id]) for id in found[: call.number("limit", 25, 100)]]


@endpoint("DELETE", _ONE + "/@me")
def take_back(call: Call) -> None:
    channel, message = _target(call)
    writable(channel)
    reacting.take_back(call.world, channel, message, call.world.bot.id, _emoji(call, message))


@endpoint("DELETE", _ONE + "/{user_id}")
def remove(call: Call) -> None:
    channel, message = _target(call)
    need(call.world, channel, P.MANAGE_MESSAGES)
    writable(channel)
    reacting.take_back(call.world, channel, message, call.path["user_id"], _emoji(call, message))


@endpoint("DELETE", _ONE)
def clear_emoji(call: Call) -> None:
    channel, message = _target(call)
    need(call.world, channel, P.MANAGE_MESSAGES)
    reacting.clear(call.world, channel, message, _emoji(call, message))


@endpoint("DELETE", _ALL)
def clear(call: Call) -> None:
    channel, message = _target(call)
    need(call.world, channel, P.MANAGE_MESSAGES)
    reacting.clear(call.world, channel, message)
