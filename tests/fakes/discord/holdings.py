"""What this Discord holds and has seen, for a test to look at."""

from __future__ import annotations

from typing import Any

from tests.fakes.discord import wire
from tests.fakes.discord.model import Json, Message
from tests.fakes.discord.ops import Server, op
from tests.fakes.discord.schema import SPEC


@op
def token(server: Server) -> str:
    return server.world.token


@op
def app(server: Server) -> Json:
    """The app as OAuth2 knows it."""
    return {"client_id": server.world.application_id, "client_secret": server.world.client_secret}


@op
def change_member(server: Server, guild: str, user: str, **values: Any) -> None:
    """`pending=True`, `nick="…"`."""
    for name, value in values.items():
        setattr(server.world.guilds[guild].members[user], name, value)


@op
def messages(server: Server, channel: str) -> list[Json]:
    """A channel's messages, oldest first, with their nonces, pings and all reactions."""
    held = server.world.channels[channel].messages.values()
    return [
        wire.message(server.world, message, nonce=True)
        | {"pings": message.pings, "people": {emoji: list(who) for emoji, who in message.reactions.items()}}
        for message in held
    ]


@op
def threads(server: Server, channel: str) -> list[Json]:
    return [wire.channel(server.world, c) for c in server.world.channels.values() if c.parent_id == channel]


@op
def tag_names(server: Server, channel: str, thread: str) -> list[str]:
    """The names of a forum post's tags, as applied."""
    named = {tag["id"]: tag["name"] for tag in server.world.channels[channel].tags}
    found = server.world.channels[thread].thread
    return [named[id] for id in (found.tags if found else [])]


@op
def configure(server: Server, **values: Any) -> None:
    """Change settings while it runs."""
    for name, value in values.items():
        if not hasattr(server.world.settings, name):
            raise ValueError(f"no such setting: {name}")
        setattr(server.world.settings, name, value)


@op
def faults(server: Server, **values: Any) -> None:
    server.faults.set(**values)


@op
def calls(server: Server) -> list[Json]:
    """The last 5,000 HTTP calls."""
    names = ("at", "method", "path", "status")
    return [dict(zip(names, call, strict=True)) for call in server.calls]


@op
def sessions(server: Server) -> int:
    """How many of the bot's sessions are connected."""
    return sum(session.socket is not None for session in server.gateway.sessions.values())


@op
def state(server: Server) -> Json:
    """Everything counted."""
    world, gateway = server.world, server.gateway
    return {
        "requests": dict(server.requests),
        "statuses": {str(status): count for status, count in server.statuses.items()},
        "busiest": server.rates.busiest,
        "limited": server.rates.limited,
        "invalid": server.rates.invalid,
        "syncs": world.syncs,
        "commands": {guild: list(held.values()) for guild, held in world.commands.items()},
        "identifies": gateway.identifies,
        "resumes": gateway.resumes,
        "beats": gateway.beats,
        "rejected": gateway.rejected,
        "sockets": len(gateway.sockets),
        "sessions": sessions(server),
        "guilds": sorted(guild.id for guild in world.guilds.values() if guild.present),
        "pinging": [
            wire.message(world, m)
            for m in _all(server)
            if m.author_id == world.bot.id and set(m.pings) - set(world.settings.may_ping)
        ],
        "nonce_hits": world.nonce_hits,
        "struck": server.faults.struck,
        "requests_checked": server.description.requests,
        "answers_checked": server.description.answers,
        "described": SPEC.exists() and world.settings.validate > 0,
        "wrong": server.description.wrong,
    }


def _all(server: Server) -> list[Message]:
    public = [message for channel in server.world.channels.values() for message in channel.messages.values()]
    return public + list(server.world.private.values())
