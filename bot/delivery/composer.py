"""From a subscription and an edition to posts: which papers, with which summaries, in messages of the right size."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from attrs import define, field
from msgspec.structs import replace

from bot.chat.adapter import CanPost, CanTellThreads
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.delivery.channel_taste import ChannelTaste
from bot.delivery.edition import Edition
from bot.delivery.likely_readers import likely_readers
from bot.delivery.planning_cache import PlanningCache
from bot.delivery.posts import Fit, compose, compose_replies
from bot.delivery.selection import Choice, choose
from bot.delivery.topic_groups import group_by_topic
from bot.errors import PaperboyError
from bot.languages import tr
from bot.papers.community import is_community_list
from bot.papers.model import Paper, PaperId, Tally
from bot.papers.pictures import Pictures
from bot.search import Search
from bot.search.query import parse_query
from bot.search.topic_limit import beyond_topic_limit
from bot.store.records import EditionFacts, ListedPaper, PaperGroup, Post, PostReason, Subscription
from bot.store.sql import Store
from bot.views.card import CardPicture, own_authors
from bot.views.digest import Entry, because

ShowPicture: TypeAlias = Callable[[PaperId, Pictures], CardPicture]
SEEN_DAYS = 90  # a paper is posted to a channel once within so many days


async def match_topics(topics: Sequence[str], ids: Collection[PaperId], search: Search) -> dict[PaperId, str]:
    """The papers of `ids` on one of the topics, each with the first topic it matches as its reason."""
    why: dict[PaperId, str] = {}
    for topic in topics:
        for id in await search.matching_among(topic, ids):
            why.setdefault(id, tr("you follow “{topic}”", topic=topic))
    return why


@define(eq=False)
class Composer:
    """Makes posts; stores nothing."""

    _store: Store
    _search: Search
    _planning_cache: PlanningCache
    _adapters: Mapping[str, CanPost]
    _channel_taste: ChannelTaste | None
    _show_picture: ShowPicture
    _groups_of: dict[frozenset[PaperId], tuple[PaperGroup, ...]] = field(init=False, factory=dict)

    async def choose(
        self,
        subscription: Subscription,
        listed: Sequence[ListedPaper],
        now: datetime,
        *,
        room: int | None = None,
        posted: Sequence[Paper] = (),
    ) -> Choice:
        """The papers of a list that a subscription takes now; `room`: how many more beside those `posted`."""
        ids = {item.paper.id for item in listed}
        query = subscription.query
        most = parse_query(query).filter.max_per_topic
        filtered = await self._search.left_out_by_filters(query, ids) if query else set()
        people = await self._store.our_people.authors_in(subscription.place.tenant)
        vectors = self._search.vectors_for({*ids, *(paper.id for paper in posted)}) if most else {}
        ours = own_authors(people, [item.paper for item in listed])
        choice = choose(
            subscription,
            listed,
            tallies=await self._store.votes.tallies_for(subscription.place.tenant, ids),
            seen=await self._seen(subscription, now - timedelta(days=SEEN_DAYS)),
            matches=await self._matches(subscription, ids),
            taste=await self._channel_taste.leanings(subscription, ids, now) if self._channel_taste else {},
            submissions=await self._submissions(subscription.place.tenant, listed),
            by_our_people=ours,
            filtered=filtered | (ids - ours.keys()) if subscription.is_by_us else filtered,
            find_beyond_limit=lambda papers: beyond_topic_limit([*posted, *papers], most, vectors),
            room=room,
        )
        chosen = [entry.paper.id for entry in choice.chosen]
        readers = await likely_readers(self._store, self._search, subscription.place, chosen, listed=ids, now=now)
        named = [(e, (*ours.get(e.paper.id, ()), *readers.get(e.paper.id, ()))) for e in choice.chosen]
        return replace(choice, chosen=tuple(replace(e, reasons=(*ties, *e.reasons)) for e, ties in named))

    async def posts(
        self, subscription: Subscription, edition: Edition, entries: Sequence[Entry], due: datetime
    ) -> tuple[Post, ...]:
        """The posts of an edition, its head first, to be sent at `due`."""
        if subscription.layout == "thread" and not await self.has_threads(subscription.place):
            subscription = replace(subscription, layout="compact")
        taste = tr("what you saved") if subscription.follows else tr("what this channel votes for")
        facts = EditionFacts(
            day=edition.day,
            first=edition.first,
            listed=len({item.paper.id for item in edition.listed if not is_community_list(item.source)}),
            sources=tuple(source for source in edition.sources if not is_community_list(source)),
            query=subscription.query,
            min_votes=subscription.min_votes,
            nearest_to=taste if any(entry.is_by_taste for entry in entries) else "",
            submitted=sum(entry.submitter is not None for entry in entries),
            groups=self._groups([entry.paper for entry in entries]),
        )
        complete = await self._complete(subscription, entries)
        return compose(
            subscription,
            edition.id,
            facts,
            complete,
            now=due,
            fit=self._fit(subscription.place),
            in_one=not self._adapters[subscription.place.platform].limits.has_threads,
        )

    def _groups(self, papers: Sequence[Paper]) -> tuple[PaperGroup, ...]:
        """The topics of an edition's papers; the same for every channel that gets these papers."""
        key = frozenset(paper.id for paper in papers)
        if key not in self._groups_of:
            self._groups_of[key] = group_by_topic(papers, self._search.vectors_for(key))
        return self._groups_of[key]

    async def has_threads(self, place: Place) -> bool:
        """Whether a message there can have replies; True where the platform is not known."""
        adapter = self._adapters.get(place.platform)
        if adapter is None or not isinstance(adapter, CanTellThreads):
            return adapter is None or adapter.limits.has_threads
        return await adapter.has_threads(place)

    async def replies(
        self, subscription: Subscription, edition: str, entries: Sequence[Entry], now: datetime
    ) -> tuple[Post, ...]:
        """The posts of late papers, in the thread of their edition."""
        complete = await self._complete(subscription, entries)
        return compose_replies(subscription, edition, complete, now=now, fit=self._fit(subscription.place))

    async def _seen(self, subscription: Subscription, since: datetime) -> set[PaperId]:
        """The papers posted there since then, and to the channel that the reader of a digest sees anyway."""
        seen = await self._store.outbox.papers_shown_since(subscription.place, since)
        return seen | (
            await self._store.outbox.papers_shown_since(subscription.beside, since) if subscription.beside else set()
        )

    async def _submissions(self, tenant: str, listed: Sequence[ListedPaper]) -> dict[PaperId, tuple[PostReason, ...]]:
        """The listed papers that people of the tenant submitted, each with who and why."""
        own = {item.paper.id for item in listed if is_community_list(item.source)}
        known = await self._planning_cache.submissions(tenant) if own else {}
        return {id: because(known[id]) for id in own if id in known}

    async def _matches(self, subscription: Subscription, ids: Collection[PaperId]) -> dict[PaperId, str] | None:
        """The papers on the topic of the subscription, each with the reason; None: it has no topic."""
        found: dict[PaperId, str] | None = None
        if subscription.follows:
            topics = await self._store.people.followed_topics(subscription.follows)
            found = await match_topics(topics, ids, self._search)
        if subscription.query:
            matching = await self._search.matching_among(subscription.query, ids if found is None else list(found))
            found = matching if found is None else {id: found[id] for id in matching}
        return found

    async def _complete(self, subscription: Subscription, entries: Sequence[Entry]) -> list[Entry]:
        """The entries with their summaries and votes."""
        papers = [entry.paper for entry in entries]
        summaries = await self._planning_cache.summaries(papers, subscription.language)
        tallies = await self._store.votes.tallies_for(subscription.place.tenant, {paper.id for paper in papers})
        return [
            replace(
                entry,
                summary=summaries[entry.paper.id].text if entry.paper.id in summaries else "",
                tally=tallies.get(entry.paper.id, Tally()),
                picture=self._show_picture(entry.paper.id, subscription.pictures),
            )
            for entry in entries
        ]

    def _fit(self, place: Place) -> Fit:
        adapter = self._adapters.get(place.platform)
        if adapter is None:
            raise PaperboyError(
                f"No adapter for {place.platform} is set up here.", "Set it up, or remove the schedule."
            )
        return partial(fit, limits=adapter.limits, width=adapter.text_width)
