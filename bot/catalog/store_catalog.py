"""The core as readers see it: papers, lists, trends, searches; each paper with its line and what votes come to."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from attrs import define
from msgspec.structs import replace

from bot.catalog.api_keys import MAX_KEY_CHARS, key_digest
from bot.catalog.reading_lists import papers_of
from bot.catalog.topics import count_topics
from bot.chat.catalog import (
    PAGE_SIZE,
    ApiClient,
    CatalogEntry,
    DayListings,
    LinkedRepos,
    PaperDetail,
    PaperPage,
    PostedMessage,
    Topic,
    TrendingPeriod,
)
from bot.chat.event import Person, Place, Ref
from bot.chat.message import clean
from bot.clock import Clock
from bot.papers.model import Paper, PaperId, Tally
from bot.search import Results, Search, words_in
from bot.store.records import ListedPaper, PaperNote
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.views.formatting import source_name
from bot.votes.trending import explain_score, list_score, rank_trending

DAYS = {"day": 1, "week": 7, "month": 30}
CANDIDATES = 500  # of a week or a month that are put in order: the most upvoted, and all that was voted on
TOPICS_OF = 30  # days whose papers tell what the topics are
TOPICS = 60
MANY_PAPERS, DAY_TOPICS = 15, 8  # of a list, from which its topics are offered, and how many
COUNTED_YEARS = 6  # whose papers of a search are counted
SIMILAR = 6

T = TypeVar("T")

Links = Callable[[PaperId], Awaitable[LinkedRepos]]  # what else on Hugging Face names a paper
Address = Callable[[Ref], str]  # where a message can be read; empty where it can't be said


@define(eq=False, slots=False)
class StoreCatalog:
    """Implements `bot.chat.catalog.Reading`."""

    _store: Store
    _search: Search
    _lines: SummaryService
    _clock: Clock
    _sources: Sequence[str]
    _linked: Links
    _address: Address

    async def listed_days(self, *, until: date | None = None, limit: int = 30) -> Sequence[tuple[date, int]]:
        return await self._store.papers.listed_days(self._sources, until=until, limit=limit)

    async def listings(
        self, first: date, last: date, topic: str = "", *, offset: int = 0, limit: int = PAGE_SIZE
    ) -> DayListings:
        papers, sources = self._store.papers, self._sources
        listed, earlier, later, newest, total = await asyncio.gather(  # together: each waits for a thread of the store
            self._listed(first, last),
            papers.listed_days(sources, until=first - timedelta(days=1), limit=1),
            papers.next_listed_day(sources, last),
            papers.listed_days(sources, limit=1),
            papers.count_listed(sources, first, last),
        )
        topics = count_topics(item.paper for item in listed)[:DAY_TOPICS] if len(listed) >= MANY_PAPERS else ()
        if topic:
            listed = await self._on_topic(topic, listed)
            total = len(listed)
        tallies = await self._store.votes.tallies_everywhere([item.paper.id for item in listed])
        listed.sort(key=lambda item: (-list_score(item.paper, tallies.get(item.paper.id, Tally())), item.paper.id))
        page = listed[offset : offset + limit]
        shown = await self._shown([item.paper for item in page], lists=page, tallies=tallies)
        return DayListings(
            first=first,
            last=last,
            page=PaperPage(papers=tuple(shown), has_more=len(listed) > offset + limit, total=total),
            previous_day=earlier[0][0] if earlier else None,
            next_day=later,
            newest_day=newest[0][0] if newest else None,
            topics=tuple(topics),
        )

    async def trending(
        self, period: TrendingPeriod, topic: str = "", *, offset: int = 0, limit: int = PAGE_SIZE
    ) -> PaperPage:
        now, days = self._clock.now(), DAYS[period]
        listed = await self._listed(now.date() - timedelta(days=days), now.date())
        if topic := clean(topic, 200):
            listed = await self._on_topic(topic, listed)
        tallies = await self._store.votes.tallies_everywhere([item.paper.id for item in listed])
        ranked = rank_trending(listed, tallies, now, offset + limit + 1, days=days)
        page = ranked[offset : offset + limit]
        reasons = {item.paper.id: explain_score(item, tallies.get(item.paper.id, Tally()), now) for item in page}
        papers = await self._shown([item.paper for item in page], reasons, lists=page, tallies=tallies)
        return PaperPage(papers=tuple(papers), has_more=len(ranked) > offset + limit)

    async def search(self, query: str, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage:
        found = await self._found(await self._search.find_papers(clean(query), limit=limit, offset=offset))
        return replace(found, total=await self._search.count_papers(clean(query)))

    async def search_newest(self, query: str, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage:
        return await self._found(await self._search.newest_papers(clean(query), limit=limit, offset=offset))

    async def narrow_search(self, query: str) -> Sequence[Topic]:
        year = self._clock.now().year
        filters = [(str(one), f"after:{one} before:{one + 1}") for one in range(year, year - COUNTED_YEARS, -1)]
        filters += [(source_name(source), f"source:{source}") for source in self._sources]
        counts = [(name, added, await self._search.count_papers(f"{clean(query)} {added}")) for name, added in filters]
        return [Topic(name=name, query=added, count=count) for name, added, count in counts if count]

    async def complete_title(self, typed: str, limit: int) -> Sequence[str]:
        return await self._search.complete_title(typed, limit)

    async def similar_papers(self, id: PaperId, *, offset: int = 0, limit: int = PAGE_SIZE) -> PaperPage | None:
        return await self._near(id, offset, limit) if await self._store.papers.get_papers([id]) else None

    async def _near(self, id: PaperId, offset: int, limit: int) -> PaperPage:
        return await self._found(await self._search.similar_to_papers([id], limit=limit, offset=offset))

    async def paper_detail(self, id: PaperId, *, who: Person | None = None) -> PaperDetail | None:
        known, listed = await asyncio.gather(self._store.papers.get_papers([id]), self._lists_of([id]))
        if id not in known:
            return None
        lists = listed.get(id, [])
        shown, near, linked, channels, posted = await asyncio.gather(
            self._shown([known[id]], lists=lists[:1]),
            self._near(id, 0, SIMILAR),
            self._linked(id),
            self._store.outbox.count_channels_showing(id),
            self._posted(id, who),
        )
        return PaperDetail(
            entry=shown[0],
            listings=tuple(dict.fromkeys((source_name(item.source), item.day) for item in lists)),
            linked=linked,
            similar=near.papers,
            channel_count=channels,
            messages=posted,
        )

    async def channel_papers(self, place: Place, *, limit: int = PAGE_SIZE) -> PaperPage:
        brought = await self._store.outbox.papers_posted_in(place, limit)
        papers = await self._by_id([id for id, _ in brought])
        at = dict(brought)
        return PaperPage(papers=tuple(replace(shown, first_seen=at[shown.paper.id]) for shown in papers))

    async def lists_of(self, owner: str) -> Mapping[str, int]:
        return await self._store.people.lists_of(owner)

    async def list_papers(self, owner: str, name: str) -> PaperPage:
        ids = await papers_of(self._store, owner, name, self._clock.now())
        noted = await self._store.people.notes_of(owner, ids)
        found = [(entry, noted.get(entry.paper.id, PaperNote())) for entry in await self._by_id(ids)]
        return PaperPage(papers=tuple(replace(entry, note=its.text, is_read=its.is_read) for entry, its in found))

    async def topics(self) -> Sequence[Topic]:
        today, papers = self._clock.now().date(), self._store.papers
        listed = await papers.most_upvoted(self._sources, today - timedelta(days=TOPICS_OF), today, CANDIDATES)
        if not listed and (newest := await papers.listed_days(self._sources, limit=1)):
            listed = await papers.most_upvoted(self._sources, date.min, newest[0][0], CANDIDATES)
        return count_topics(item.paper for item in listed)[:TOPICS]

    async def votes_by(self, who: Person, ids: Collection[PaperId]) -> Mapping[PaperId, int]:
        return await self._store.votes.ballots_of(who.tenant, who.key, ids)

    async def paper_count(self) -> int:
        return await self._store.papers.count_papers()

    async def paper_ids(self, *, offset: int = 0, limit: int = PAGE_SIZE) -> Sequence[PaperId]:
        return await self._store.papers.newest_ids(limit, offset=offset)

    async def vote_counts(self, ids: Collection[PaperId]) -> Mapping[PaperId, Tally]:
        return await self._store.votes.tallies_everywhere(ids)

    async def api_client(self, key: str) -> ApiClient | None:
        return await self._store.api_keys.by_digest(key_digest(key)) if len(key) <= MAX_KEY_CHARS else None

    async def _on_topic(self, topic: str, listed: list[ListedPaper]) -> list[ListedPaper]:
        found = await self._search.matching_among(topic, {item.paper.id for item in listed})
        return [item for item in listed if item.paper.id in found]

    async def _listed(self, first: date, last: date) -> list[ListedPaper]:
        """The papers of these days that can come first, each once: the most upvoted, and all that was voted on."""
        listed, voted = await asyncio.gather(
            self._store.papers.most_upvoted(self._sources, first, last, CANDIDATES),
            self._store.votes.papers_voted_since(datetime.combine(first, time(), UTC)),
        )
        missing = voted - {item.paper.id for item in listed}
        if len(listed) < CANDIDATES or not missing:
            return listed
        lists = await self._lists_of(sorted(missing)[:CANDIDATES])
        inside = ([item for item in items if first <= item.day <= last] for items in lists.values())
        return [*listed, *(items[0] for items in inside if items)]

    async def _by_id(
        self, ids: Sequence[PaperId], reasons: Mapping[PaperId, str] | None = None
    ) -> tuple[CatalogEntry, ...]:
        known = await self._store.papers.get_papers(ids)
        return tuple(await self._shown([known[id] for id in ids if id in known], reasons))

    async def _found(self, results: Results) -> PaperPage:
        reasons = {hit.id: "; ".join(hit.why) for hit in results.hits}
        papers = await self._by_id([hit.id for hit in results.hits], reasons)
        papers = tuple(
            replace(entry, matched=words_in(results.words, f"{entry.paper.title} {entry.summary}")) for entry in papers
        )
        return PaperPage(papers=papers, has_more=results.more, notice=results.notice, corrected_query=results.corrected)

    async def _shown(
        self,
        papers: Sequence[Paper],
        reasons: Mapping[PaperId, str] | None = None,
        *,
        lists: Sequence[ListedPaper] | None = None,
        tallies: Mapping[PaperId, Tally] | None = None,
    ) -> list[CatalogEntry]:
        """Papers with their lines, votes, and the newest list of each; `lists` and `tallies` where they are known."""
        ids = [paper.id for paper in papers]
        lines, votes, listed = await asyncio.gather(
            self._lines.of(papers),
            _known(tallies) if tallies is not None else self._store.votes.tallies_everywhere(ids),
            _known(lists) if lists is not None else self._newest_lists(ids),
        )
        on = {item.paper.id: item for item in listed}
        return [
            CatalogEntry(
                paper=paper,
                summary=lines[paper.id].text if paper.id in lines else "",
                provenance=lines[paper.id].provenance if paper.id in lines else "",
                votes=votes.get(paper.id, Tally()),
                listed_on=on[paper.id].day if paper.id in on else None,
                first_seen=on[paper.id].first_seen if paper.id in on else None,
                why=(reasons or {}).get(paper.id, ""),
            )
            for paper in papers
        ]

    async def _newest_lists(self, ids: Sequence[PaperId]) -> Sequence[ListedPaper]:
        return [items[0] for items in (await self._lists_of(ids)).values()]

    async def _lists_of(self, ids: Sequence[PaperId]) -> dict[PaperId, list[ListedPaper]]:
        """The lists that papers stood on, newest first: none that a community keeps for itself."""
        found = await self._store.papers.lists_featuring(ids)
        public = {id: [item for item in items if item.source in self._sources] for id, items in found.items()}
        return {id: items for id, items in public.items() if items}

    async def _posted(self, id: PaperId, who: Person | None) -> tuple[PostedMessage, ...]:
        if who is None:
            return ()
        found = await self._store.outbox.sent_to_channels_showing(who.tenant, id)
        return tuple(
            PostedMessage(ref=one.ref, at=one.sent, url=self._address(one.ref)) for one in found if one.ref and one.sent
        )


async def _known(value: T) -> T:
    """What needs no waiting, among what does."""
    return value
