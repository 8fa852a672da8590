"""Messages: what people write to the bot, and links to papers in other messages where an admin turned that on."""

import re
from collections.abc import Iterator
from typing import Any

import discord

from adapters.discord.escape import width
from adapters.discord.events import PLATFORM, is_own_tenant
from adapters.discord.render import LIMITS, message_payload
from adapters.discord.rest import Rest
from bot.chat.event import Answer, Command, Event, LinkShared, Person, Place
from bot.chat.fit import fit

PAPER_URL = re.compile(
    r"https?://(?:www\.|export\.)?(?:arxiv\.org/(?:abs|pdf|html)|huggingface\.co/papers|hf\.co/papers)/[^\s<>()|\]]+"
)
MAX_CARDS_PER_MESSAGE = 3
MAX_NONCE_CHARS = 25  # Discord's limit
COMMAND_PREFIX = re.compile(r"^(?:<@!?\d+>\s*)?(?:/?papers\b\s*)?", re.IGNORECASE)


def parse_message(message: discord.Message, bot_id: int, place: Place) -> Iterator[Event]:
    """A command when the message is for the bot, else one event for each link to a paper."""
    author = message.author
    manages_server = isinstance(author, discord.Member) and author.guild_permissions.manage_guild
    who = Person(
        platform=PLATFORM,
        space=place.space,
        id=str(author.id),
        name=str(author.display_name),
        language=str(message.guild.preferred_locale) if message.guild else "",
        admin=is_own_tenant(place) or manages_server,
    )
    base: dict[str, Any] = {"at": message.created_at, "who": who, "place": place}
    if message.guild is None or any(user.id == bot_id for user in message.mentions):
        yield Command(id=str(message.id), text=COMMAND_PREFIX.sub("", message.content.strip(), count=1), **base)
        return
    for n, url in enumerate(paper_urls(message.content)):
        yield LinkShared(id=f"{message.id}-{n}", url=url, **base)


def paper_urls(content: str) -> list[str]:
    """Distinct addresses of papers, in order."""
    urls = (found.rstrip(".,;:!?'\"*_~") for found in PAPER_URL.findall(content))
    return list(dict.fromkeys(urls))[:MAX_CARDS_PER_MESSAGE]


async def reply(rest: Rest, message: discord.Message, answer: Answer, key: str) -> None:
    """Answer in the same channel, as a reply to the message. Raises `PostError`."""
    for n, page in enumerate(fit(answer.message, LIMITS, width)):
        body = message_payload(page) | {
            "nonce": f"{key}-{n}"[-MAX_NONCE_CHARS:],
            "enforce_nonce": True,
            "message_reference": {"message_id": str(message.id), "fail_if_not_exists": False},
        }
        await rest.call("POST", "/channels/{channel_id}/messages", body, channel_id=message.channel.id)
