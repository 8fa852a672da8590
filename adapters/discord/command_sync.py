"""Registers the commands with Discord, only when they changed: a fingerprint of those registered is in the storage."""

import logging
from collections.abc import Sequence
from typing import Any

from adapters.discord.commands import fingerprint, without_global_fields
from adapters.discord.rest import Rest
from bot.chat.adapter import KeyValue
from bot.errors import Refused

log = logging.getLogger(__name__)

SYNCED = "commands/"  # in the storage: `commands/GUILD`, or `commands/*` for all servers
ALL_GUILDS = "*"


async def sync_commands(rest: Rest, storage: KeyValue, commands: list[dict[str, Any]], guilds: Sequence[str]) -> None:
    """Register the commands for `guilds`, or for all servers when empty, and remove them elsewhere.

    Raises `Busy` or `Unsure`; a server that refuses them is logged.
    """
    application = (await rest.client()).application_id or 0
    wanted = set(guilds) or {ALL_GUILDS}
    current = fingerprint([{"application": str(application)}, *commands])
    synced = {key.removeprefix(SYNCED): value for key, value in await storage.scan(SYNCED)}
    for scope in sorted(wanted):
        if synced.get(scope) != current and await _register(rest, application, scope, commands):
            await storage.put(SYNCED + scope, current)
    for scope in sorted(synced.keys() - wanted):
        await _register(rest, application, scope, [])
        await storage.delete(SYNCED + scope)


async def _register(rest: Rest, application: int, scope: str, commands: list[dict[str, Any]]) -> bool:
    """Replace the commands of a scope; False when Discord refuses, as for a server that Paperboy isn't in."""
    where = "all servers" if scope == ALL_GUILDS else f"server {scope}"
    log.info("registering %d Discord commands for %s", len(commands), where)
    of_application, of_guild = "/applications/{application_id}", "" if scope == ALL_GUILDS else "/guilds/{guild_id}"
    path = f"{of_application}{of_guild}/commands"
    if of_guild:
        commands = [without_global_fields(command) for command in commands]
    try:
        await rest.call("PUT", path, commands, application_id=application, guild_id=scope)
    except Refused as error:
        log.error("Discord commands for %s refused: %s", where, error)
        return False
    return True
