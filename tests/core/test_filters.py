"""What a schedule and a search leave out, by words; what a filter left out is counted."""

from __future__ import annotations

import pytest

from bot.chat.message import Papers
from tests.builders import TODAY, listing, paper
from tests.core.conftest import Channel, buttons, titles
from tests.core.test_weekly import posted_titles
from tests.fakes.embedder import WordEmbedder
from tests.filtered_papers import CASES, FIVE
from tests.filtered_papers import titles as titles_of


@pytest.fixture(autouse=True)
async def five(channel: Channel) -> None:
    for id in (paper(1).id, paper(2).id, paper(3).id):
        await channel.store.papers.add_listings([listing(paper(id), day=TODAY)], channel.clock.now())
    channel.clock.moment = channel.clock.moment.replace(day=19)
    day = TODAY.replace(day=19)
    await channel.store.papers.add_listings([listing(one, day=day) for one in FIVE], channel.clock.now())


async def scheduled(channel: Channel, words: str) -> set[str]:
    answer = await channel.says(f"schedule daily 10:00 top 30 compact {words}")
    await channel.presses(buttons(answer.message)["Schedule it"])
    channel.clock.moment = channel.clock.moment.replace(hour=10)
    await channel.deliver()
    return set(posted_titles(channel))


@pytest.mark.parametrize(("words", "numbers"), CASES)
async def test_a_schedule_posts_the_papers_that_pass(channel: Channel, words: str, numbers: set[int]) -> None:
    assert await scheduled(channel, words) == titles_of(numbers)


@pytest.mark.parametrize(("words", "numbers"), CASES)
async def test_a_search_finds_the_papers_that_pass(channel: Channel, words: str, numbers: set[int]) -> None:
    found = titles((await channel.says(f"{words} after:2025-03-17")).message)
    assert set(found) & titles_of(set(range(41, 46))) == titles_of(numbers)


async def test_what_filters_left_out_is_counted_before_and_after(channel: Channel) -> None:
    preview = await channel.says("schedule daily 10:00 top 30 compact -survey has:code max:1/topic")
    counted = "Left out: 2 by a filter and 1 over the limit per topic."
    assert counted in preview.message.plain
    await channel.presses(buttons(preview.message)["Schedule it"])
    channel.clock.moment = channel.clock.moment.replace(hour=10)
    await channel.deliver()
    assert counted in (await channel.says("why")).message.plain


async def test_a_filter_that_can_not_be_read_is_refused(channel: Channel) -> None:
    answer = await channel.says("schedule daily 10:00 owls stars:many")
    assert "I can't read “stars:many” as a filter." in answer.message.plain


class TestByMeaning:
    """With a model, a topic is what is near in meaning."""

    @pytest.fixture
    def embedder(self) -> WordEmbedder:
        return WordEmbedder()

    async def test_a_quoted_phrase_filters_what_is_near_too(self, channel: Channel) -> None:
        await channel.search.embed_missing()
        assert titles((await channel.says('"songs at dusk"')).message) == ["Songs at Dusk"]
        assert titles((await channel.says('"qqzz yyxx"')).message) == []

    async def test_words_of_no_paper_are_said_to_be_before_what_is_near(self, channel: Channel) -> None:
        await channel.search.embed_missing()
        answer = await channel.says("zzqqxxyy")
        assert answer.message.plain.startswith("Papers on “zzqqxxyy”")
        first = answer.message.blocks[1]
        assert "No paper has these words." in str(first)
        assert not isinstance(first, Papers)
