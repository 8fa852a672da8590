"""arXiv: the day's new listings by category (rss.arxiv.org), and single papers by id (the API).

The feed is built at midnight New York time for the day's announcement; it is empty at weekends and on holidays.
All categories are fetched in one request. Cross-lists are most of some categories and are kept by default;
`replace` entries are new versions of known papers and not news.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.papers.ids import arxiv_id
from bot.papers.model import Listing, Paper, PaperId, Rejected
from bot.papers.text import label, readable
from bot.papers.withdrawal import is_withdrawn
from bot.sources.feeds import PageSource, arxiv_authors, categories, changed, entries, published
from bot.sources.fields import arxiv_links
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox
from bot.sources.source import Batch

NAME = "arxiv"
NEW_YORK = ZoneInfo("America/New_York")
MAX_IDS_PER_REQUEST = 100  # the API takes up to 2,000 and prefers fewer


class Arxiv(PageSource):
    """The new papers of some categories."""

    name = NAME

    def __init__(
        self, client: SourceClient, url: str, categories: Sequence[str], sandbox: Sandbox, *, cross_lists: bool = True
    ) -> None:
        super().__init__(client, f"{url.rstrip('/')}/atom/{'+'.join(categories)}")
        self._sandbox = sandbox
        self._cross_lists = cross_lists

    async def fetch(self, day: date) -> Batch:
        page = await self.get_page()
        return await self._sandbox.parse("announcements", page, Batch, day=day, cross_lists=self._cross_lists)


class ArxivApi:
    """Papers by id."""

    def __init__(self, client: SourceClient, url: str, sandbox: Sandbox) -> None:
        self._client = client
        self._url = url
        self._sandbox = sandbox

    async def fetch_papers(self, ids: Sequence[PaperId]) -> tuple[Paper, ...]:
        """Those of `ids` that arXiv has, in its order; raises `SourceError`."""
        found: list[Paper] = []
        bare = [id.removeprefix("arxiv:") for id in ids]
        for start in range(0, len(bare), MAX_IDS_PER_REQUEST):
            part = bare[start : start + MAX_IDS_PER_REQUEST]
            query = {"id_list": ",".join(part), "max_results": str(len(part))}
            page = await self._client.get(self._url, query, conditional=False)
            found += await self._sandbox.parse("api", page, tuple[Paper, ...])
        return tuple(found)

    async def aclose(self) -> None:
        await self._client.aclose()


def parse_announcements(page: FetchedPage, day: date, *, cross_lists: bool = True) -> Batch:
    """The papers announced for `day` (New York's calendar): new papers, and `cross_lists` if asked for."""
    types = {"new", "cross"} if cross_lists else {"new"}
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(entries(page)):
        if entry.get("arxiv_announce_type", "new") not in types:
            continue
        summary = entry.get("summary", "")  # plain text: `arXiv:ID Announce Type: new Abstract: …`
        paper = _paper(entry, readable(summary.partition("Abstract:")[2] or summary))
        announced = published(entry)
        if paper is None:
            where, reason = f"{page.url}[{number}]", "the entry has no arXiv id or no title"
            rejected.append(Rejected(where=where, reason=reason, id=entry.get("id", "")))
        elif announced is None or announced.astimezone(NEW_YORK).date() == day:
            listings.append(Listing(paper=paper, source=NAME, day=day, listed=announced))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def parse_api_response(page: FetchedPage) -> tuple[Paper, ...]:
    """The papers of an API answer; its error entry, and ids that it does not know, give none."""
    papers = ((_paper(entry, readable(entry.get("summary", ""))), changed(entry)) for entry in entries(page))
    return tuple(replace(paper, updated=at) for paper, at in papers if paper)


def _paper(entry: Any, abstract: str) -> Paper | None:
    known, title = arxiv_id(entry.get("id", "")), entry.get("title", "")
    if known is None or not title.strip():
        return None
    id, version = known
    primary = entry.get("arxiv_primary_category", {}).get("term", "")
    names, affiliations = arxiv_authors(entry)
    return Paper(
        id=id,
        title=readable(title),
        title_source=title if readable(title) != title else "",
        abstract=abstract,
        authors=names,
        affiliations=affiliations,
        version=version or 1,
        published=published(entry),
        categories=tuple(dict.fromkeys(filter(None, (label(primary), *categories(entry))))),
        links=arxiv_links(id.removeprefix("arxiv:")),
        sources=frozenset({NAME}),
        withdrawn=is_withdrawn(abstract, readable(entry.get("arxiv_comment", ""))),
    )
