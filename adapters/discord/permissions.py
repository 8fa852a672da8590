"""What Paperboy needs in a channel, and what of it is missing. Pure.

Not asked for: Embed Links (messages are components, not embeds) and Add Reactions (it puts none).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ADMINISTRATOR = 1 << 3
MANAGE_SERVER = 1 << 5
VIEW, SEND, HISTORY = 1 << 10, 1 << 11, 1 << 16
OPEN_THREAD, SEND_IN_THREADS = 1 << 35, 1 << 38

NEEDED: dict[int, tuple[str, str]] = {
    VIEW: ("View Channel", "see where it posts"),
    SEND: ("Send Messages", "post the day's papers"),
    HISTORY: ("Read Message History", "find its own posts after a crash, so that none comes twice; count reactions"),
    OPEN_THREAD: ("Create Public Threads", "hang the day's papers from one post"),
    SEND_IN_THREADS: ("Send Messages in Threads", "post them there"),
}
ALL_NEEDED = sum(NEEDED)


def invite(application: int | str) -> str:
    """The link that adds Paperboy to a server with what it needs, and no more."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot+applications.commands&permissions={ALL_NEEDED}"
    )


def names(rights: int) -> list[str]:
    """The permissions in `rights` that are needed, as Discord's settings call them."""
    return [name for bit, (name, _) in NEEDED.items() if rights & bit]


def missing(guild: Mapping[str, Any], member: Mapping[str, Any], channel: Mapping[str, Any], me: str) -> int:
    """What of the needed a member lacks in a channel (topics/permissions: roles, then the channel's overwrites)."""
    held = _of_roles(guild, member)
    if held & ADMINISTRATOR:
        return 0
    overwrites = {str(one["id"]): one for one in channel.get("permission_overwrites") or ()}
    everyone, roles = str(guild["id"]), [str(id) for id in member.get("roles", ())]
    for layer in ([everyone], roles, [me]):
        found = [overwrites[id] for id in layer if id in overwrites]
        held = (held & ~_all(found, "deny")) | _all(found, "allow")
    return ALL_NEEDED & ~held


def _of_roles(guild: Mapping[str, Any], member: Mapping[str, Any]) -> int:
    mine = {str(guild["id"]), *map(str, member.get("roles", ()))}
    return _all((role for role in guild.get("roles", ()) if str(role["id"]) in mine), "permissions")


def _all(bearers: Iterable[Mapping[str, Any]], name: str) -> int:
    held = 0
    for bearer in bearers:
        held |= int(bearer.get(name) or 0)
    return held
