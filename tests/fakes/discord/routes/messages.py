"""Messages of a channel: made, read, changed, deleted, crossposted."""

from __future__ import annotations

from tests.fakes.discord import posting, wire
from tests.fakes.discord.calls import Call, endpoint
from tests.fakes.discord.errors import ApiError, missing_access, missing_permissions
from tests.fakes.discord.limits import check_files, check_message
from tests.fakes.discord.model import ANNOUNCEMENT, CROSSPOSTED, DM, EPHEMERAL, FORUM, Channel, Json, Message
from tests.fakes.discord.permissions import Permission as P
from tests.fakes.discord.threads import open_again, writable
from tests.fakes.discord.world import World

_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


def seen(call: Call) -> Channel:
    """The call's channel, when the bot may see it."""
    channel = call.world.channel(call.path["channel_id"])
    if not call.world.rights(channel) & P.VIEW_CHANNEL:
        raise missing_access()
    return channel


def need(world: World, channel: Channel, *rights: P) -> None:
    """Raise 50013 when the bot lacks one of the rights."""
    have = world.rights(channel)
    if not all(have & right for right in rights):
        raise missing_permissions()


@endpoint("POST", _MESSAGES)
def create(call: Call) -> Json:
    world, body, channel = call.world, call.form, seen(call)
    need(world, channel, P.SEND_MESSAGES_IN_THREADS if channel.thread else P.SEND_MESSAGES)
    if channel.type == FORUM:
        raise ApiError(400, 50008, "Cannot send messages in a non-text channel")
    if channel.type == DM and not world.users[channel.recipients[0]].takes_direct:
        raise ApiError(403, 50007, "Cannot send messages to this user")
    check_message(body, files=len(call.files))
    check_words(world, channel, body)
    may_carry(world, channel, body, call.files)
    open_again(world, channel)
    first = _said_before(world, body)
    return wire.message(world, first or _create(call, channel), nonce=True)


def check_words(world: World, channel: Channel, body: Json) -> None:
    """AutoMod, which spares direct messages."""
    if channel.guild_id and any(word in str(body) for word in world.settings.blocked_words):
        raise ApiError(400, 200000, "Message was blocked by automatic moderation")


def may_carry(world: World, channel: Channel, body: Json, files: tuple[Json, ...], held: Message | None = None) -> None:
    """Raise when the bot may not send what a message has, or it lacks a file that it shows; `held`: as it stands."""
    if body.get("embeds"):
        need(world, channel, P.EMBED_LINKS)
    if files:
        need(world, channel, P.ATTACH_FILES)
    check_files(body, files, [file["filename"] for file in held.attachments] if held else ())


def _said_before(world: World, body: Json) -> Message | None:
    """The first message with this nonce, when the bot asked to be held to it and it is not long ago."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    at, first = world.nonces.get((world.bot.id, str(body["nonce"])), (0.0, None))
    if first is None or world.elapsed() - at >= world.settings.nonce_window:
        return None
    world.nonce_hits += 1
    return first


def _create(call: Call, channel: Channel) -> Message:
    world, body = call.world, call.form
    made = posting.compose(world, channel, world.bot.id, body, call.files)
    made.flags &= ~EPHEMERAL  # only an answer to someone can be for them alone
    if body.get("message_reference"):
        made.reference = {"type": 0, "channel_id": channel.id, "message_id": body["message_reference"]["message_id"]}
    if made.nonce is not None:
        world.nonces[world.bot.id, str(made.nonce)] = (world.elapsed(), made)
    return posting.put(world, channel, made)


@endpoint("GET", _MESSAGES)
def history(call: Call) -> list[Json]:
    world, channel = call.world, seen(call)
    if not world.rights(channel) & P.READ_MESSAGE_HISTORY:
        return []
    most = call.number("limit", 50, 100)
    return [wire.message(world, found) for found in _page(channel, call, most)]


def _page(channel: Channel, call: Call, most: int) -> list[Message]:
    """Newest first, as Discord answers whichever way it was asked."""
    newest_first = sorted(channel.messages.values(), key=lambda message: -int(message.id))
    if before := call.query.get("before"):
        return [m for m in newest_first if int(m.id) < int(before)][:most]
    if after := call.query.get("after"):
        return [m for m in newest_first if int(m.id) > int(after)][-most:]
    if around := call.query.get("around"):
        nearest = sorted(newest_first, key=lambda m: abs(int(m.id) - int(around)))[:most]
        return sorted(nearest, key=lambda m: -int(m.id))
    return newest_first[:most]


@endpoint("GET", _MESSAGE)
def read(call: Call) -> Json:
    channel = seen(call)
    need(call.world, channel, P.READ_MESSAGE_HISTORY)
    return wire.message(call.world, call.world.message(channel.id, call.path["message_id"]))


@endpoint("PATCH", _MESSAGE)
def edit(call: Call) -> Json:
    world, channel = call.world, seen(call)
    message = world.message(channel.id, call.path["message_id"])
    if message.author_id != world.bot.id:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    writable(channel)
    check_message(call.form, files=len(call.files), flags=message.flags, partial=True)
    may_carry(world, channel, call.form, call.files, message)
    return wire.message(world, posting.change(world, channel, message, call.form, call.files))


@endpoint("DELETE", _MESSAGE)
def delete(call: Call) -> None:
    world, channel = call.world, seen(call)
    message = world.message(channel.id, call.path["message_id"])
    if message.author_id != world.bot.id:
        need(world, channel, P.MANAGE_MESSAGES)
    writable(channel)
    posting.remove(world, channel, message)


@endpoint("POST", _MESSAGE + "/crosspost")
def crosspost(call: Call) -> Json:
    world, channel = call.world, seen(call)
    message = world.message(channel.id, call.path["message_id"])
    if channel.type != ANNOUNCEMENT:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    need(world, channel, P.SEND_MESSAGES if message.author_id == world.bot.id else P.MANAGE_MESSAGES)
    if message.flags & CROSSPOSTED:
        raise ApiError(400, 40033, "This message has already been crossposted")
    message.flags |= CROSSPOSTED
    posting.tell(world, "MESSAGE_UPDATE", channel, message)
    return wire.message(world, message)


@endpoint("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> None:
    seen(call)
