"""Bringing a paper to the list of the day, on every platform."""

from __future__ import annotations

from bot.papers.samples import sample_papers
from tests.platforms.scenarios.stage import ADA, BOB, Stage, the_card_says, the_days_papers

NEWEST = max(item[0].day for item in sample_papers())
PAPER = next(item[0].paper for item in sample_papers() if item[0].day < NEWEST)  # on no list of today
ADDRESS = f"https://huggingface.co/papers/{PAPER.id.removeprefix('arxiv:')}"


async def test_a_paper_is_brought_by_dialog_and_its_card_says_by_whom_and_why(stage: Stage) -> None:
    dialog = await stage.type(BOB, "submit")
    assert dict(dialog.dialog) == {"paper": "", "why": ""}
    done = await stage.fill(BOB, dialog, {"paper": ADDRESS, "why": "@everyone <!channel> our next reading"})
    assert done.private
    assert f"“{PAPER.title}” is on this community’s list." in done.text
    assert await stage.posted() == []  # nobody is told before the papers come
    head, brought = await the_days_papers(stage)
    assert "1 paper submitted by people here." in head.text
    assert PAPER.title in brought.text
    assert "submitted by " in brought.text
    assert "somebody here" not in brought.text
    assert "our next reading" in brought.text
    await stage.press(ADA, brought, "Vote")
    await the_card_says(stage, "1 vote here")
    assert "submitted by " in (await stage.posted())[-1].text
    await stage.check()


async def test_what_comes_later_has_its_place_in_the_thread(stage: Stage) -> None:
    head, first = await the_days_papers(stage)
    await stage.type(BOB, f"submit {ADDRESS}")
    await stage.plan()
    posted = await stage.posted()
    assert [seen.id for seen in posted[:2]] == [head.id, first.id]
    assert PAPER.title in posted[2].text
    assert posted[2].under == first.under


async def test_a_second_time_it_is_said_by_whom_and_only_they_or_an_admin_take_it_off(stage: Stage) -> None:
    await stage.type(ADA, f"submit {ADDRESS}")
    again = await stage.type(BOB, f"submit {ADDRESS}")
    assert f" submitted “{PAPER.title}” on " in again.text
    assert "Only the person who submitted a paper" in (await stage.type(BOB, f"unsubmit {ADDRESS}")).text
    assert "submitted by " in (await stage.type(BOB, "today")).text
    sure = await stage.type(ADA, f"unsubmit {ADDRESS}")
    assert "from the list" in (await stage.press(ADA, sure, "Remove it")).text
    assert "submitted by " not in (await stage.type(BOB, "today")).text
    await stage.check()
