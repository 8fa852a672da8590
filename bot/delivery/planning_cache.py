"""Data that one planning pass reads from the store once, however many channels need it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import define, field
from msgspec.structs import replace

from bot.delivery.edition import Edition, Span, newest_edition, split_sources
from bot.papers.community import Submission
from bot.papers.model import Paper, PaperId
from bot.schedule import MAX_REACH_DAYS
from bot.store.records import Fetch, ListedPaper, Subscription, Summary
from bot.store.sql import Store
from bot.summaries import SummaryService


@define(eq=False)
class PlanningCache:
    """Editions, summaries, submissions and fetches, as they are in this pass."""

    _store: Store
    _lines: SummaryService
    _today: date
    _editions: dict[tuple[tuple[str, ...], Span], Edition | None] = field(init=False, factory=dict)
    _own: dict[tuple[str, date], list[ListedPaper]] = field(init=False, factory=dict)
    _known: dict[tuple[PaperId, int, str], Summary | None] = field(init=False, factory=dict)
    _fetches: dict[str, Fetch] | None = field(init=False, default=None)
    _days: dict[tuple[tuple[str, ...], date], list[date]] = field(init=False, factory=dict)
    _submissions: dict[str, dict[PaperId, Submission]] | None = field(init=False, default=None)

    async def edition(self, subscription: Subscription, span: Span) -> Edition | None:
        """The edition of a subscription in a span, with its community's submissions until today; None: no list."""
        sources, own = split_sources(subscription.sources, subscription.place.tenant)
        if (sources, span) not in self._editions:
            self._editions[sources, span] = await newest_edition(self._store.papers, sources, span)
        edition = self._editions[sources, span]
        if edition is None or not own or not await self.submissions(subscription.place.tenant):
            return edition
        first = edition.day - timedelta(days=span.reach)  # one day more: submissions made after the last edition
        listed = await self._listed(own, first)
        return replace(edition, listed=(*edition.listed, *listed))

    async def submissions(self, tenant: str) -> Mapping[PaperId, Submission]:
        """The papers that people of a tenant submitted within the longest reach of an edition."""
        if self._submissions is None:
            self._submissions = defaultdict(dict)
            for submission in await self._store.submissions.submitted_since(
                self._today - timedelta(days=MAX_REACH_DAYS)
            ):
                self._submissions[submission.tenant][submission.paper] = submission
        return self._submissions.get(tenant, {})

    async def days(self, sources: Sequence[str], until: date) -> list[date]:
        """The days up to `until` on which a source listed something, newest first."""
        key = (tuple(sources), until)
        if key not in self._days:
            self._days[key] = [day for day, _ in await self._store.papers.listed_days(sources, until=until)]
        return self._days[key]

    async def summaries(self, papers: Sequence[Paper], language: str) -> dict[PaperId, Summary]:
        """The best summary of each paper; those without one are left out."""
        missing = [paper for paper in papers if (paper.id, paper.version, language) not in self._known]
        found = await self._lines.of(missing, language) if missing else {}
        self._known |= {(paper.id, paper.version, language): found.get(paper.id) for paper in missing}
        known = {paper.id: self._known[paper.id, paper.version, language] for paper in papers}
        return {id: line for id, line in known.items() if line}

    async def fetches(self) -> dict[str, Fetch]:
        """The last fetch of each source."""
        if self._fetches is None:
            self._fetches = {fetch.source: fetch for fetch in await self._store.papers.last_fetches()}
        return self._fetches

    async def _listed(self, own: str, first: date) -> list[ListedPaper]:
        if (own, first) not in self._own:
            self._own[own, first] = await self._store.papers.listed_between([own], first, self._today)
        return self._own[own, first]
