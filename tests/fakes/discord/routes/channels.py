"""Channels and threads: read, changed, started, joined, listed."""

from __future__ import annotations

from tests.fakes.discord import posting, threads, wire
from tests.fakes.discord.calls import Call, Reply, endpoint
from tests.fakes.discord.errors import ApiError, Form, missing_permissions, unknown
from tests.fakes.discord.limits import check_message
from tests.fakes.discord.model import ANNOUNCEMENT, FORUM, REQUIRE_TAG, TEXT, Channel, Json, Message
from tests.fakes.discord.permissions import Permission as P
from tests.fakes.discord.routes.messages import check_words, may_carry, need, seen
from tests.fakes.discord.world import World

_CHANNEL = "/channels/{channel_id}"


@endpoint("GET", _CHANNEL)
def read(call: Call) -> Json:
    return wire.channel(call.world, seen(call))


@endpoint("PATCH", _CHANNEL)
def change(call: Call) -> Json:
    world, channel, body = call.world, seen(call), call.form
    form = Form()
    if "name" in body:
        form.text("name", body["name"], 100, least=1)
    threads.check_archive(form, body.get("auto_archive_duration"))
    form.done()
    if channel.thread:
        _change_thread(world, channel, body)
    else:
        need(world, channel, P.MANAGE_CHANNELS)
        channel.name = body.get("name") or channel.name
        world.emit("CHANNEL_UPDATE", wire.channel(world, channel), guild_id=channel.guild_id, intent=1)
    return wire.channel(world, channel)


def _change_thread(world: World, channel: Channel, body: Json) -> None:
    """Anyone who may write opens a thread that is not locked; the rest is for its owner and managers."""
    thread = channel.thread
    assert thread
    manages = bool(world.rights(channel) & P.MANAGE_THREADS)
    if thread.archived and body.get("archived") is not False:
        raise ApiError(400, 50083, "Thread is archived")
    if not manages and (thread.locked or "locked" in body or thread.owner_id != world.bot.id):
        only_opens = body == {"archived": False} and not thread.locked
        if not (only_opens and world.rights(channel) & P.SEND_MESSAGES_IN_THREADS):
            raise missing_permissions()
    channel.name = body.get("name") or channel.name
    thread.auto_archive = body.get("auto_archive_duration") or thread.auto_archive
    if "applied_tags" in body:
        thread.tags = [str(tag) for tag in body["applied_tags"]]
    threads.change(world, channel, archived=body.get("archived"), locked=body.get("locked"))


@endpoint("POST", _CHANNEL + "/messages/{message_id}/threads")
def start_on_message(call: Call) -> Reply:
    world, parent = call.world, seen(call)
    message = world.message(parent.id, call.path["message_id"])
    if parent.type not in {TEXT, ANNOUNCEMENT}:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    need(world, parent, P.CREATE_PUBLIC_THREADS, P.READ_MESSAGE_HISTORY)
    threads.check_thread(call.form, parent)
    if message.id in world.channels:
        raise ApiError(400, 160004, "A thread has already been created for this message")
    return Reply(201, wire.channel(world, threads.start(world, parent, call.form, on=message)))


@endpoint("POST", _CHANNEL + "/threads")
def start(call: Call) -> Reply:
    world, parent = call.world, seen(call)
    if parent.type == FORUM:
        return _post(call, parent)
    if parent.type not in {TEXT, ANNOUNCEMENT}:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    need(world, parent, P.CREATE_PUBLIC_THREADS)
    threads.check_thread(call.form, parent)
    return Reply(201, wire.channel(world, threads.start(world, parent, call.form)))


def _post(call: Call, forum: Channel) -> Reply:
    """A forum post: a thread whose first message has the same id. Discord knows no nonce here."""
    world, body = call.world, call.form
    need(world, forum, P.SEND_MESSAGES)
    threads.check_thread(body, forum)
    if forum.flags & REQUIRE_TAG and not body.get("applied_tags"):
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    content = body.get("message") or {}
    check_message(content, files=len(call.files))
    check_words(world, forum, content)
    may_carry(world, forum, content, call.files)
    made = threads.start(world, forum, body)
    message = _first(call, made, content)
    return Reply(201, wire.channel(world, made) | {"message": wire.message(world, message)})


def _first(call: Call, made: Channel, content: Json) -> Message:
    message = posting.compose(call.world, made, call.world.bot.id, content, call.files)
    message.id = made.id
    return posting.put(call.world, made, message)


@endpoint("GET", _CHANNEL + "/threads/archived/public")
def archived(call: Call) -> Json:
    """Latest archived first, before the time asked for."""
    world, parent = call.world, seen(call)
    need(world, parent, P.READ_MESSAGE_HISTORY)
    before = call.query.get("before", "9999")
    most = call.number("limit", 50, 100)
    found = [c for c in world.channels.values() if c.parent_id == parent.id and c.thread and c.thread.archived]
    found = sorted((c for c in found if _archived_at(c) < before), key=_archived_at, reverse=True)
    mine = [wire.thread_member(c, world.bot.id) for c in found[:most] if c.thread and world.bot.id in c.thread.members]
    return {"threads": [wire.channel(world, c) for c in found[:most]], "members": mine, "has_more": len(found) > most}


def _archived_at(channel: Channel) -> str:
    assert channel.thread
    return channel.thread.changed_at


@endpoint("GET", _CHANNEL + "/thread-members")
def members(call: Call) -> list[Json]:
    channel = _thread(call)
    assert channel.thread
    return [wire.thread_member(channel, id) for id in channel.thread.members]


@endpoint("PUT", _CHANNEL + "/thread-members/@me")
def join(call: Call) -> None:
    _join(call, call.world.bot.id)


@endpoint("DELETE", _CHANNEL + "/thread-members/@me")
def leave(call: Call) -> None:
    _leave(call, call.world.bot.id)


@endpoint("PUT", _CHANNEL + "/thread-members/{user_id}")
def invite(call: Call) -> None:
    _join(call, call.path["user_id"])


@endpoint("DELETE", _CHANNEL + "/thread-members/{user_id}")
def dismiss(call: Call) -> None:
    need(call.world, _thread(call), P.MANAGE_THREADS)
    _leave(call, call.path["user_id"])


def _thread(call: Call) -> Channel:
    channel = seen(call)
    if channel.thread is None:
        raise ApiError(400, 50024, "Cannot execute action on this channel type")
    return channel


def _join(call: Call, user_id: str) -> None:
    channel = _thread(call)
    if user_id not in call.world.users:
        raise unknown("User")
    threads.writable(channel)
    assert channel.thread
    if user_id not in channel.thread.members:
        channel.thread.members.append(user_id)


def _leave(call: Call, user_id: str) -> None:
    channel = _thread(call)
    threads.writable(channel)
    assert channel.thread
    if user_id in channel.thread.members:
        channel.thread.members.remove(user_id)
