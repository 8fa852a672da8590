"""What one round of planning looks up once, however many channels ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from msgspec.structs import replace

from bot.delivery.edition import Edition, Span, newest, split
from bot.papers.community import Submission
from bot.papers.model import Paper, PaperId
from bot.schedule import FARTHEST
from bot.store.protocol import Store
from bot.store.records import Fetch, ListedPaper, Subscription, Summary


class Summarizes(Protocol):
    """What planning needs of summaries."""

    async def of(self, papers: Sequence[Paper], language: str = "en") -> dict[PaperId, Summary]: ...


class PlanningCache:
    """Lists, lines and looks at sources, as they are in this round."""

    def __init__(self, store: Store, lines: Summarizes, today: date) -> None:
        self._store = store
        self._lines = lines
        self._today = today
        self._editions: dict[tuple[tuple[str, ...], Span], Edition | None] = {}
        self._own: dict[tuple[str, date], list[ListedPaper]] = {}
        self._known: dict[tuple[PaperId, int, str], Summary | None] = {}
        self._fetches: dict[str, Fetch] | None = None
        self._days: dict[tuple[tuple[str, ...], date], list[date]] = {}
        self._brought: dict[str, dict[PaperId, Submission]] | None = None

    async def edition(self, subscription: Subscription, span: Span) -> Edition | None:
        """What a subscription reads in a span, with what the people of its community brought until today."""
        sources, own = split(subscription.sources, subscription.place.tenant)
        if (sources, span) not in self._editions:
            self._editions[sources, span] = await newest(self._store.papers, sources, span)
        edition = self._editions[sources, span]
        if edition is None or not own or not await self.brought(subscription.place.tenant):
            return edition
        listed = await self._listed(own, edition.day - timedelta(days=span.reach))  # a day more: after the last edition
        return replace(edition, listed=(*edition.listed, *listed))

    async def brought(self, tenant: str) -> Mapping[PaperId, Submission]:
        """What the people of a tenant brought lately."""
        if self._brought is None:
            self._brought = defaultdict(dict)
            for submission in await self._store.submissions.submitted_since(self._today - timedelta(days=FARTHEST)):
                self._brought[submission.tenant][submission.paper] = submission
        return self._brought.get(tenant, {})

    async def days(self, sources: Sequence[str], until: date) -> list[date]:
        """The days with a list up to a day, newest first."""
        key = (tuple(sources), until)
        if key not in self._days:
            self._days[key] = [day for day, _ in await self._store.papers.listed_days(sources, until=until)]
        return self._days[key]

    async def lines(self, papers: Sequence[Paper], language: str) -> dict[PaperId, Summary]:
        """The best line of each."""
        missing = [paper for paper in papers if (paper.id, paper.version, language) not in self._known]
        found = await self._lines.of(missing, language) if missing else {}
        self._known |= {(paper.id, paper.version, language): found.get(paper.id) for paper in missing}
        known = {paper.id: self._known[paper.id, paper.version, language] for paper in papers}
        return {id: line for id, line in known.items() if line}

    async def fetches(self) -> dict[str, Fetch]:
        """The last look at each source."""
        if self._fetches is None:
            self._fetches = {fetch.source: fetch for fetch in await self._store.papers.last_fetches()}
        return self._fetches

    async def _listed(self, own: str, first: date) -> list[ListedPaper]:
        if (own, first) not in self._own:
            self._own[own, first] = await self._store.papers.listed_between([own], first, self._today)
        return self._own[own, first]
