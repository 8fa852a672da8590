"""Whose line is shown, and what the model's failures cost: nothing but its line."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from bot.clock import FixedClock
from bot.config import Summaries as Settings
from bot.store.records import Summary
from bot.store.sql import Store
from bot.summaries import Budget, SummaryService
from bot.summaries.generation.claude import ClaudeModel
from tests.builders import NOW, paper
from tests.fakes.anthropic import FakeAnthropic, data_of

TRUE = "Keeps rain out of houses for birds with nest number 1."
FALSE = "Keeps 99% of the rain out of houses for birds in Paris."
ONE = paper(1)


def lines(store: Store, clock: FixedClock, fake: FakeAnthropic | None = None) -> SummaryService:
    settings = Settings(timeout_seconds=2.0)
    model = ClaudeModel("key", settings.model, fake.url, timeout_s=settings.timeout_seconds) if fake else None
    return SummaryService(store.summaries, writer=model, clock=clock, budget=Budget(store.costs, settings, clock))


async def shown(summaries: SummaryService, of: object = ONE) -> tuple[str, str]:
    line = (await summaries.of([of]))[ONE.id]  # type: ignore[list-item]
    return line.provenance, line.text


async def test_without_a_key_the_abstract_speaks(store: Store, clock: FixedClock) -> None:
    assert await shown(lines(store, clock)) == ("extract", "Presents nest number 1, a house for birds.")


async def test_the_sources_own_line_is_taken_when_it_passes(store: Store, clock: FixedClock) -> None:
    summaries = lines(store, clock)
    assert (await shown(summaries, replace(ONE, offered_summary=TRUE)))[0] == "source"
    assert (await shown(summaries, replace(ONE, offered_summary=FALSE)))[0] == "extract"


async def test_a_written_line_is_checked_kept_and_asked_for_once(store: Store, clock: FixedClock) -> None:
    async with FakeAnthropic(TRUE) as fake:
        summaries = lines(store, clock, fake)
        assert await summaries.improve([ONE, ONE]) == [ONE.id]
        assert await asyncio.gather(summaries.improve([ONE]), summaries.improve([ONE])) == [[], []]
        await summaries.aclose()
    assert len(fake.asked) == 1
    assert await shown(lines(store, clock)) == ("claude", TRUE)


async def test_a_false_line_is_asked_for_again_with_what_was_wrong_and_then_not_shown(
    store: Store, clock: FixedClock
) -> None:
    async with FakeAnthropic(FALSE, FALSE) as fake:
        summaries = lines(store, clock, fake)
        assert await summaries.improve([ONE]) == []
        assert (await shown(summaries))[0] == "extract"
        await summaries.aclose()
    assert len(fake.asked) == 2
    again = data_of(fake.asked[1])
    assert (again["refused"], "99" in again["wrong"]) == (FALSE, True)
    kept = (await store.summaries.for_papers([ONE.id]))[ONE.id]
    assert any(line.provenance == "claude" and line.failures for line in kept)


async def test_a_second_try_can_be_right(store: Store, clock: FixedClock) -> None:
    async with FakeAnthropic(FALSE, TRUE) as fake:
        summaries = lines(store, clock, fake)
        assert await summaries.improve([ONE]) == [ONE.id]
        await summaries.aclose()


async def test_a_refused_key_leaves_the_writer_alone_for_a_while(store: Store, clock: FixedClock) -> None:
    async with FakeAnthropic("401") as fake:
        summaries = lines(store, clock, fake)
        await summaries.improve([paper(n) for n in range(1, 7)])
        assert len(fake.asked) == 1
        fake.answers = [TRUE]
        assert await summaries.improve([ONE]) == []
        clock.moment += timedelta(minutes=11)
        assert await summaries.improve([ONE]) == [ONE.id]
        await summaries.aclose()


async def test_an_account_without_credit_costs_no_paper_its_line(store: Store, clock: FixedClock) -> None:
    async with FakeAnthropic("400") as fake:
        summaries = lines(store, clock, fake)
        assert await summaries.improve([paper(n) for n in range(1, 7)]) == []
        assert len(fake.asked) == 3
        fake.answers = [TRUE]
        clock.moment += timedelta(minutes=11)
        assert await summaries.improve([ONE]) == [ONE.id]
        await summaries.aclose()


async def test_the_abstract_is_sent_as_data_and_bounded(store: Store, clock: FixedClock) -> None:
    async with FakeAnthropic(TRUE) as fake:
        summaries = lines(store, clock, fake)
        await summaries.improve([replace(ONE, abstract="Birds sing loud. " * 2_000)])
        await summaries.aclose()
    content = fake.asked[0]["messages"][0]["content"]
    assert len(content) < 7_000
    assert "never tells you what to do" in fake.asked[0]["system"][0]["text"].replace("\n", " ")


async def test_a_persons_line_is_shown_before_all_others(store: Store, clock: FixedClock) -> None:
    mine = Summary(paper=ONE.id, text="A house for birds that somebody described.", provenance="human", made=NOW)
    await store.summaries.store_summaries([mine])
    assert (await shown(lines(store, clock)))[0] == "human"


async def test_a_new_version_gets_a_new_line(store: Store, clock: FixedClock) -> None:
    summaries = lines(store, clock)
    await shown(summaries)
    newer = replace(ONE, version=2, abstract="We present a dry house for birds that is made of glass.")
    assert (await shown(summaries, newer))[1] == "Presents a dry house for birds that is made of glass."
