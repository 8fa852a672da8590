"""Guilds, channels and people: what is there before anything happens."""

from __future__ import annotations

from tests.fakes.discord import permissions, wire
from tests.fakes.discord.model import (
    ANNOUNCEMENT,
    FORUM,
    GROUP_DM,
    REQUIRE_TAG,
    STAGE,
    TEXT,
    VOICE,
    Channel,
    Guild,
    Json,
    Member,
    Role,
)
from tests.fakes.discord.ops import Server, op
from tests.fakes.discord.world import World


@op
def guild(server: Server, name: str, bot: list[str] | None = None) -> str:
    """A guild with the bot in it; `bot`: its rights by name, instead of what the invite asks for."""
    world = server.world
    id, now = world.new_id(), world.now()
    owner = world.user(f"{name} owner")
    rights = int(permissions.BOT) if bot is None else permissions.named(bot)
    mine = Role(world.new_id(), world.bot.name, rights, position=1, managed=True)
    everyone = Role(id, "@everyone", int(permissions.PEOPLE) if bot is None else 0)
    members = {owner.id: Member(owner, now), world.bot.id: Member(world.bot, now, roles=[mine.id])}
    made = Guild(id, name, owner.id, {id: everyone, mine.id: mine}, members)
    world.guilds[id] = made
    world.emit("GUILD_CREATE", wire.guild_create(world, made, joined=True), guild_id=id, intent=1)
    return id


@op
def foreign_guild(server: Server, name: str) -> str:
    """A guild that the bot is not in."""
    world = server.world
    id, owner = world.new_id(), world.user(f"{name} owner")
    roles = {id: Role(id, "@everyone", int(permissions.PEOPLE))}
    world.guilds[id] = Guild(id, name, owner.id, roles, {owner.id: Member(owner, world.now())}, present=False)
    return id


@op
def group(server: Server, users: list[str]) -> str:
    """A conversation of people, without the bot."""
    made = Channel(server.world.new_id(), GROUP_DM, "", recipients=users)
    server.world.channels[made.id] = made
    return made.id


@op
def channel(
    server: Server, guild: str, name: str, kind: str = "text", tags: list[str] | None = None, needs_tag: bool = False
) -> str:
    world = server.world
    kinds = {"text": TEXT, "announcement": ANNOUNCEMENT, "forum": FORUM, "voice": VOICE, "stage": STAGE}
    type = kinds.get(kind) or int(kind if kind.isdecimal() else TEXT)
    home = world.guilds[guild]
    made = Channel(world.new_id(), type, name, guild, position=len(home.channels))
    made.flags = REQUIRE_TAG if needs_tag else 0
    made.tags = [_tag(world, tag) for tag in tags or []]
    world.channels[made.id] = made
    home.channels.append(made.id)
    world.emit("CHANNEL_CREATE", wire.channel(world, made), guild_id=guild, intent=1)
    return made.id


def _tag(world: World, name: str) -> Json:
    return {"id": world.new_id(), "name": name, "moderated": False, "emoji_id": None, "emoji_name": None}


@op
def role(server: Server, guild: str, name: str, mentionable: bool, members: list[str]) -> str:
    """A role without rights of its own."""
    world = server.world
    home = world.guilds[guild]
    made = Role(world.new_id(), name, 0, position=len(home.roles), mentionable=mentionable)
    home.roles[made.id] = made
    for user in members:
        home.members[user].roles.append(made.id)
    world.emit("GUILD_ROLE_CREATE", {"guild_id": guild, "role": wire.role(made)}, guild_id=guild, intent=1)
    return made.id


@op
def member(server: Server, guild: str, name: str, rights: list[str]) -> str:
    """Someone in a guild, with rights of their own besides everyone's."""
    world = server.world
    home = world.guilds[guild]
    made = Member(world.user(name), world.now())
    if rights:
        role = Role(world.new_id(), f"{name}'s role", permissions.named(rights), position=len(home.roles))
        home.roles[role.id] = role
        made.roles.append(role.id)
        world.emit("GUILD_ROLE_CREATE", {"guild_id": guild, "role": wire.role(role)}, guild_id=guild, intent=1)
    home.members[made.user.id] = made
    return made.user.id


@op
def join(server: Server, guild: str, user: str) -> None:
    """Put someone who exists into another guild."""
    server.world.guilds[guild].members[user] = Member(server.world.users[user], server.world.now())
