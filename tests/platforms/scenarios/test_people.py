"""Papers by people of the community, on every platform."""

from __future__ import annotations

from bot.papers.samples import sample_papers
from tests.platforms.scenarios.stage import ADA, BOB, Stage, the_card_says, the_days_papers

NEWEST = max(item[0].day for item in sample_papers())
PAPER = next(item[0].paper for item in sample_papers() if item[0].day == NEWEST and item[0].paper.authors)
NAME = PAPER.authors[0]


async def test_a_card_names_the_author_who_is_one_of_us(stage: Stage) -> None:
    refused = await stage.type(BOB, f"people add {NAME}")
    assert "Only an admin can add or remove someone else." in refused.text
    done = await stage.type(ADA, f"people add {NAME}")
    assert "are marked and come first" in done.text
    head, card = await the_days_papers(stage)
    assert f"by our own {NAME}" in head.text
    assert f"by our own {NAME}" in card.text
    await stage.press(BOB, card, "Vote")
    await the_card_says(stage, "1 vote here")
    assert f"by our own {NAME}" in (await stage.posted())[1].text
    await stage.check()
