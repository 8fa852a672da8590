"""A flood of requests in one tenant: some are refused for now, and other tenants don't notice."""

from __future__ import annotations

import asyncio

from bot.chat.event import Person, Place
from bot.commands.concurrency import MAX_EVENTS_PER_TENANT
from tests.builders import PAPERS
from tests.core.conftest import Channel

EVE = Person(platform="web", space="elsewhere", id="eve", name="Eve")


async def test_a_flood_is_answered_and_another_tenant_does_not_notice(channel: Channel) -> None:
    flood = asyncio.gather(*(channel.says("today") for _ in range(MAX_EVENTS_PER_TENANT + 50)))
    beside = channel.says("today", who=EVE, place=Place("web", "elsewhere", PAPERS.channel))
    answers, other = await asyncio.gather(flood, beside)
    assert sum("Too many" in answer.message.plain for answer in answers) == 50
    assert "3 papers" in other.message.plain
    assert "3 papers" in (await channel.says("today")).message.plain
