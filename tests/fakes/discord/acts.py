"""What people and admins do without asking the bot: react, write, delete, archive, forbid, remove."""

from __future__ import annotations

from tests.fakes.discord import posting, reacting, threads, wire
from tests.fakes.discord.model import Channel, Overwrite
from tests.fakes.discord.ops import Server, op
from tests.fakes.discord.permissions import named
from tests.fakes.discord.routes.about import conversation


@op
def react(server: Server, user: str, channel: str, message: str, emoji: str, is_super: bool = False) -> None:
    world = server.world
    reacting.add(world, world.channels[channel], world.message(channel, message), user, emoji, is_super=is_super)


@op
def unreact(server: Server, user: str, channel: str, message: str, emoji: str, is_super: bool = False) -> None:
    world = server.world
    found = world.message(channel, message)
    reacting.take_back(world, world.channels[channel], found, user, emoji, is_super=is_super)


@op
def clear(server: Server, channel: str, message: str, emoji: str = "") -> None:
    """Take all reactions off a message, or all of one emoji."""
    world = server.world
    reacting.clear(world, world.channels[channel], world.message(channel, message), emoji)


@op
def clear_deleted_emoji(server: Server, channel: str, message: str, id: str) -> None:
    world = server.world
    reacting.clear_deleted_emoji(world, world.channels[channel], world.message(channel, message), id)


@op
def sent_events(server: Server) -> list[list[object]]:
    """The latest events as they were sent: name and payload."""
    return [[name, data] for name, data in server.gateway.sent]


@op
def send_event(server: Server, name: str, data: object) -> None:
    """Send an event as it is, also an invalid one, to every session."""
    server.gateway.send_event(name, data)


@op
def spoil_ready(server: Server, without: list[str]) -> None:
    """Leave fields out of every READY from now on."""
    server.gateway.ready_without = set(without)


@op
def say(server: Server, user: str, channel: str, text: str) -> str:
    """Write a message; the id."""
    world = server.world
    where = world.channels[channel]
    return posting.put(world, where, posting.compose(world, where, user, {"content": text})).id


@op
def direct(server: Server, user: str) -> str:
    """The conversation between someone and the bot; its id."""
    return conversation(server.world, user).id


@op
def takes_direct(server: Server, user: str, takes: bool) -> None:
    """Whether someone lets the bot write to them."""
    server.world.users[user].takes_direct = takes


@op
def speaks(server: Server, user: str, locale: str) -> None:
    server.world.users[user].locale = locale


@op
def install(server: Server, user: str) -> None:
    """Add the app to someone's account."""
    server.world.users[user].installed = True


@op
def permit(server: Server, guild: str, command: str, user: str) -> None:
    """Let someone use a command despite its default permissions, as an admin can in the guild's settings."""
    server.world.permitted.add((guild, command, user))


@op
def delete(server: Server, channel: str, message: str) -> None:
    world = server.world
    posting.remove(world, world.channels[channel], world.message(channel, message))


@op
def thread(server: Server, channel: str, archived: bool | None = None, locked: bool | None = None) -> None:
    """Archive or lock a thread, or undo it."""
    world = server.world
    threads.change(world, world.channels[channel], archived=archived, locked=locked)


@op
def delete_channel(server: Server, channel: str) -> None:
    """Delete a channel with its threads, or a thread."""
    world = server.world
    gone = world.channels[channel]
    for child in [c for c in world.channels.values() if c.parent_id == channel]:
        _forget(server, child)
    _forget(server, gone)
    name = "THREAD_DELETE" if gone.thread else "CHANNEL_DELETE"
    world.emit(name, wire.channel(world, gone), guild_id=gone.guild_id, intent=1)


def _forget(server: Server, gone: Channel) -> None:
    server.world.channels.pop(gone.id)
    server.world.guilds[gone.guild_id].channels.remove(gone.id)


@op
def allow(server: Server, channel: str, rights: list[str], granted: bool | None = True, whom: str = "") -> None:
    """Grant rights in a channel, deny them (False) or leave them to the roles (None); `whom`: the bot."""
    world = server.world
    where = world.channels[channel]
    overwrite = where.overwrites.setdefault(whom or world.bot.id, Overwrite(whom or world.bot.id, 1))
    bits = named(rights)
    overwrite.allow = overwrite.allow & ~bits | (bits if granted else 0)
    overwrite.deny = overwrite.deny & ~bits | (bits if granted is False else 0)
    world.emit("CHANNEL_UPDATE", wire.channel(world, where), guild_id=where.guild_id, intent=1)


@op
def outage(server: Server, guild: str, over: bool = False) -> None:
    """A guild that Discord can't serve for now: not a removal."""
    world = server.world
    struck = world.guilds[guild]
    struck.available = over
    if over:
        world.emit("GUILD_CREATE", wire.guild_create(world, struck), guild_id=guild, intent=1)
    else:
        world.emit("GUILD_DELETE", {"id": guild, "unavailable": True}, guild_id=guild, intent=1)


@op
def remove_bot(server: Server, guild: str) -> None:
    server.world.guilds[guild].present = False
    server.world.emit("GUILD_DELETE", {"id": guild}, guild_id=guild, intent=1)


@op
def invite_bot(server: Server, guild: str) -> None:
    """Take the bot in again."""
    world = server.world
    world.guilds[guild].present = world.guilds[guild].available = True
    world.emit("GUILD_CREATE", wire.guild_create(world, world.guilds[guild], joined=True), guild_id=guild, intent=1)


@op
def drop(server: Server, code: int = 1006) -> None:
    server.gateway.drop(code)


@op
def reconnect(server: Server) -> None:
    server.gateway.reconnect()


@op
def invalidate(server: Server, resumable: bool = False) -> None:
    server.gateway.invalidate(resumable=resumable)
