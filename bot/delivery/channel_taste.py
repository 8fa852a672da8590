"""What the votes of channels teach: worked out once a round of planning, and only where enough of them were cast."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.chat.event import Place
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Subscription, Tally
from bot.votes.taste import ENOUGH, Floats, Leaning, Lesson, Taste, lean, learn, near_saved

SAVED = 200  # of a person's saved papers that count, the newest
DAYS = 180  # of what a channel was brought that still teach: interests move on


class HasVectors(Protocol):
    """What this needs of search."""

    def vectors_for(self, ids: Collection[PaperId]) -> Mapping[PaperId, Floats]: ...


class ChannelTaste:
    """Tastes of channels, as their votes stand in this round."""

    def __init__(self, store: Store, search: HasVectors) -> None:
        self._store = store
        self._search = search
        self._may: dict[str, bool] = {}  # by tenant, whether it voted enough for any of its channels
        self._known: dict[str, Taste | None] = {}  # by channel

    async def leanings(
        self, subscription: Subscription, ids: Collection[PaperId], now: datetime
    ) -> dict[PaperId, Leaning]:
        """How much each paper is to the channel's taste, or a digest's reader's; none while there is none."""
        if subscription.follows:
            return await by_saved(self._store, self._search, subscription.follows, ids)
        taste = await self._taste(subscription.place, now)
        return lean(taste, self._search.vectors_for(ids)) if taste else {}

    async def _taste(self, place: Place, now: datetime) -> Taste | None:
        if place.tenant not in self._may:
            self._may[place.tenant] = await self._store.votes.has_marks(place.tenant, ENOUGH)
        if not self._may[place.tenant]:
            return None
        channel = str(place.in_thread(""))
        if channel not in self._known:
            self._known[channel] = await self._learned(place, now)
        return self._known[channel]

    async def _learned(self, place: Place, now: datetime) -> Taste | None:
        tallies = await votes_on_brought(self._store, place, now)
        vectors = self._search.vectors_for(tallies)
        papers = await self._store.papers.get_papers([id for id in vectors if tallies[id].up])
        return learn(
            [
                Lesson(
                    vector=vectors[id],
                    title=papers[id].title if id in papers else "",
                    up=tallies[id].up,
                    down=tallies[id].down,
                )
                for id in sorted(vectors, reverse=True)  # arXiv's ids sort by date: the newest first
            ]
        )


async def by_saved(store: Store, search: HasVectors, person: str, ids: Collection[PaperId]) -> dict[PaperId, Leaning]:
    """How near each paper is to what somebody saved; none unless that person wants it so."""
    if not await store.people.has_taste(person):
        return {}
    saved = await store.people.saved_papers(person, limit=SAVED)
    vectors, papers = search.vectors_for(saved), await store.papers.get_papers(saved)
    kept = [Lesson(vector=vectors[id], title=papers[id].title) for id in saved if id in vectors and id in papers]
    return near_saved(kept, search.vectors_for(ids))


async def votes_on_brought(store: Store, place: Place, now: datetime) -> dict[PaperId, Tally]:
    """The papers a channel was brought lately, each with the votes of its community."""
    brought = await store.outbox.papers_shown_since(place, now - timedelta(days=DAYS))
    tallies = await store.votes.tallies_for(place.tenant, brought)
    return {id: tallies.get(id, Tally()) for id in brought}


async def ballots(store: Store, place: Place, now: datetime) -> int:
    """How many votes teach a channel's order."""
    return sum(tally.up + tally.down for tally in (await votes_on_brought(store, place, now)).values())
