"""The permissions Paperboy needs in a channel, and which of them are missing. Pure.

Not needed: Embed Links (its messages are components, not embeds) and Add Reactions (it adds none).
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

ALL = (1 << 63) - 1
ADMINISTRATOR = 1 << 3
MANAGE_SERVER = 1 << 5
VIEW, SEND, HISTORY, MENTION_ALL = 1 << 10, 1 << 11, 1 << 16, 1 << 17
CREATE_THREADS, SEND_IN_THREADS = 1 << 35, 1 << 38
ATTACH_FILES = 1 << 15  # for pictures; where it is missing, cards show those that have a public address

NEEDED = {
    VIEW: "View Channel",  # see where it posts
    SEND: "Send Messages",  # post the day's papers
    HISTORY: "Read Message History",  # find its own posts after a crash so that none is posted twice; count reactions
    CREATE_THREADS: "Create Public Threads",  # put the day's papers in a thread
    SEND_IN_THREADS: "Send Messages in Threads",  # post in those threads
}
ALL_NEEDED = sum(NEEDED)
FORUMS = frozenset({15, 16})  # types of channels: in a forum or media channel, Send Messages creates posts


def invite_url(application: int | str) -> str:
    """The link that adds Paperboy to a server with the permissions it needs."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={ALL_NEEDED | ATTACH_FILES}"
    )


def user_install_url(application: int | str) -> str:
    """The link that adds Paperboy to a person's account, where they can use it in any server."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}&scope=applications.commands&integration_type=1"
    )


def needed_in(kind: int) -> int:
    """The permissions needed in a channel of a type, as bits."""
    return ALL_NEEDED & ~CREATE_THREADS if kind in FORUMS else ALL_NEEDED


def permission_names(permissions: int) -> list[str]:
    """The needed permissions in these bits, named as in Discord's settings."""
    return [name for bit, name in NEEDED.items() if permissions & bit]


def missing_permissions(
    guild: Mapping[str, Any], member: Mapping[str, Any], channel: Mapping[str, Any], bot_id: str
) -> int:
    """The needed permissions that Paperboy lacks in a channel, as bits."""
    return needed_in(int(channel.get("type") or 0)) & ~permissions_in(guild, member, channel, bot_id)


def permissions_in(guild: Mapping[str, Any], member: Mapping[str, Any], channel: Mapping[str, Any], user: str) -> int:
    """The permissions of a member in a channel, as bits: by their roles, then the channel's overwrites.

    https://discord.com/developers/docs/topics/permissions#permission-overwrites
    """
    mine = {str(guild["id"]), *map(str, member.get("roles", ()))}
    held = _union((role for role in guild.get("roles", ()) if str(role["id"]) in mine), "permissions")
    if held & ADMINISTRATOR or str(guild.get("owner_id")) == user:
        return ALL
    overwrites = {str(one["id"]): one for one in channel.get("permission_overwrites") or ()}
    everyone, roles = str(guild["id"]), [str(id) for id in member.get("roles", ())]
    for layer in ([everyone], roles, [user]):
        found = [overwrites[id] for id in layer if id in overwrites]
        held = (held & ~_union(found, "deny")) | _union(found, "allow")
    return held


def _union(owners: Iterable[Mapping[str, Any]], name: str) -> int:
    return reduce(or_, (int(owner.get(name) or 0) for owner in owners), 0)
