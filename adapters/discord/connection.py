"""The gateway connection: log in, offer the commands, receive events until it is lost. The core calls it again then."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord.gateway import DiscordWebSocket
from yarl import URL

from adapters.discord.commands import command_payload, fingerprint, without_global_fields
from adapters.discord.handlers import Handlers
from adapters.discord.rest import Rest
from adapters.discord.settings import DISCORD, Settings
from bot.chat.adapter import Core, KeyValue, Setup
from bot.errors import ConfigError, PostError, Refused, Unsure
from bot.metrics import UNREADABLE_EVENTS

log = logging.getLogger(__name__)
SYNCED = "commands/"  # in the storage: `commands/GUILD`, or `commands/*` for all servers
ALL_GUILDS = "*"

RESERVED_SESSION_STARTS = 20  # of the 1,000 IDENTIFYs a day after which Discord resets the token


class Connection:
    """One client's connection; `connected` is false while a shard is away."""

    def __init__(self, rest: Rest, handlers: Handlers, settings: Settings, setup: Setup) -> None:
        self._rest = rest
        self._handlers = handlers
        self._storage = setup.storage
        self._settings = settings
        self._clock = setup.clock
        self._tasks = setup.tasks
        self._client: discord.AutoShardedClient | None = None

    @property
    def connected(self) -> bool:
        """Whether every shard receives events."""
        shards = self._client.shards.values() if self._client and self._handlers.started.is_set() else ()
        return bool(shards) and not any(shard.is_closed() for shard in shards)

    async def run(self, core: Core) -> None:
        """Receive events until the connection is lost for good. Raises `PaperboyError`."""
        self._handlers.core = core
        body = command_payload(core.commands, core.menu)
        register = partial(sync_commands, self._rest, self._storage, body, self._settings.guilds)
        sync = self._tasks.start("discord command sync", register, may_end=True)
        try:
            client = self._client = await self._rest.client()
            await self._prepare_gateway()
            await client.connect()
        except Refused as error:  # only an admin can change that
            raise ConfigError(error.message, error.hint) from error
        except PostError:
            raise
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigError(
                "Discord doesn't grant Paperboy the Message Content intent.",
                "Turn it on in the Developer Portal under Bot, or set message_content = false.",
            ) from error
        except (discord.DiscordException, OSError) as error:
            raise Unsure(f"The connection to Discord is lost ({type(error).__name__}).") from error
        except Exception as error:
            UNREADABLE_EVENTS.labels("discord", "connection").inc()
            raise Unsure(f"Discord's gateway sent something unreadable ({type(error).__name__}).") from error
        finally:
            self._handlers.started.clear()
            sync.cancel()
            with suppress(asyncio.CancelledError):
                await sync

    async def _prepare_gateway(self) -> None:
        """Wait when nearly all connections of the day are used up; take the gateway of another `api_url`."""
        gateway = await self._rest.call("GET", "/gateway/bot")
        if self._settings.api_url != DISCORD:
            DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway["url"])
        limit = gateway.get("session_start_limit") or {}
        if limit.get("remaining", RESERVED_SESSION_STARTS) < RESERVED_SESSION_STARTS:
            await self._clock.sleep(limit["reset_after"] / 1000)


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
