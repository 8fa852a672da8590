"""Lines that need no model are made once, and again when what they come from has changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from bot.app.adapters import installed
from bot.app.build import open_app
from bot.app.serve import SUMMARIES_AT_ONCE, Ahead
from bot.clock import FixedClock
from bot.config import load
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.builders import NOW, listing, paper


async def test_a_line_is_not_made_again_while_its_paper_stands(store: Store, clock: FixedClock) -> None:
    lines = SummaryService(store.summaries, writer=None, clock=clock)
    one = paper(1)
    first = (await lines.of([one]))[one.id]
    clock.moment += timedelta(hours=1)
    assert (await lines.of([replace(one, withdrawn=True)]))[one.id].made == first.made
    clock.moment += timedelta(hours=1)
    changed = replace(one, abstract="Owls sleep. We present a lamp that wakes owls, and show that they sing at noon.")
    again = (await lines.of([changed]))[one.id]
    assert again.made > first.made
    assert "owls" in again.text
    assert (await lines.of([changed]))[one.id] == again


async def test_a_line_of_an_older_paperboy_is_made_anew(store: Store, clock: FixedClock) -> None:
    lines = SummaryService(store.summaries, writer=None, clock=clock)
    one = paper(1)
    good = (await lines.of([one]))[one.id]
    kept = (await store.summaries.for_papers([one.id]))[one.id]
    await store.summaries.store_summaries(
        [replace(line, text="What older rules made of it.", basis="old") for line in kept]
    )
    assert (await lines.of([one]))[one.id].text == good.text


async def test_all_lines_are_made_before_somebody_looks(tmp_path: Path) -> None:
    environment = {"PAPERBOY_HOME": str(tmp_path), "PAPERBOY_SITE_PORT": "0", "PAPERBOY_SEARCH_SEMANTIC": "false"}
    async with open_app(load(None, environment, installed()), FixedClock(NOW)) as app:
        papers = [paper(n) for n in range(1, SUMMARIES_AT_ONCE + 11)]
        await app.store.papers.add_listings([listing(one) for one in papers], NOW)
        ahead, ids = Ahead(app), [one.id for one in papers]
        await ahead.step()
        assert len(await app.store.summaries.for_papers(ids)) == SUMMARIES_AT_ONCE
        for _ in range(2):
            await ahead.step()
        assert set(await app.store.summaries.for_papers(ids)) == set(ids)
