"""Asking arXiv for papers that no list has: limited for each person, in total, and at the same time."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.event import Person
from bot.commands.lookups import MAX_IN_TOTAL_AN_HOUR, MAX_LOOKUPS_AT_ONCE, MAX_PER_PERSON_AN_HOUR
from tests.builders import ADA, BOB
from tests.core.conftest import Channel
from tests.fakes.embedder import WordEmbedder


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.mark.parametrize("command", ["show", "save", "similar", ""])
@pytest.mark.parametrize("paper", ["1910.12345", "https://arxiv.org/abs/1910.12345"])
async def test_a_paper_that_no_list_and_not_even_arxiv_has_is_called_unknown(
    channel: Channel, command: str, paper: str
) -> None:
    answer = (await channel.says(f"{command} {paper}".strip(), who=BOB)).message.plain
    assert f"I don't know the paper “{paper}” yet." in answer


@pytest.mark.parametrize("command", ["show", "save", "similar"])
async def test_words_that_no_paper_has_name_no_paper(channel: Channel, command: str) -> None:
    answer = (await channel.says(f"{command} wheelbarrow", who=BOB)).message.plain
    assert answer.startswith("I don't know the paper “wheelbarrow”. To search by words")
    assert "Hypernetworks" in (await channel.says(f"{command} hypernetworks", who=BOB)).message.plain


async def test_a_person_can_look_up_so_many_unknown_papers_an_hour(channel: Channel) -> None:
    for n in range(MAX_PER_PERSON_AN_HOUR + 40):
        await channel.says(f"show 1910.{n + 10_000}", who=BOB)
    assert len(channel.looked_up) == MAX_PER_PERSON_AN_HOUR
    assert "limit of 20 arXiv lookups an hour" in (await channel.says("show 1910.12345", who=BOB)).message.plain
    assert "don't know the paper" in (await channel.says("show 1910.12345", who=ADA)).message.plain
    assert "Hypernetworks" in (await channel.says("show 2503.00001", who=BOB)).message.plain
    assert await channel.shares("https://arxiv.org/abs/1910.12345") is None


async def test_everyone_together_can_look_up_so_many_an_hour(channel: Channel) -> None:
    people = [Person(platform="web", space="home", id=f"p{n}") for n in range(20)]
    for n in range(MAX_IN_TOTAL_AN_HOUR + 20):
        await channel.says(f"save 1910.{n + 10_000}", who=people[n % len(people)])
    assert len(channel.looked_up) == MAX_IN_TOTAL_AN_HOUR


async def test_only_a_few_are_looked_up_at_the_same_time(channel: Channel) -> None:
    channel.arxiv.delay_s = 0.2
    answers = await asyncio.gather(*(channel.says(f"show 1910.{n + 10_000}", who=BOB) for n in range(60)))
    assert len(channel.looked_up) == MAX_LOOKUPS_AT_ONCE
    assert sum("looking up other papers" in answer.message.plain for answer in answers) == 60 - MAX_LOOKUPS_AT_ONCE
