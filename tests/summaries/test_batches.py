"""Many lines at once: asked for in a batch, taken up whenever and by whomever, paid for once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.chat.message import Card
from tests.builders import paper
from tests.summaries.conftest import Office, true_line

Start = Callable[..., Awaitable[Office]]
EDITION = [paper(n) for n in range(1, 11)]
IDS = [one.id for one in EDITION]
FALSE = "Keeps 99% of the rain out of houses for birds in Paris."
LOOK = timedelta(minutes=3)


async def under_way(hire: Start, *answers: object, **more: object) -> Office:
    office = await hire(*(answers or (true_line,)), **more)
    await office.lists(EDITION)
    assert await office.improves() == []
    return office


async def taken_up(office: Office) -> list[str]:
    office.clock.moment += LOOK
    return await office.improves()


async def test_an_edition_goes_as_one_batch_and_is_taken_up_when_it_ends(hire: Start) -> None:
    office = await under_way(hire)
    assert [len(batch.requests) for batch in office.fake.batches.values()] == [10]
    assert await taken_up(office) == []
    office.fake.finish()
    assert await taken_up(office) == IDS
    assert await office.shown(EDITION[2]) == ("claude", "Keeps rain out of houses for birds with nest number 3.")
    assert await taken_up(office) == []
    assert (len(office.fake.batches), office.fake.asked) == (1, [])


async def test_few_papers_are_asked_about_at_once(hire: Start) -> None:
    office = await hire(true_line)
    await office.lists(EDITION[:7])
    assert await office.improves() == IDS[:7]
    assert not office.fake.batches


async def test_batches_can_be_switched_off(hire: Start) -> None:
    office = await hire(true_line, batch_from=0)
    await office.lists(EDITION)
    assert await office.improves() + await office.improves() == IDS
    assert not office.fake.batches


async def test_the_post_goes_out_at_once_and_is_edited_when_the_better_line_comes(hire: Start) -> None:
    office = await under_way(hire)
    await office.serves()
    posted = await office.delivers()
    before = [b.summary for m in posted for b in m.blocks if isinstance(b, Card)]
    assert "Presents nest number 3, a house for birds." in before
    office.fake.finish()
    await office.card_updater.note_papers(await taken_up(office))
    assert await office.card_updater.edit_changed() == 11  # ten cards and the digest that leads to them
    after = [b.summary for _, m in office.platform.edited for b in m.blocks if isinstance(b, Card)]
    assert sorted(after) == sorted(f"Keeps rain out of houses for birds with nest number {n}." for n in range(1, 11))


async def test_a_batch_survives_a_restart(hire: Start) -> None:
    before = await under_way(hire)
    await before.store.aclose()
    before.fake.finish()
    after = await hire(true_line)
    after.papers = EDITION
    assert await after.improves() == IDS
    assert len(after.fake.batches) == 1


async def test_two_processes_ask_once_take_up_once_and_pay_once(hire: Start) -> None:
    one, two = await hire(true_line), await hire(true_line)
    await one.lists(EDITION)
    two.papers = EDITION
    await asyncio.gather(one.improves(), two.improves())
    assert len(one.fake.data) == 10
    one.fake.finish()
    one.clock.moment += LOOK
    found = await asyncio.gather(one.improves(), two.improves())
    assert sorted(len(ids) for ids in found) == [0, 10]
    assert [(row.batch, row.requests) for row in await one.store.costs.spending_since(one.clock.now().date())] == [
        (True, 10)
    ]


async def test_two_processes_ask_for_single_lines_once(hire: Start) -> None:
    one, two = await hire(true_line), await hire(true_line)
    one.papers = two.papers = EDITION[:5]
    found = await asyncio.gather(one.improves(), two.improves())
    assert sorted(id for ids in found for id in ids) == IDS[:5]
    assert len(one.fake.asked) == 5


async def test_what_dies_while_asking_is_asked_for_again_by_another(hire: Start) -> None:
    one, two = await hire(true_line), await hire(true_line)
    one.papers = two.papers = EDITION[:1]
    one.fake.slow = 5
    asking = asyncio.create_task(one.improves())
    await asyncio.sleep(0.2)
    asking.cancel()
    one.fake.slow = 0
    assert await two.improves() == []  # somebody may still be asking
    two.clock.moment += timedelta(minutes=21)
    assert await two.improves() == IDS[:1]


@pytest.mark.parametrize("end", ["expired", "canceled", "errored"])
async def test_what_a_batch_does_not_bring_is_asked_for_anew(hire: Start, end: str) -> None:
    office = await under_way(hire)
    office.fake.finish(*[end] * 9)
    assert await taken_up(office) == IDS[9:]
    assert [len(batch.requests) for batch in office.fake.batches.values()] == [10, 9]
    office.fake.finish()
    assert await taken_up(office) == IDS[:9]


async def test_what_can_never_be_answered_is_not_asked_for_again(hire: Start) -> None:
    office = await under_way(hire)
    office.fake.finish("invalid", "invalid")
    assert await taken_up(office) == IDS[2:]
    assert await taken_up(office) == []
    assert len(office.fake.data) == 10


async def test_where_batches_bring_nothing_claude_is_left_alone_for_a_while(hire: Start) -> None:
    office = await under_way(hire)
    for _ in range(6):
        office.fake.finish(*["errored"] * 10)
        assert await taken_up(office) == []
    assert len(office.fake.batches) == 3
    office.clock.moment += timedelta(minutes=11)
    await office.improves()
    office.fake.finish()
    assert await taken_up(office) == IDS


@pytest.mark.parametrize("fault", ["refusal", "max_tokens", ""])
async def test_a_refusal_or_a_cut_answer_costs_that_line_only(hire: Start, fault: str) -> None:
    office = await under_way(hire, fault, true_line)
    office.fake.finish()
    assert await taken_up(office) == IDS[1:]
    assert await taken_up(office) == []
    assert (await office.shown(EDITION[0]))[0] == "extract"


async def test_a_false_line_of_a_batch_is_asked_for_once_more(hire: Start) -> None:
    office = await under_way(hire, FALSE, FALSE, true_line)
    office.fake.finish()
    assert sorted(await taken_up(office)) == IDS
    assert [("number 99" in str(body["messages"])) for body in office.fake.asked] == [True, True]


async def test_a_line_that_is_false_twice_is_kept_and_not_shown(hire: Start) -> None:
    office = await under_way(hire, FALSE)
    office.fake.finish()
    assert await taken_up(office) == []
    assert [len(batch.requests) for batch in office.fake.batches.values()] == [10, 10]
    office.fake.finish()
    assert await taken_up(office) == []
    assert await taken_up(office) == []
    assert len(office.fake.batches) == 2
    assert (await office.shown(EDITION[0]))[0] == "extract"


@pytest.mark.parametrize("faults", [["500"], ["429"], ["529"], ["cut"], ["", "cut"]])
async def test_an_outage_while_looking_only_delays(hire: Start, faults: list[str]) -> None:
    office = await under_way(hire)
    office.fake.finish()
    office.fake.faults = faults
    assert await taken_up(office) == []
    assert await taken_up(office) == IDS
    assert len(office.fake.batches) == 1


async def test_a_batch_that_is_not_taken_leaves_the_papers_to_be_asked_for_again(hire: Start) -> None:
    office = await hire(true_line)
    await office.lists(EDITION)
    office.fake.faults = ["529"]
    assert await office.improves() == []
    assert not office.fake.batches
    assert await office.improves() == []
    assert len(office.fake.batches) == 1


async def test_lines_in_another_language_are_asked_for_beside(hire: Start) -> None:
    german = "Hält den Regen mit Nest Nummer 1 von den Vögeln im Haus fern."
    office = await hire(german)
    await office.lists(EDITION[:1])
    assert await office.improves("de") == IDS[:1]
    assert await office.shown(EDITION[0], "de") == (
        "claude",
        "Hält den Regen mit Nest Nummer 1 von den Vögeln im Haus fern.",
    )
    assert (await office.shown(EDITION[0]))[0] == "extract"
    assert [data["language"] for data in office.fake.data] == ["de"]
