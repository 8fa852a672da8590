"""Messages: what somebody writes to the bot, and, where the admin wants it, links to papers in what others write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import discord

from adapters.discord.escape import width
from adapters.discord.parse import PLATFORM
from adapters.discord.render import LIMITS, payload
from adapters.discord.rest import Rest
from bot.chat.event import Answer, Command, Event, LinkShared, Person, Place
from bot.chat.fit import fit

PAPER = re.compile(
    r"https?://(?:www\.|export\.)?(?:arxiv\.org/(?:abs|pdf|html)|huggingface\.co/papers|hf\.co/papers)/[^\s<>()|\]]+"
)
MOST_CARDS = 3  # for one message
NAME = re.compile(r"^(?:<@!?\d+>\s*)?(?:/?papers\b\s*)?", re.IGNORECASE)


def events(message: discord.Message, me: int, place: Place) -> Iterator[Event]:
    """What a message asks of us: nothing, a command, or cards."""
    heard: dict[str, Any] = {
        "at": message.created_at,
        "who": Person(
            platform=PLATFORM,
            space=place.space,
            id=str(message.author.id),
            name=message.author.display_name,
            admin=message.guild is None or _manages(message.author),
        ),
        "place": place,
    }
    if message.guild is None or any(user.id == me for user in message.mentions):
        yield Command(id=str(message.id), text=NAME.sub("", message.content.strip(), count=1), **heard)
        return
    for n, url in enumerate(links(message.content)):
        yield LinkShared(id=f"{message.id}-{n}", url=url, **heard)


def links(content: str) -> list[str]:
    """Addresses of papers, in order, each once."""
    return list(dict.fromkeys(found.rstrip(".,;:!?'\"*_~") for found in PAPER.findall(content)))[:MOST_CARDS]


async def reply(rest: Rest, message: discord.Message, answer: Answer, key: str) -> None:
    """Answer in the same channel, under the message."""
    for n, page in enumerate(fit(answer.message, LIMITS, width)):
        body = payload(page) | {
            "nonce": f"{key}-{n}"[-25:],
            "enforce_nonce": True,
            "message_reference": {"message_id": str(message.id), "fail_if_not_exists": False},
        }
        await rest.call("POST", "/channels/{channel_id}/messages", body, channel_id=message.channel.id)


def _manages(author: discord.Member | discord.User) -> bool:
    return isinstance(author, discord.Member) and author.guild_permissions.manage_guild
