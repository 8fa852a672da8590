"""Any RSS or Atom feed: an entry becomes a paper, known by its arXiv id where it names one, else by its address."""

from calendar import timegm
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.errors import Malformed
from bot.papers.authors import MAX_AUTHORS, authors_from, names_and_affiliations, single_author, split_authors
from bot.papers.ids import arxiv_id, url_id
from bot.papers.model import Links, Listing, Paper, Rejected
from bot.papers.text import html_to_text, readable
from bot.sources.feed_document import feed_document
from bot.sources.fields import arxiv_links, labels, web_address
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox
from bot.sources.source import Batch

MAX_FEED_ENTRIES = 2_000  # what arXiv's own largest feed holds
MAX_FEED_BYTES = 8_000_000
MAX_ENTRY_AGE = timedelta(days=7)
XML_TYPE = "application/xml; charset=utf-8"
PLAIN = "text/plain"


class PageSource:
    """A source of one page that covers several days: when it has not changed, the last answer is right for each."""

    def __init__(self, client: SourceClient, url: str) -> None:
        self._client = client
        self._url = url
        self._page: FetchedPage | None = None
        self._unconfirmed: FetchedPage | None = None

    async def get_page(self) -> FetchedPage:
        """The page as it is now; raises `SourceError`."""
        page = await self._client.get(self._url, conditional=self._page is not None)
        if page.missing:
            raise Malformed(f"There is no feed at {self._url}.", "Check the address in [sources].")
        if page.unchanged and self._page is not None:
            return self._page
        if len(page.body) > MAX_FEED_BYTES:
            raise Malformed(f"{self._url} is too large for a feed.", "It is skipped.")
        self._unconfirmed = page
        return page

    def confirm_stored(self, day: date) -> None:
        """What the page lists is stored: remember it, and ask next time only whether it changed."""
        if self._unconfirmed:
            self._client.mark_used(self._unconfirmed)
            self._page, self._unconfirmed = self._unconfirmed, None

    async def aclose(self) -> None:
        await self._client.aclose()


class Feed(PageSource):
    """One feed. Entries are listed on the day they were published; without a date, on the day of the fetch."""

    def __init__(self, client: SourceClient, url: str, name: str, sandbox: Sandbox) -> None:
        super().__init__(client, url)
        self._sandbox = sandbox
        self.name = f"feed:{name}"

    async def fetch(self, day: date) -> Batch:
        page = await self.get_page()
        return await self._sandbox.parse("feed", page, Batch, day=day, source=self.name)


def parse_feed(page: FetchedPage, day: date, source: str) -> Batch:
    """The entries of a feed, those of the last days under their own date: some come late, some feeds come weekly."""
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(entries(page)):
        paper = _paper(entry, source)
        if isinstance(paper, str):
            rejected.append(Rejected(where=f"{page.url}[{number}]", reason=paper))
            continue
        listed = paper.published.date() if paper.published else day
        if day - MAX_ENTRY_AGE <= listed <= day:
            listings.append(Listing(paper=paper, source=source, day=listed, listed=paper.published))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def entries(page: FetchedPage) -> list[Any]:
    """The entries of an RSS or Atom document as feedparser gives them; raises `Malformed` for anything else."""
    import feedparser  # noqa: PLC0415 - only where a feed is read

    document = feed_document(page.body, page.content_type, page.url)
    if document.count("<item") + document.count("<entry") > 2 * MAX_FEED_ENTRIES:
        raise Malformed(f"{page.url} has too many entries.", "It is skipped.")
    found = feedparser.parse(
        b'<?xml version="1.0" encoding="utf-8"?>' + document.encode(),
        response_headers={"content-type": XML_TYPE, "content-location": page.location or page.url},
        sanitize_html=False,  # tags are taken away altogether
        resolve_relative_uris=False,  # links of entries are resolved all the same
    )
    if not found.get("version") and not found.entries:
        raise Malformed(f"{page.url} isn't an RSS or Atom feed.", "Check the address; a web page isn't a feed.")
    if found.get("version", "").startswith("atom"):
        _complete(found)
    return list(found.entries[:MAX_FEED_ENTRIES])


def _complete(feed: Any) -> None:
    """RFC 4287: a text without a type is plain (3.1.1); an entry without an author is by the feed's (4.2.1)."""
    for entry in feed.entries:
        entry["is_atom"] = True
        if not entry.get("authors") and not entry.get("author"):
            entry["authors"] = entry.get("source", {}).get("authors") or feed.feed.get("authors", [])


def _paper(entry: Any, source: str) -> Paper | str:
    """The paper of an entry, or why there is none."""
    address, title = _address(entry), entry_text(entry, "title")
    known = arxiv_id(entry.get("id", "")) or arxiv_id(address) or arxiv_id(str(entry.get("dc_identifier", "")))
    if not title:
        return "the entry has no title"
    if not (address or known):
        return f"the entry has no usable address ({entry.get('link', '')[:80]!r})"
    names, affiliations = names_and_affiliations(authors_from(_author_fields(entry)))
    content: Any = next(iter(entry.get("content", ())), {})
    return Paper(
        id=known[0] if known else url_id(address),
        title=title,
        abstract=entry_text(entry, "summary") or readable(html_to_text(content.get("value", ""))),
        authors=names,
        affiliations=affiliations,
        version=(known[1] if known else None) or 1,
        published=published(entry),
        categories=categories(entry),
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(page=address),
        sources=frozenset({source}),
    )


def _address(entry: Any) -> str:
    """The page of an entry: its link, else another link, else an id that is an address."""
    others = (link.get("href") for link in entry.get("links", ()))
    return next(filter(None, map(web_address, (entry.get("link"), *others, entry.get("id")))), "")


def entry_text(entry: Any, name: str) -> str:
    """A text of an entry. Plain text keeps what only looks like a tag: `List<T>`, `the <template> element`."""
    raw = entry.get(name, "")
    if entry.get(f"{name}_detail", {}).get("type") != PLAIN:
        return readable(html_to_text(raw))
    return readable(raw if entry.get("is_atom") else html_to_text(raw, formatting_only=True))  # RSS doesn't say


def _author_fields(entry: Any) -> list[str]:
    names = [author.get("name") or author.get("email", "") for author in entry.get("authors", ())]
    return names or [entry.get("author", "")]


def arxiv_authors(entry: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and affiliations of arXiv's entries: one author a field (API), or all in one `dc:creator` (feeds)."""
    fields = [field for field in _author_fields(entry) if field.strip()]
    is_list = "arxiv_announce_type" in entry and len(fields) == 1
    authors = split_authors(fields[0], is_natural=True) if is_list else map(single_author, fields)
    return names_and_affiliations(tuple(author for author in authors if author.name)[:MAX_AUTHORS])


def categories(entry: Any) -> tuple[str, ...]:
    """The terms of an entry's categories."""
    return labels([tag.get("term") for tag in entry.get("tags", ())])


def published(entry: Any) -> datetime | None:
    """When the entry was published, UTC."""
    return _datetime(entry.get("published_parsed") or entry.get("updated_parsed"))


def changed(entry: Any) -> datetime | None:
    """When the entry was last changed, UTC: for a paper, the date of this version."""
    return _datetime(entry.get("updated_parsed"))


def _datetime(parts: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parts), UTC) if parts else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
