"""Threads: opened, archived, locked, opened again."""

from __future__ import annotations

from tests.fakes.discord import posting, wire
from tests.fakes.discord.errors import ApiError, Form
from tests.fakes.discord.model import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_THREAD,
    FORUM,
    HAS_THREAD,
    PUBLIC_THREAD,
    THREAD_CREATED,
    THREAD_STARTER,
    Channel,
    Json,
    Message,
    Thread,
)
from tests.fakes.discord.permissions import Permission as P
from tests.fakes.discord.world import World

_ARCHIVES = (60, 1440, 4320, 10080)


def check_thread(body: Json, channel: Channel) -> None:
    """What a new thread may be called, and when it may go to sleep."""
    form = Form()
    form.text("name", body.get("name"), 100, least=1)
    check_archive(form, body.get("auto_archive_duration"))
    known = {tag["id"] for tag in channel.tags}
    for i, tag in enumerate(form.most("applied_tags", body.get("applied_tags"), 5)):
        if str(tag) not in known:
            form.wrong(f"applied_tags.{i}", "BASE_TYPE_CHOICES", "Unknown tag")
    form.done()


def check_archive(form: Form, minutes: object) -> None:
    if minutes is not None and minutes not in _ARCHIVES:
        form.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {_ARCHIVES}.")


def start(world: World, parent: Channel, body: Json, *, on: Message | None = None) -> Channel:
    """A thread of the bot's, on a message, in a forum, or by itself."""
    now = world.now()
    state = Thread(world.bot.id, now, now, body.get("auto_archive_duration") or parent.auto_archive)
    state.tags = [str(tag) for tag in body.get("applied_tags") or []]
    state.members = [world.bot.id]
    kind = ANNOUNCEMENT_THREAD if parent.type == ANNOUNCEMENT else PUBLIC_THREAD
    made = Channel(on.id if on else world.new_id(), kind, body["name"], parent.guild_id, parent.id, thread=state)
    world.channels[made.id] = made
    world.guilds[parent.guild_id].channels.append(made.id)
    _announce(world, parent, made, on)
    return made


def _announce(world: World, parent: Channel, made: Channel, on: Message | None) -> None:
    told = wire.channel(world, made) | {"newly_created": True}
    world.emit("THREAD_CREATE", told, guild_id=parent.guild_id, intent=1)
    where = made if on else parent
    if on:
        on.flags |= HAS_THREAD
        posting.tell(world, "MESSAGE_UPDATE", parent, on)
    elif parent.type == FORUM:
        return
    notice = posting.compose(world, where, world.bot.id, {} if on else {"content": made.name})
    notice.type = THREAD_STARTER if on else THREAD_CREATED
    of = {"channel_id": parent.id, "message_id": on.id} if on else {"channel_id": made.id}
    notice.reference = {"type": 0, "guild_id": parent.guild_id, **of}
    posting.put(world, where, notice)


def writable(channel: Channel) -> None:
    """Raise when a thread is archived: nothing in it can be changed."""
    if channel.thread and channel.thread.archived:
        raise ApiError(400, 50083, "Thread is archived")


def open_again(world: World, channel: Channel) -> None:
    """A new message opens an archived thread; a locked one only for those who manage threads."""
    thread = channel.thread
    if thread is None:
        return
    if thread.locked and not world.rights(channel) & P.MANAGE_THREADS:
        raise ApiError(403, 160005, "Thread is locked")
    if thread.archived:
        change(world, channel, archived=False)


def change(world: World, channel: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
    """Archive, lock or undo it, and tell."""
    thread = channel.thread
    assert thread
    thread.archived = thread.archived if archived is None else archived
    thread.locked = thread.locked if locked is None else locked
    thread.changed_at = world.now()
    world.emit("THREAD_UPDATE", wire.channel(world, channel), guild_id=channel.guild_id, intent=1)
