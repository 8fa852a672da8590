"""arXiv: the day's new listings by category (rss.arxiv.org), and single papers by id (the API).

The feed is built at midnight New York time for the day's announcement; it is empty at weekends and on holidays.
Categories are asked for together, in one request. Cross-lists are most of some categories and are kept by default;
`replace` entries are new versions of known papers and no news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.papers.ids import arxiv_id
from bot.papers.model import Listing, Paper, PaperId, Rejected
from bot.papers.text import readable
from bot.sources.feeds import CachedPage, changed, entries, names, published
from bot.sources.fields import arxiv_links
from bot.sources.http import FetchedPage, SourceClient
from bot.sources.source import Batch

NAME = "arxiv"
NEW_YORK = ZoneInfo("America/New_York")
MAX_IDS_PER_REQUEST = 100  # a request; the API takes up to 2,000 and prefers fewer


class Arxiv:
    """The new papers of some categories."""

    name = NAME

    def __init__(self, client: SourceClient, url: str, categories: Sequence[str], *, cross_lists: bool = True) -> None:
        self._latest = CachedPage(client, f"{url.rstrip('/')}/atom/{'+'.join(categories)}")
        self._cross = cross_lists

    async def fetch(self, day: date) -> Batch:
        page = await self._latest.get()
        batch = await asyncio.to_thread(parse_announcements, page, day, cross_lists=self._cross)
        self._latest.mark_used(page)
        return batch

    async def aclose(self) -> None:
        await self._latest.aclose()


class ArxivApi:
    """Papers by id."""

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url

    async def fetch_papers(self, ids: Sequence[PaperId]) -> tuple[Paper, ...]:
        """Those of `ids` that arXiv has, in its order; raises `SourceError`."""
        found: list[Paper] = []
        bare = [id.removeprefix("arxiv:") for id in ids]
        for start in range(0, len(bare), MAX_IDS_PER_REQUEST):
            part = bare[start : start + MAX_IDS_PER_REQUEST]
            page = await self._client.get(
                self._url, {"id_list": ",".join(part), "max_results": str(len(part))}, conditional=False
            )
            found += parse_api_response(page)
        return tuple(found)

    async def aclose(self) -> None:
        await self._client.aclose()


def parse_announcements(page: FetchedPage, day: date, *, cross_lists: bool = True) -> Batch:
    """What the feed announces for `day` (New York's calendar): new papers, and cross-lists where wanted."""
    wanted = {"new", "cross"} if cross_lists else {"new"}
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(entries(page)):
        if entry.get("arxiv_announce_type", "new") not in wanted:
            continue
        paper = _paper(entry, _abstract(entry.get("summary", "")))
        announced = published(entry)
        if paper is None:
            where = f"{page.url}[{number}]"
            rejected.append(Rejected(where=where, reason="an entry without arXiv id or title", id=entry.get("id", "")))
        elif announced is None or announced.astimezone(NEW_YORK).date() == day:
            listings.append(Listing(paper=paper, source=NAME, day=day, listed=announced))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def parse_api_response(page: FetchedPage) -> list[Paper]:
    """The papers of an API answer; its error entry, and ids it does not know, give none."""
    papers = ((_paper(entry, readable(entry.get("summary", ""))), changed(entry)) for entry in entries(page))
    return [replace(paper, updated=at) for paper, at in papers if paper]


def _paper(entry: Any, abstract: str) -> Paper | None:
    known, title = arxiv_id(entry.get("id", "")), entry.get("title", "")
    if known is None or not title.strip():
        return None
    id, version = known
    primary = entry.get("arxiv_primary_category", {}).get("term", "")
    categories = [tag["term"] for tag in entry.get("tags", ()) if tag.get("term")]
    return Paper(
        id=id,
        title=readable(title),
        title_source=title if readable(title) != title else "",
        abstract=abstract,
        authors=names(entry),
        version=version or 1,
        published=published(entry),
        categories=tuple(dict.fromkeys(filter(None, (primary, *categories)))),
        links=arxiv_links(id.removeprefix("arxiv:")),
        sources=frozenset({NAME}),
        withdrawn="this paper has been withdrawn" in abstract.casefold()[:200],
    )


def _abstract(summary: str) -> str:
    """The feed puts `arXiv:ID Announce Type: new Abstract: …` before the abstract; it is plain text, no HTML."""
    return readable(summary.partition("Abstract:")[2] or summary)
