"""From a wish and a list to posts: which papers, with what is said of each, as messages that fit the platform."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec.structs import replace

from bot.chat.adapter import CanPost
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.message import Message
from bot.delivery.channel_taste import ChannelTaste
from bot.delivery.edition import Edition
from bot.delivery.followed_topics import Finds, followed
from bot.delivery.planning_cache import PlanningCache
from bot.delivery.selection import Choice, Chosen, Fit, additions, choose, compose
from bot.errors import PaperboyError
from bot.papers.community import is_community_list
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import ListedPaper, Post, PostReason, Subscription, Tally
from bot.views.digest import About, Entry, because

SEEN_DAYS = 90  # a channel sees a paper once in so many days


class Composer:
    """Makes posts; writes none of them down."""

    def __init__(
        self,
        store: Store,
        search: Finds,
        lookups: PlanningCache,
        adapters: Mapping[str, CanPost],
        taught: ChannelTaste | None,
    ) -> None:
        self._store = store
        self._search = search
        self._lookups = lookups
        self._adapters = adapters
        self._taught = taught

    async def choose(
        self, subscription: Subscription, listed: Sequence[ListedPaper], now: datetime, *, room: int | None = None
    ) -> Choice:
        """The papers of a list that a subscription takes now; `room`: how many more."""
        ids = {item.paper.id for item in listed}
        return choose(
            subscription,
            listed,
            tallies=await self._store.votes.tallies_for(subscription.place.tenant, ids),
            seen=await self._seen(subscription, now - timedelta(days=SEEN_DAYS)),
            matches=await self._matches(subscription, ids),
            taste=await self._taught.leanings(subscription, ids, now) if self._taught else {},
            brought=await self._brought(subscription.place.tenant, listed),
            room=room,
        )

    async def posts(
        self, subscription: Subscription, edition: Edition, chosen: Sequence[Chosen], due: datetime
    ) -> tuple[Post, ...]:
        """The posts of an edition, its head first, to be sent at `due`."""
        if not self.has_threads(subscription.place):
            subscription = replace(subscription, layout="compact")
        about = About(
            day=edition.day,
            first=edition.first,
            listed=len({item.paper.id for item in edition.listed if not is_community_list(item.source)}),
            sources=[source for source in edition.sources if not is_community_list(source)],
            query=subscription.query,
            min_votes=subscription.min_votes,
            nearest_to=_taste(subscription) if any(item.taught for item in chosen) else "",
            submitted=sum(item.brought for item in chosen),
        )
        entries = await self._entries(subscription, chosen)
        return compose(subscription, edition.id, about, entries, now=due, fit=self._fit(subscription.place))

    def has_threads(self, place: Place) -> bool:
        """Whether a message there can have replies."""
        adapter = self._adapters.get(place.platform)
        return adapter is None or adapter.limits.has_threads

    async def replies(
        self, subscription: Subscription, edition: str, chosen: Sequence[Chosen], now: datetime
    ) -> tuple[Post, ...]:
        """What comes late into an edition's thread."""
        entries = await self._entries(subscription, chosen)
        return additions(subscription, edition, entries, now=now, fit=self._fit(subscription.place))

    async def _seen(self, subscription: Subscription, since: datetime) -> set[PaperId]:
        """What was brought there, and to the channel that a digest's reader sees anyway."""
        seen = await self._store.outbox.papers_shown_since(subscription.place, since)
        return seen | (
            await self._store.outbox.papers_shown_since(subscription.beside, since) if subscription.beside else set()
        )

    async def _brought(self, tenant: str, listed: Sequence[ListedPaper]) -> dict[PaperId, tuple[PostReason, ...]]:
        """Those that the tenant's own people brought, each with who and why."""
        own = {item.paper.id for item in listed if is_community_list(item.source)}
        known = await self._lookups.brought(tenant) if own else {}
        return {id: because(known[id]) for id in own if id in known}

    async def _matches(self, subscription: Subscription, ids: Collection[PaperId]) -> dict[PaperId, str] | None:
        """The papers that the subscription is about, each with the reason; None: it is about all."""
        found: dict[PaperId, str] | None = None
        if subscription.follows:
            topics = await self._store.people.followed_topics(subscription.follows)
            found = await followed(topics, ids, self._search)
        if subscription.query:
            matching = await self._search.matching_among(subscription.query, ids if found is None else list(found))
            found = matching if found is None else {id: found[id] for id in matching}
        return found

    async def _entries(self, subscription: Subscription, chosen: Sequence[Chosen]) -> list[Entry]:
        papers = [item.paper for item in chosen]
        lines = await self._lookups.lines(papers, subscription.language)
        tallies = await self._store.votes.tallies_for(subscription.place.tenant, {paper.id for paper in papers})
        return [
            Entry(
                paper=item.paper,
                summary=lines[item.paper.id].text if item.paper.id in lines else "",
                tally=tallies.get(item.paper.id, Tally()),
                reasons=item.reasons,
            )
            for item in chosen
        ]

    def _fit(self, place: Place) -> Fit:
        adapter = self._adapters.get(place.platform)
        if adapter is None:
            raise PaperboyError(
                f"No adapter for {place.platform} is set up here.", "Set it up, or remove the schedule."
            )
        return partial(_fitted, adapter)


def _fitted(adapter: CanPost, message: Message) -> Sequence[Message]:
    return fit(message, adapter.limits, adapter.text_width)


def _taste(subscription: Subscription) -> str:
    """Whose taste orders what a subscription brings."""
    return "what you saved" if subscription.follows else "what this channel votes for"
