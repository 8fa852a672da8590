"""Edits of posted cards: one workspace that is slow, hangs or breaks the adapter holds up no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import SystemClock
from bot.delivery.card_updates import CardUpdater
from bot.store.sql import Store
from bot.summaries.service import SummaryService
from bot.tasks import UNREADY_AFTER_FAILURES, Supervisor
from tests.builders import listing, mark, paper, post
from tests.fakes.notebook import Notebook

NESTS = paper(1, "Hypernetworks for Nests")
SLOW, QUICK = Place("web", "slow", "papers"), Place("web", "quick", "papers")


class Uneven(Notebook):
    """Takes long, or breaks, in one of its workspaces."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        super().__init__()
        self.seconds = seconds
        self.error = error
        self.at: dict[str, float] = {}  # by workspace, when an edit was done

    async def edit_post(self, ref: Ref, message: Message) -> None:
        if ref.place.space == "slow":
            await asyncio.sleep(self.seconds)
            if self.error:
                raise self.error
        self.at[ref.place.space] = time.monotonic()
        await super().edit_post(ref, message)


async def vote(store: Store, updater: CardUpdater, place: Place, person: str) -> None:
    """Somebody votes in a workspace."""
    voted = mark(f"{place.tenant}/{person}", NESTS.id, tenant=place.tenant, at=SystemClock().now())
    await store.votes.add_mark(voted)
    await updater.note_vote(place.tenant, NESTS.id)


@asynccontextmanager
async def updating(store: Store, platform: Uneven, **more: float) -> AsyncIterator[tuple[CardUpdater, Supervisor]]:
    """Both workspaces have the paper's card, and what changes is edited."""
    clock = SystemClock()
    now = clock.now()
    await store.papers.add_listings([listing(NESTS, day=now.date())], now)
    for place in (SLOW, QUICK):
        key = f"card-{place.space}"
        await store.outbox.add_posts([post(key, place=place, part=NESTS.id, papers=(NESTS.id,), due=now)])
        (claimed,) = await store.outbox.claim_posts(
            now, token="me", lease=timedelta(minutes=5), limit=1, platforms=["web"], per_tenant=1
        )
        await store.outbox.settle_sent(key, token=claimed.token, ref=Ref(place, key), at=now)
    summaries, tasks = SummaryService(store.summaries, writer=None, clock=clock), Supervisor(clock)
    updater = CardUpdater(store, summaries, {"web": platform}, clock, tasks, **more)
    tasks.start("card updates", updater.run)
    yield updater, tasks
    await tasks.aclose()
    await summaries.aclose()


async def until(condition: object, seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]  # noqa: ASYNC110 - it is the fake that changes
            await asyncio.sleep(0.02)


async def test_a_slow_workspace_holds_up_no_other(store: Store) -> None:
    platform = Uneven(seconds=25.0)
    async with updating(store, platform) as (updater, _):
        await vote(store, updater, SLOW, "ada")
        await asyncio.sleep(1.5)  # its edit is under way
        began = time.monotonic()
        await vote(store, updater, QUICK, "bob")
        await until(lambda: "quick" in platform.at)
        assert platform.at["quick"] - began < 15.0  # 25 s, when all workspaces shared one round
        await vote(store, updater, QUICK, "eve")
        await until(lambda: len(platform.edited) >= 2)
        assert "slow" not in platform.at


async def test_an_edit_that_gets_no_answer_ends_and_is_tried_again(store: Store) -> None:
    platform = Uneven(seconds=60.0)
    async with updating(store, platform, attempt_s=0.2) as (updater, tasks):
        await vote(store, updater, SLOW, "ada")
        await until(lambda: updater._later)
        assert tasks.failing() == {}  # the platform is slow, the adapter is not at fault


@pytest.mark.parametrize("error", [KeyError("ts"), RuntimeError("bug")])
async def test_an_adapter_that_breaks_is_told_and_the_others_are_edited(store: Store, error: Exception) -> None:
    platform = Uneven(error=error)
    async with updating(store, platform) as (updater, tasks):
        for n in range(UNREADY_AFTER_FAILURES):
            updater._later.clear()
            await vote(store, updater, SLOW, f"p{n}")
            await until(lambda: updater._later)
        assert list(tasks.failing()) == ["web edit"]
        await vote(store, updater, QUICK, "bob")
        await until(lambda: "quick" in platform.at)
        assert tasks.failing() == {}
