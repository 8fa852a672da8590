"""What Claude costs: once a paper, whoever reads it; written down; and never more than the budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.chat.event import Place
from bot.config import Price, Summaries
from bot.errors import ConfigError
from bot.store.records import Spending
from bot.summaries import Budget
from bot.summaries.generation import prompt
from tests.builders import TODAY, add_spending, paper
from tests.summaries.conftest import Office, true_line

Start = Callable[..., Awaitable[Office]]
SEVEN = [paper(n) for n in range(1, 8)]
TWENTY = [paper(n) for n in range(1, 21)]


async def spent(office: Office) -> list[Spending]:
    return await office.store.costs.spending_since(TODAY.replace(day=1))


async def test_tokens_and_money_are_written_down_by_day_and_model(hire: Start) -> None:
    office = await hire(true_line, prices={"claude-haiku-5-5": Price(input=1.0, output=10.0)})
    await office.lists(SEVEN)
    await office.improves()
    (row,) = await spent(office)
    assert (row.day, row.model, row.batch, row.requests) == (TODAY, "claude-haiku-5-5", False, 7)
    assert row.cache_read == 6 * row.cache_write > 6 * 512  # the rules are paid for once, and then read from the cache
    tokens = row.input + 10 * row.output + 0.1 * row.cache_read + 1.25 * row.cache_write
    assert row.cost == pytest.approx(tokens / 1_000_000)
    office.clock.moment += timedelta(days=1)
    await office.lists([paper(30)])
    await office.improves()
    assert [row.day for row in await spent(office)] == [TODAY, TODAY + timedelta(days=1)]


async def test_a_batch_costs_half(hire: Start) -> None:
    single, batch = await hire(true_line, batch_from=0, file="a"), await hire(true_line, file="b")
    for office in (single, batch):
        office.fake.cached.clear()
        await office.lists(TWENTY)
        for _ in range(3):
            await office.improves()
            office.fake.finish()
            office.clock.moment += timedelta(minutes=3)
    (one,), (many,) = await spent(single), await spent(batch)
    assert (one.requests, many.requests, many.batch) == (20, 20, True)
    assert many.cost == pytest.approx(one.cost / 2, rel=0.1)


@pytest.mark.parametrize("answer", ["refusal", "max_tokens", "Keeps 99% of the rain out of houses for birds in Paris."])
async def test_an_answer_that_is_no_use_is_paid_for_too(hire: Start, answer: str) -> None:
    office = await hire(answer)
    await office.lists(SEVEN[:1])
    assert await office.improves() == []
    (row,) = await spent(office)
    assert row.requests == len(office.fake.asked)


async def test_500_channels_cost_the_same_as_one(hire: Start) -> None:
    bills: list[tuple[int, list[Spending]]] = []
    for file, channels in (("one", 1), ("many", 500)):
        office = await hire(true_line, file=file)
        office.fake.batches.clear()
        office.fake.asked.clear()
        office.fake.cached.clear()
        await office.lists(TWENTY[:3])
        await office.serves(*(Place("web", f"home{n % 50}", f"c{n}") for n in range(channels)), layout="compact")
        for _ in range(3):
            await office.delivers()
            await office.card_updater.note_papers(await office.improves())
            await office.card_updater.edit_changed()
        assert len({str(place) for place, _ in office.platform.posted.values()}) == channels
        bills.append((len(office.fake.data), await spent(office)))
    assert bills[0] == bills[1]
    assert bills[0][0] == 3


async def test_the_admin_is_told_at_80_percent_and_at_100_the_abstracts_speak(
    hire: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [record.message for record in caplog.records if "Claude has cost" in record.message]

    office = await hire(true_line, budget_day=1.0)
    await add_spending(office.store, Spending(day=TODAY, model="claude-haiku-5-5", cost=0.79999))
    await office.lists(SEVEN[:1])
    assert await office.improves() == [SEVEN[0].id]
    assert told() == ["Claude has cost 0.80 of the 1.00 USD for 2025-03-18."]
    await add_spending(office.store, Spending(day=TODAY, model="claude-haiku-5-5", cost=0.2))
    await office.lists(SEVEN)
    assert [await office.improves(), await office.improves()] == [[], []]
    assert [message.endswith("summaries are taken from the abstracts.") for message in told()] == [False, True]
    assert (await office.shown(SEVEN[6]))[0] == "extract"
    assert (await office.shown(SEVEN[0]))[0] == "claude"
    office.clock.moment += timedelta(days=1)
    assert len(await office.improves()) == 6


async def test_what_was_told_is_not_told_again_after_a_restart(hire: Start, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        office = await hire(true_line)
        await add_spending(
            office.store, Spending(day=TODAY, model="claude-haiku-5-5", cost=0.09 if number == 0 else 0.01)
        )
        await Budget(office.store.costs, Summaries(budget_month=0.1), office.clock).warn()
    told = [record.message for record in caplog.records if "Claude has cost" in record.message]
    assert len(told) == 2
    assert "for March 2025." in told[0]
    assert "summaries are taken from the abstracts" not in told[0]
    assert told[1].endswith("Until it ends, summaries are taken from the abstracts.")


async def test_a_batch_asks_for_no_more_than_the_budget_pays(hire: Start) -> None:
    office = await hire(true_line, budget_day=0.012, prices={"claude-haiku-5-5": Price(input=1.0, output=1.0)})
    await office.lists(TWENTY)
    await office.improves()
    (batch,) = office.fake.batches.values()
    assert 8 <= len(batch.requests) < 20
    assert await office.improves() == []  # what is under way counts
    assert len(office.fake.data) == len(batch.requests)
    office.fake.finish()
    office.clock.moment += timedelta(minutes=3)
    assert len(await office.improves()) >= len(batch.requests)
    assert sum(row.cost for row in await spent(office)) <= 0.012


async def test_a_budget_needs_a_price(hire: Start) -> None:
    with pytest.raises(ConfigError, match="no price for some-model"):
        await hire(true_line, model="some-model", budget_day=1.0)
    office = await hire(true_line, model="some-model")
    await office.lists(SEVEN[:1])
    assert await office.improves()
    assert [(row.model, row.cost) for row in await spent(office)] == [("some-model", 0.0)]


async def test_claude_does_not_think_unless_it_is_told_to(hire: Start) -> None:
    quick, slow = await hire(true_line, file="a"), await hire(true_line, file="b", thinking=True)
    for office in (quick, slow):
        await office.lists(SEVEN[:1])
        await office.improves()
    first, second = quick.fake.asked
    assert first["thinking"] == {"type": "disabled"}
    assert "thinking" not in second
    assert second["max_tokens"] > first["max_tokens"] + 1_000
    assert prompt.fingerprint(thinking=True) != prompt.fingerprint(thinking=False)
