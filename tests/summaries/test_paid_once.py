"""Whatever goes wrong with a request: it isn't charged twice, all that may have been charged is booked, and no one
sees worse than the abstract's own summary."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from bot.config import Price
from bot.summaries.generation.budget import money
from bot.summaries.generation.language_model import TokenUsage
from tests.builders import TODAY, paper
from tests.fakes.anthropic import FakeAnthropic, FakeBatch
from tests.summaries.conftest import Office, true_line

Start = Callable[..., Awaitable[Office]]
ONE = paper(1)
EDITION = [paper(n) for n in range(1, 11)]
PRICE = Price(input=100.0, output=1_000.0)
PRICES = {"claude-haiku-5-5": PRICE}
TRUE = "Keeps rain out of houses for birds with nest number 1."
FENCED = '```json\n{"line": "' + TRUE + '"}\n```'


class Outcome(NamedTuple):
    """What came of a request that was made possible twice at once and once more a day later."""

    asked: int
    generated: int
    shown: str
    later: str  # shown after a day on which the API works


RETRIED, LOST = Outcome(3, 0, "claude", "claude"), Outcome(1, 1, "extract", "claude")
CASES: dict[str, tuple[str, str, Outcome]] = {  # what the API answers, how the answer is lost, and what comes of it
    "answered": ("", "", Outcome(1, 1, "claude", "claude")),
    "in a code fence": (FENCED, "", Outcome(1, 1, "claude", "claude")),
    "with words around": (f'Here it is: {{"line": "{TRUE}"}} I hope it helps.', "", Outcome(1, 1, "claude", "claude")),
    "stop_sequence": (f"stop_sequence: {TRUE}", "", Outcome(1, 1, "claude", "claude")),
    **{
        stop: (f"{stop}: {TRUE}", "", LOST)
        for stop in ("max_tokens", "pause_turn", "tool_use", "model_context_window_exceeded")
    },
    "refusal": ("refusal", "", Outcome(1, 1, "extract", "extract")),
    "no object": ('{"summary": "x"}', "", LOST),
    "empty": ('{"line": " "}', "", LOST),
    "content filter": ("blocked", "", Outcome(1, 0, "extract", "extract")),
    "prompt too long": ("too long", "", Outcome(2, 0, "extract", "claude")),
    **{status: (status, "", Outcome(1, 0, "extract", "claude")) for status in ("401", "402", "403", "404")},
    "spend limit": ("spend limit", "", Outcome(1, 0, "extract", "claude")),
    **{status: (status, "", Outcome(1, 0, "extract", "claude")) for status in ("408", "500", "502", "504")},
    **{status: (status, "", Outcome(6, 0, "extract", "claude")) for status in ("429", "503", "529")},
    "429 for an hour": ("wait", "", Outcome(1, 0, "extract", "claude")),
    **{f"lost: {how}": ("", how, LOST) for how in ("drop", "cut", "hang", "500", "502", "504")},
    "slow": ("hang", "", Outcome(1, 0, "extract", "claude")),
    "not JSON": ("html", "", Outcome(1, 0, "extract", "claude")),
    "null": ("null", "", Outcome(1, 0, "extract", "claude")),
}
DOUBTFUL = {"408", "500", "502", "504", "slow", "not JSON", "null"}  # booked, though nothing was generated


def charged(fake: FakeAnthropic, price: Price = PRICE, *, batch: bool = False) -> float:
    """What the account is charged."""
    total = 0.0
    for body in fake.generated:
        used = body["usage"]
        usage = TokenUsage(
            input=used["input_tokens"],
            output=used["output_tokens"],
            cache_read=used["cache_read_input_tokens"],
            cache_write=used["cache_creation_input_tokens"],
        )
        total += money(usage, price, batch=batch)
    return total


async def booked(office: Office) -> float:
    rows = await office.store.costs.spending_since(TODAY.replace(day=1))
    return sum(row.cost for row in rows)


@pytest.mark.parametrize("name", CASES)
async def test_a_single_request_is_paid_once_and_booked(hire: Start, name: str) -> None:
    answer, lost, expected = CASES[name]
    office = await hire(answer or TRUE, prices=PRICES, timeout_seconds=1.0 if "hang" in (answer, lost) else 20.0)
    office.fake.lost = [lost] if lost else []
    await office.lists([ONE])
    await office.improves()
    await office.improves()
    shown = (await office.shown(ONE))[0]
    cost, charge = await booked(office), charged(office.fake)
    assert (len(office.fake.asked), len(office.fake.generated), shown) == expected[:3]
    assert cost == pytest.approx(charge) if not (lost or name in DOUBTFUL) else cost > charge
    assert await office.store.costs.reserved_cost() == 0
    office.fake.answers = [TRUE]
    office.clock.moment += timedelta(hours=25)
    await office.improves()
    assert (await office.shown(ONE))[0] == expected.later


async def under_way(hire: Start, lost: str = "", **more: object) -> Office:
    office = await hire(true_line, prices=PRICES, **more)
    office.fake.lost = [lost] if lost else []
    await office.lists(EDITION)
    await office.improves()
    return office


async def later(office: Office, minutes: float = 3) -> int:
    office.clock.moment += timedelta(minutes=minutes)
    return len(await office.improves())


@pytest.mark.parametrize("lost", ["drop", "cut", "500", "504"])
async def test_a_batch_whose_confirmation_is_lost_is_found_in_the_list(hire: Start, lost: str) -> None:
    office = await under_way(hire, lost)
    assert [await later(office), await later(office, 30)] == [0, 0]
    office.fake.finish()
    assert await later(office) == 10
    assert len(office.fake.batches) == 1
    assert await booked(office) == pytest.approx(charged(office.fake, batch=True))


async def test_another_programs_batch_of_the_same_size_is_not_taken_for_ours(hire: Start) -> None:
    office = await hire(true_line, prices=PRICES)
    office.fake.faults = ["500"]
    await office.lists(EDITION)
    await office.improves()
    requests = [{"custom_id": f"theirs-{n}", "params": {}} for n in range(10)]
    office.fake.batches["theirs"] = FakeBatch("theirs", requests, office.clock.now())
    assert [await later(office), await later(office, 30)] == [0, 0]
    assert len(office.fake.batches) == 1  # it may be ours as long as it has no results
    office.fake.finish()
    await later(office)
    office.fake.finish()
    assert await later(office) == 10
    assert await booked(office) == pytest.approx(charged(office.fake, batch=True))


@pytest.mark.parametrize("status", ["429", "503", "529", "401", "400"])
async def test_a_batch_that_was_surely_not_made_is_requested_again(hire: Start, status: str) -> None:
    office = await hire(true_line, prices=PRICES)
    office.fake.faults = [status]
    await office.lists(EDITION)
    await office.improves()
    assert await office.store.costs.reserved_cost() == 0
    await later(office, 11)
    office.fake.finish()
    assert await later(office) == 10
    assert len(office.fake.batches) == 1


async def test_a_batch_that_is_not_in_the_list_is_requested_again_after_ten_minutes(hire: Start) -> None:
    office = await hire(true_line, prices=PRICES)
    office.fake.faults = ["500"]
    await office.lists(EDITION)
    await office.improves()
    assert await later(office) == 0
    assert not office.fake.batches
    await later(office, 10)
    office.fake.finish()
    assert await later(office) == 10


@pytest.mark.parametrize("end", ["archived", "deleted"])
async def test_results_that_are_gone_are_booked_told_and_not_requested_again(
    hire: Start, caplog: pytest.LogCaptureFixture, end: str
) -> None:
    office = await under_way(hire)
    office.fake.finish()
    (batch,) = office.fake.batches.values()
    batch.kept = False
    if end == "deleted":
        office.fake.batches.clear()
    assert await later(office) == 0
    assert await booked(office) > charged(office.fake, batch=True)
    assert "10 summaries are lost" in caplog.text
    await later(office)
    assert len(office.fake.data) == (10 if end == "archived" else 0)
    failure = await office.store.costs.last_failure()
    assert failure
    assert "batch msgbatch_0000" in failure.reason


@pytest.mark.parametrize("end", ["expired", "canceled", "errored"])
async def test_what_a_batch_did_not_do_is_not_paid_and_is_requested_again(hire: Start, end: str) -> None:
    office = await under_way(hire)
    office.fake.finish(*[end] * 3)
    assert await later(office) == 7 + 3
    assert (len(office.fake.generated), len(office.fake.asked)) == (10, 3)
    assert await booked(office) == pytest.approx(
        sum(row.cost for row in await office.store.costs.spending_since(TODAY)), rel=1e-6
    )


async def test_answers_of_a_batch_in_a_wrong_form_are_paid_once_and_held(hire: Start) -> None:
    office = await under_way(hire)
    office.fake.answers = ["max_tokens", '{"summary": "x"}', "refusal", true_line]
    office.fake.finish()
    assert await later(office) == 7
    assert await booked(office) == pytest.approx(charged(office.fake, batch=True))
    await later(office)
    assert len(office.fake.generated) == 10
    await later(office, 25 * 60)
    assert len(office.fake.generated) == 12  # a refusal is final, an answer in a wrong form isn't


async def test_a_wrong_form_that_repeats_opens_the_circuit_breaker(hire: Start) -> None:
    office = await hire('{"summary": "x"}', prices=PRICES)
    await office.lists(EDITION[:7])
    await office.improves()
    await office.improves()
    assert len(office.fake.asked) == 3


async def test_a_process_that_dies_in_a_call_leaves_its_cost_booked(hire: Start) -> None:
    one, two = await hire(true_line, prices=PRICES), await hire(true_line, prices=PRICES)
    await one.lists([ONE])
    one.fake.slow = 5
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            await one.improves()
    assert one.fake.asked
    assert await two.store.costs.reserved_cost() > 0
    one.fake.slow = 0
    two.papers = EDITION[:2]
    two.clock.moment += timedelta(minutes=21)
    await two.improves()
    assert await two.store.costs.reserved_cost() == 0
    assert await booked(two) > charged(two.fake)


async def test_retry_after_rules_the_circuit_breaker_and_holds_nothing_up(hire: Start) -> None:
    office = await hire("wait", prices=PRICES)
    await office.lists(EDITION[:3])
    async with asyncio.timeout(30):
        await office.improves()
    assert len(office.fake.asked) == 1
    office.fake.answers = [true_line]
    office.clock.moment += timedelta(minutes=59)
    assert await office.improves() == []
    office.clock.moment += timedelta(minutes=2)
    assert len(await office.improves()) == 3


REASONS = {
    "404": "doesn't know this: model: claude-nest-1.",
    "402": "can't be paid: Your credit balance is too low",
    "no credit": "can't be paid: Your credit balance is too low",
    "spend limit": "can't be paid: You have reached your specified API usage limits.",
    "too long": "rejected the request: prompt is too long: 210000 tokens",
    "401": "rejected the API key: invalid x-api-key.",
}


@pytest.mark.parametrize("name", REASONS)
async def test_the_apis_own_words_reach_log_and_costs(hire: Start, caplog: pytest.LogCaptureFixture, name: str) -> None:
    office = await hire(name)
    await office.lists([ONE])
    await office.improves()
    failure = await office.store.costs.last_failure()
    assert failure
    assert REASONS[name] in failure.reason
    assert failure.reason in caplog.text
    assert "{" not in failure.reason


async def test_a_server_without_batches_is_asked_one_by_one(hire: Start) -> None:
    office = await hire(true_line, has_batches=False)
    await office.lists(EDITION)
    assert len(await office.improves()) == 8
    assert len(await office.improves()) == 2
