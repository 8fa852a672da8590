"""Who may do what where, reckoned as Discord does: roles, then the channel's overwrites."""

from __future__ import annotations

from enum import IntFlag

from tests.fakes.discord.model import Channel, Guild


class Permission(IntFlag):
    """The rights that matter to a bot that posts."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38


P = Permission
BOT = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.EMBED_LINKS
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
)
PEOPLE = BOT | P.USE_APPLICATION_COMMANDS | P.ATTACH_FILES
ALL = (1 << 53) - 1


def named(names: list[str]) -> int:
    """The bits of names like `SEND_MESSAGES`."""
    return sum({int(Permission[name.upper()]) for name in names})


def in_guild(guild: Guild, user_id: str) -> int:
    if user_id == guild.owner_id:
        return ALL
    member = guild.members.get(user_id)
    if member is None:
        return 0
    granted = guild.roles[guild.id].permissions
    for role in member.roles:
        granted |= guild.roles[role].permissions
    return ALL if granted & Permission.ADMINISTRATOR else granted


def in_channel(guild: Guild, channel: Channel, user_id: str) -> int:
    """`channel` is the one that carries the overwrites: a thread's parent."""
    granted = in_guild(guild, user_id)
    if granted == ALL:
        return ALL
    layers = [[guild.id], guild.members[user_id].roles if user_id in guild.members else [], [user_id]]
    for layer in layers:
        found = [channel.overwrites[id] for id in layer if id in channel.overwrites]
        for overwrite in found:
            granted &= ~overwrite.deny
        for overwrite in found:
            granted |= overwrite.allow
    return granted
