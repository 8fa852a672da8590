"""The taste of channels, learned from their votes once per planning pass, where there are enough of them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from attrs import define, field

from bot.chat.event import Place
from bot.papers.model import PaperId, Tally
from bot.search import Search
from bot.store.records import Subscription
from bot.store.sql import Store
from bot.votes.taste import (
    MIN_VOTES_FOR_TASTE,
    Affinity,
    Taste,
    TrainingExample,
    affinity_to_saved,
    learn_taste,
    score_affinity,
)

MAX_SAVED = 200  # of a person's saved papers that count: the newest
TASTE_DAYS = 180  # votes on older posts are not learned from: interests change


@define(eq=False)
class ChannelTaste:
    """The tastes of channels in one planning pass."""

    _store: Store
    _search: Search
    _has_enough: dict[str, bool] = field(init=False, factory=dict)
    """By tenant: whether it cast enough votes for any of its channels."""
    _tastes: dict[str, Taste | None] = field(init=False, factory=dict)  # by channel

    async def leanings(
        self, subscription: Subscription, ids: Collection[PaperId], now: datetime
    ) -> dict[PaperId, Affinity]:
        """How near each paper is to the taste of the channel, or of the reader of a digest; empty: none yet."""
        if subscription.follows:
            return await by_saved(self._store, self._search, subscription.follows, ids)
        taste = await self._taste(subscription.place, now)
        return score_affinity(taste, self._search.vectors_for(ids)) if taste else {}

    async def _taste(self, place: Place, now: datetime) -> Taste | None:
        if place.tenant not in self._has_enough:
            self._has_enough[place.tenant] = await self._store.votes.has_marks(place.tenant, MIN_VOTES_FOR_TASTE)
        if not self._has_enough[place.tenant]:
            return None
        channel = str(place.in_thread(""))
        if channel not in self._tastes:
            self._tastes[channel] = await self._learn(place, now)
        return self._tastes[channel]

    async def _learn(self, place: Place, now: datetime) -> Taste | None:
        tallies = await votes_on_posted(self._store, place, now)
        vectors = self._search.vectors_for(tallies)
        papers = await self._store.papers.get_papers([id for id in vectors if tallies[id].up])
        return learn_taste(
            [
                TrainingExample(
                    vector=vectors[id],
                    title=papers[id].title if id in papers else "",
                    up=tallies[id].up,
                    down=tallies[id].down,
                )
                for id in sorted(vectors, reverse=True)  # arXiv's ids sort by date: the newest first
            ]
        )


async def by_saved(store: Store, search: Search, person: str, ids: Collection[PaperId]) -> dict[PaperId, Affinity]:
    """The similarity of each paper to those a person saved; empty unless they turned that on (`/papers taste on`)."""
    if not await store.people.has_taste(person):
        return {}
    saved = await store.people.saved_papers(person, limit=MAX_SAVED)
    vectors, papers = search.vectors_for(saved), await store.papers.get_papers(saved)
    kept = [
        TrainingExample(vector=vectors[id], title=papers[id].title) for id in saved if id in vectors and id in papers
    ]
    return affinity_to_saved(kept, search.vectors_for(ids))


async def votes_on_posted(store: Store, place: Place, now: datetime) -> dict[PaperId, Tally]:
    """The papers posted to a channel within `TASTE_DAYS`, each with the votes of its tenant."""
    posted = await store.outbox.papers_shown_since(place, now - timedelta(days=TASTE_DAYS))
    tallies = await store.votes.tallies_for(place.tenant, posted)
    return {id: tallies.get(id, Tally()) for id in posted}


async def count_votes_on_posted(store: Store, place: Place, now: datetime) -> int:
    """The number of votes that a channel's taste is learned from."""
    return sum(tally.up + tally.down for tally in (await votes_on_posted(store, place, now)).values())
