"""Telling Discord the commands, only when they changed: the fingerprint of what it knows is on the shelf."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from adapters.discord.commands import fingerprint
from adapters.discord.rest import Rest
from bot.chat.adapter import Shelf

log = logging.getLogger(__name__)

KNOWN = "commands/"  # on the shelf: `commands/GUILD`, or `commands/*` for all servers
EVERYWHERE = "*"


async def sync(rest: Rest, shelf: Shelf, commands: list[dict[str, Any]], guilds: Sequence[str]) -> None:
    """Set the commands for all servers, or only for some; take them back where they were set before."""
    application = (await rest.client()).application_id or 0
    wanted = set(guilds) or {EVERYWHERE}
    print_ = fingerprint([{"application": str(application)}, *commands])
    known = {key.removeprefix(KNOWN): value for key, value in await shelf.scan(KNOWN)}
    for scope in sorted(wanted):
        if known.get(scope) != print_:
            await _set(rest, application, scope, commands)
            await shelf.put(KNOWN + scope, print_)
    for scope in sorted(known.keys() - wanted):
        await _set(rest, application, scope, [])
        await shelf.delete(KNOWN + scope)


async def _set(rest: Rest, application: int, scope: str, commands: list[dict[str, Any]]) -> None:
    log.info("telling Discord %d commands for %s", len(commands), "all servers" if scope == EVERYWHERE else scope)
    if scope == EVERYWHERE:
        await rest.call("PUT", "/applications/{application_id}/commands", commands, application_id=application)
    else:
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        await rest.call("PUT", path, commands, application_id=application, guild_id=scope)
