"""Telling Discord the commands, only when they changed: the fingerprint of what it knows is on the shelf."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from adapters.discord.commands import fingerprint
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.errors import Refused

log = logging.getLogger(__name__)

KNOWN = "commands/"  # on the shelf: `commands/GUILD`, or `commands/*` for all servers
EVERYWHERE = "*"


async def sync(rest: Rest, storage: KeyValue, commands: list[dict[str, Any]], guilds: Sequence[str]) -> None:
    """Set the commands for all servers, or only for some; take them back where they were set before."""
    application = (await rest.client()).application_id or 0
    wanted = set(guilds) or {EVERYWHERE}
    print_ = fingerprint([{"application": str(application)}, *commands])
    known = {key.removeprefix(KNOWN): value for key, value in await storage.scan(KNOWN)}
    for scope in sorted(wanted):
        if known.get(scope) != print_ and await _set(rest, application, scope, commands):
            await storage.put(KNOWN + scope, print_)
    for scope in sorted(known.keys() - wanted):
        await _set(rest, application, scope, [])
        await storage.delete(KNOWN + scope)


async def _set(rest: Rest, application: int, scope: str, commands: list[dict[str, Any]]) -> bool:
    """Whether Discord took them: it does not for a server that Paperboy is not in."""
    where = "all servers" if scope == EVERYWHERE else f"server {scope}"
    log.info("telling Discord %d commands for %s", len(commands), where)
    try:
        await _put(rest, application, scope, commands)
    except Refused as error:
        log.error("Discord did not take the commands for %s: %s", where, error)
        return False
    return True


async def _put(rest: Rest, application: int, scope: str, commands: list[dict[str, Any]]) -> None:
    if scope == EVERYWHERE:
        await rest.call("PUT", "/applications/{application_id}/commands", commands, application_id=application)
    else:
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        await rest.call("PUT", path, commands, application_id=application, guild_id=scope)
