"""Any RSS or Atom feed: an entry becomes a paper, by its arXiv id where it names one, else by its address.

feedparser sets no bound on entities; the pages it is given are bounded, and a document that declares entities of
its own ("billion laughs") is refused before it is parsed.
"""

from __future__ import annotations

import asyncio
import re
from calendar import timegm
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.errors import Malformed
from bot.papers.ids import arxiv_id, url_id
from bot.papers.model import Links, Listing, Paper, Rejected
from bot.papers.text import readable
from bot.sources.fields import arxiv_links, web_address
from bot.sources.http import FetchedPage, SourceClient
from bot.sources.source import Batch

MAX_FEED_ENTRIES = 2_000  # what arXiv's own largest feed holds
MAX_FEED_BYTES = 8_000_000
MAX_ENTRY_AGE = timedelta(days=7)
_TAGS = re.compile(r"<(?=[/!a-zA-Z])[^<>]{0,2000}>")


class CachedPage:
    """A page that holds several days at once: when it has not changed, the last answer still speaks for each."""

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url
        self._page: FetchedPage | None = None

    async def get(self) -> FetchedPage:
        """The page as it is now; raises `SourceError`."""
        page = await self._client.get(self._url, conditional=self._page is not None)
        if page.missing:
            raise Malformed(f"There is no feed at {self._url}.", "Check the address in [sources].")
        if page.unchanged and self._page is not None:
            return self._page
        if len(page.body) > MAX_FEED_BYTES:
            raise Malformed(f"{self._url} is too large for a feed.", "It is skipped.")
        return page

    def mark_used(self, page: FetchedPage) -> None:
        """The page made sense: remember it."""
        self._client.mark_used(page)
        self._page = page

    async def aclose(self) -> None:
        await self._client.aclose()


class Feed:
    """One feed. Entries are listed on the day they were published, or on the day we look."""

    def __init__(self, client: SourceClient, url: str, name: str) -> None:
        self._latest = CachedPage(client, url)
        self.name = f"feed:{name}"

    async def fetch(self, day: date) -> Batch:
        page = await self._latest.get()
        batch = await asyncio.to_thread(parse_feed, page, day, self.name)  # a hostile feed may take seconds
        self._latest.mark_used(page)
        return batch

    async def aclose(self) -> None:
        await self._latest.aclose()


def parse_feed(page: FetchedPage, day: date, source: str) -> Batch:
    """The entries of a feed, those of the last days under their own date: some come late, some feeds come weekly."""
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(entries(page)):
        paper = _paper(entry, source)
        listed = paper.published.date() if paper and paper.published else day
        if paper is None:
            rejected.append(Rejected(where=f"{page.url}[{number}]", reason="an entry without title or address"))
        elif day - MAX_ENTRY_AGE <= listed <= day:
            listings.append(Listing(paper=paper, source=source, day=listed, listed=paper.published))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def entries(page: FetchedPage) -> list[Any]:
    """The entries of an RSS or Atom document; raises `Malformed` for anything else."""
    import feedparser  # noqa: PLC0415 - only where a feed is read

    if b"<!ENTITY" in page.body[:100_000]:
        raise Malformed(f"{page.url} declares entities of its own.", "No honest feed does; it is refused.")
    if page.body.count(b"<item") + page.body.count(b"<entry") > 2 * MAX_FEED_ENTRIES:
        raise Malformed(f"{page.url} has too many entries.", "It is skipped.")
    found = feedparser.parse(page.body, response_headers={"content-type": page.content_type})
    if not found.get("version") and not found.entries:
        raise Malformed(f"{page.url} is no RSS or Atom feed.", "Check the address; a web page is not a feed.")
    return list(found.entries[:MAX_FEED_ENTRIES])


def _paper(entry: Any, source: str) -> Paper | None:
    address, title = web_address(entry.get("link")), readable(text_of(entry.get("title", "")))
    known = arxiv_id(entry.get("id", "")) or arxiv_id(address)
    if not title or not (address or known):
        return None
    return Paper(
        id=known[0] if known else url_id(address),
        title=title,
        abstract=readable(text_of(entry.get("summary", ""))),
        authors=names(entry),
        version=(known[1] if known else None) or 1,
        published=published(entry),
        categories=tuple(tag["term"] for tag in entry.get("tags", ()) if tag.get("term"))[:20],
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(page=address),
        sources=frozenset({source}),
    )


def text_of(markup: str) -> str:
    """The words of a piece of HTML."""
    return _TAGS.sub(" ", markup) if "<" in markup else markup


def names(entry: Any) -> tuple[str, ...]:
    """The authors; a field alone may hold several, divided by commas (arXiv's `dc:creator`)."""
    given = [author.get("name", "") for author in entry.get("authors", ())] or [entry.get("author", "")]
    split = re.split(r",\s+", given[0]) if len(given) == 1 else given
    return tuple(filter(None, (readable(text_of(name)) for name in split)))[:500]


def published(entry: Any) -> datetime | None:
    """When the entry was published, UTC."""
    return _moment(entry.get("published_parsed") or entry.get("updated_parsed"))


def changed(entry: Any) -> datetime | None:
    """When it was changed last, UTC: of a paper, when this version came."""
    return _moment(entry.get("updated_parsed"))


def _moment(parts: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parts), UTC) if parts else None
    except (ValueError, OverflowError, OSError):
        return None
