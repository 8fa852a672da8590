"""The Discord client: passes events to the handlers, and drops an unreadable event without losing the connection.

discord.py parses each gateway event itself, and an exception there ends the connection. So each of its parsers is
fenced: an event that fails is counted, logged and dropped. Only servers and channels are cached.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from adapters.discord.settings import Settings
from bot.errors import PaperboyError
from bot.metrics import FAILURES, UNREADABLE_EVENTS

if TYPE_CHECKING:
    from adapters.discord.handlers import Handlers

log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # Paperboy has no voice

MAX_RATE_LIMIT_WAIT_S = 30.0  # the library waits out shorter rate limits itself; 30 is the least it accepts
GUILD_READY_TIMEOUT_S = 0.5  # without another GUILD_CREATE, after which all servers listed at the start have come
REACTIONS = frozenset({"MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"})
UNUSED = {"version": 1, "attachment_size_limit": 0}  # fields of an interaction that only the library needs
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError)  # what parsing an unexpected payload raises


def intents(settings: Settings) -> discord.Intents:
    """The events to receive. The only privileged intent is for cards for pasted links, when an admin turns them on."""
    return discord.Intents(
        guilds=True,
        guild_reactions=True,
        dm_reactions=True,
        dm_messages=True,
        guild_messages=settings.message_content,
        message_content=settings.message_content,
    )


def count_unreadable(event: str, error: Exception) -> None:
    """Count and log an event that is dropped; the payload is not logged, it may hold what people wrote."""
    UNREADABLE_EVENTS.labels("discord", event).inc()
    log.warning("Discord event dropped: %s, %s", event, repr(error)[:100])


class Client(discord.AutoShardedClient):
    """One client for all shards of this process. An unavailable server is an outage of Discord's: it stays known."""

    def __init__(self, handlers: Handlers, settings: Settings, trace: aiohttp.TraceConfig) -> None:
        super().__init__(
            intents=intents(settings),
            shard_count=settings.shards or None,
            max_ratelimit_timeout=MAX_RATE_LIMIT_WAIT_S,
            http_trace=trace,
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILD_READY_TIMEOUT_S,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._event_handlers = handlers
        for name in filter(lambda name: name.startswith("on_"), dir(handlers)):  # as `Client.event` does
            setattr(self, name, getattr(handlers, name))
        # The library has no public hook between receiving and parsing; each socket takes its parsers from here.
        state = self._connection
        state.parsers = {event: self._fenced(event, parse) for event, parse in state.parsers.items()}

    def _fenced(self, event: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
        def parse_or_drop(payload: Any) -> None:
            try:
                if event in REACTIONS:  # Discord didn't always send these, and other servers may not
                    payload.setdefault("type", int(bool(payload.get("burst"))))
                elif event == "INTERACTION_CREATE":
                    payload = UNUSED | payload
                    payload.get("member", {}).setdefault("flags", 0)
                    _read_unknown_channel(payload)
                parse(payload)
            except Exception as error:  # noqa: BLE001 - whatever the library makes of it, only this event is lost
                count_unreadable(event, error)
                if event == "READY":  # the session is open: what follows can be read
                    self._ready_fallback = asyncio.create_task(self._event_handlers.ready_unreadable())

        return parse_or_drop

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Called in the `except` block of a handler that failed."""
        if isinstance(error := sys.exception(), UNREADABLE):
            count_unreadable(event_method.removeprefix("on_").upper(), error)
        elif isinstance(error, PaperboyError):
            log.warning("Discord event not handled: %s, %s", event_method, error)
        else:
            FAILURES.labels("discord").inc()
            log.error("Discord event failed: %s", event_method, exc_info=error)


def _read_unknown_channel(interaction: dict[str, Any]) -> None:
    """Read a channel of a kind that the library doesn't know as a text channel: it would leave out the id too."""
    channel = interaction.get("channel")
    if channel and channel.get("type") not in {kind.value for kind in discord.ChannelType}:
        channel["type"] = discord.ChannelType.text.value
