"""Reactions are counted again after a gap in listening, without losing what is heard meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from bot.chat.event import Person, Reaction, Ref
from bot.clock import FixedClock
from bot.delivery.reconcile import POST_INTERVAL_S, Recounter
from bot.papers.model import Tally
from bot.store.sql import Store
from bot.votes.ballot import record_reaction
from bot.votes.emoji import VoteEmojis
from tests.builders import NOW, PAPERS, post
from tests.fakes.notebook import Notebook

LEASE = timedelta(minutes=1)


async def nothing() -> None: ...


class Reacting(Notebook):
    """A platform that lists reactions; `meanwhile` happens between its reading them and its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.reactions: dict[str, dict[str, frozenset[str]]] = {}  # by message
        self.counted: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] = nothing

    async def count_reactions(self, ref: Ref) -> Mapping[str, frozenset[str]]:
        self.counted.append(ref.id)
        found = dict(self.reactions.get(ref.id, {}))
        await self.meanwhile()
        return found


@pytest.fixture
def platform() -> Reacting:
    return Reacting()


@pytest.fixture
def recounter(store: Store, platform: Reacting, clock: FixedClock) -> Recounter:
    async def changed(tenant: str, paper: str) -> None: ...

    return Recounter(store, {"web": platform}, clock, changed)


async def send(store: Store, key: str, paper: str) -> None:
    await store.outbox.add_posts([post(key, papers=(paper,))])
    await store.outbox.claim_posts(NOW, token="me", lease=LEASE, limit=9, platforms=["web"])
    await store.outbox.settle_sent(key, token="me", ref=Ref(PAPERS, key), at=NOW)


async def react(store: Store, name: str, message: str, *, added: bool = True) -> None:
    who = Person(platform="web", space="home", id=name)
    id = f"{name} {added} {message}"
    event = Reaction(id=id, at=NOW, who=who, place=PAPERS, message=Ref(PAPERS, message), emoji="👍", added=added)
    await record_reaction(store, event, VoteEmojis())


async def test_what_is_heard_during_a_recount_is_newer_than_what_it_finds(
    store: Store, platform: Reacting, recounter: Recounter
) -> None:
    await send(store, "m1", "p1")
    await react(store, "eve", "m1")
    await react(store, "bob", "m1")
    platform.reactions["m1"] = {"👍": frozenset({"bob", "cyd"})}  # Eve took hers back unheard, Cyd reacted unheard

    async def meanwhile() -> None:
        await react(store, "ada", "m1")
        await react(store, "bob", "m1", added=False)

    platform.meanwhile = meanwhile
    assert await recounter.recount("web") == 1
    votes = [await store.votes.ballots_of("web:home", f"web:home/{name}", ["p1"]) for name in ("ada", "bob", "cyd")]
    assert votes == [{"p1": 1}, {}, {"p1": 1}]
    assert await store.votes.tallies_for("web:home", ["p1"]) == {"p1": Tally(up=2)}


async def test_a_recount_asks_slowly_newest_post_first_and_only_its_platform(
    store: Store, platform: Reacting, recounter: Recounter, clock: FixedClock
) -> None:
    for n in range(20):
        await send(store, f"m{n}", f"p{n}")
    began = clock.now()
    await recounter.recount("slack")
    assert platform.counted == []
    await recounter.recount("web")
    assert platform.counted == [f"m{n}" for n in reversed(range(20))]
    assert clock.now() - began >= timedelta(seconds=19 * POST_INTERVAL_S)


async def test_a_gap_is_recounted_also_when_the_task_was_killed(
    store: Store, platform: Reacting, recounter: Recounter
) -> None:
    await send(store, "m1", "p1")
    hung, counted = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        hung.set()
        await asyncio.Event().wait()

    async def count() -> None:
        counted.set()

    platform.meanwhile = hang
    recounter.note_gap("web")
    running = asyncio.create_task(recounter.run())
    await asyncio.wait_for(hung.wait(), 30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    platform.meanwhile = count
    running = asyncio.create_task(recounter.run())
    await asyncio.wait_for(counted.wait(), 30)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
