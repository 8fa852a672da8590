"""Lines in the channel's language, and what a paper's own page says of its line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.chat.event import Place
from tests.builders import PAPERS, paper
from tests.fakes.anthropic import data_of
from tests.summaries.conftest import Office, everything
from tests.summaries.room import Room

Start = Callable[..., Awaitable[Office]]
ELSEWHERE = Place("web", "home", "elsewhere")
GERMAN, ENGLISH = "Baut ein Haus für Vögel, das den Regen abhält.", "Keeps rain out of houses for birds in all seasons."


def in_its_language(body: dict[str, Any]) -> str:
    return GERMAN if data_of(body)["language"] == "de" else ENGLISH


async def written(hire: Start) -> Room:
    office = await hire(in_its_language)
    await office.lists(
        [paper(1, abstract="Birds sing. We present a house for birds. It keeps rain out in all seasons.")]
    )
    for language in ("en", "de"):
        await office.improves(language)
    return Room(office)


async def test_a_channel_has_its_lines_in_the_language_it_asked_for(hire: Start) -> None:
    here = await written(hire)
    made = await here.says("schedule weekdays 09:00 lang:de")
    assert "Posts and summaries are in “de”." in everything(made)
    for question in ("show 2503.00001", "house for birds", "new"):
        assert GERMAN in everything(await here.says(question)), question
    assert ENGLISH in everything(await here.says("show 2503.00001", place=ELSEWHERE))


async def test_a_changed_schedule_keeps_its_language_until_another_is_named(hire: Start) -> None:
    here = await written(hire)
    await here.says("schedule weekdays 09:00 lang:de")
    (made,) = await here.office.store.subscriptions.in_place(PAPERS)
    for said, language in (("daily 10:00", "de"), ("daily 10:00 LANG:FR top 3", "fr"), ("daily 10:00 lang:en", "en")):
        await here.says(f"change {made.id} {said}")
        (changed,) = await here.office.store.subscriptions.in_place(PAPERS)
        assert (changed.language, changed.query) == (language, "")


@pytest.mark.parametrize("tag", ["", "german", "d", "de_DE", "de;drop", "<!here>", "de-" + "x" * 40])
async def test_what_is_no_language_code_is_refused(hire: Start, tag: str) -> None:
    here = await written(hire)
    assert "Use a code, for example lang:de" in (await here.says(f"schedule weekdays 09:00 lang:{tag}")).plain
    assert await here.office.store.subscriptions.in_place(PAPERS) == []


async def test_until_a_line_comes_in_that_language_the_english_one_is_shown(hire: Start) -> None:
    office = await hire(in_its_language)
    await office.lists(
        [paper(1, abstract="Birds sing. We present a house for birds. It keeps rain out in all seasons.")]
    )
    await office.improves()
    assert await office.shown(office.papers[0], "de") == ("claude", ENGLISH)
    await office.improves("de")
    assert await office.shown(office.papers[0], "de") == ("claude", GERMAN)


async def test_a_papers_page_says_whose_its_line_is_and_what_was_wrong_with_another(hire: Start) -> None:
    good = Room(await hire(ENGLISH, file="a"))
    abstract = "Birds sing. We present a house for birds. It keeps rain out in all seasons."
    await good.office.lists([paper(1, abstract=abstract)])
    await good.office.improves()
    shown = everything(await good.says("show 2503.00001"))
    assert "Summary written by Claude (claude-haiku-5-5) and checked against the abstract." in shown
    bad = Room(await hire(ENGLISH, file="b"))
    bad.office.fake.answers = ["Keeps 99% of the rain out of houses for birds, and is state of the art."]
    await bad.office.lists([paper(1)])
    await bad.office.improves()
    shown = everything(await bad.says("show 2503.00001"))
    assert "Summary extracted from the abstract and checked against it." in shown
    assert "Another summary was rejected: has the number 99%, which the abstract does not" in shown
    assert "claims “state of the art”" in shown
