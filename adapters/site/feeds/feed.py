"""A feed and its entries, before they become Atom or JSON. Pure."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from html import escape
from urllib.parse import quote

from msgspec import Struct
from yarl import URL

from adapters.site.links import paper as page_of
from bot.chat.catalog import CatalogEntry
from bot.chat.message import clean
from bot.papers.model import Paper

TAG_YEAR = "2026"  # of all tags: the authority held its name then (RFC 4151)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # for papers without any date
MAX_ABSTRACT_CHARS = 2_000
MAX_TITLE_CHARS = 500
MAX_AUTHORS = 30
MAX_AUTHOR_CHARS = 200
MAX_CATEGORIES = 20
MAX_CATEGORY_CHARS = 100
LINK_LABELS = {"page": "Abstract", "pdf": "PDF", "code": "Code", "project": "Project", "discussion": "Discussion"}

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc\U00010000-\U0010ffff]")
"""Characters that XML forbids or advises against."""


class Entry(Struct, frozen=True, kw_only=True):
    """A paper in a feed. Everything is text, except `html`."""

    id: str
    url: str  # its page here
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime  # of this version: a new summary or more votes don't count
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    links: tuple[tuple[str, str], ...]  # label and address


class FeedInfo(Struct, frozen=True, kw_only=True):
    """A feed's title and addresses."""

    name: str  # of the site
    title: str
    page: str  # the page that shows the same papers
    address: str  # of this page of the feed
    next: str = ""  # of the page after it
    authority: str  # the name that makes the tags unique
    key: str  # the feed's part of its tag

    @property
    def id(self) -> str:
        return tag(self.authority, f"feed/{self.key}")


class Feed(Struct, frozen=True, kw_only=True):
    """A feed with its entries."""

    about: FeedInfo
    entries: tuple[Entry, ...]
    updated: datetime


def make_feed(about: FeedInfo, papers: Sequence[CatalogEntry], site: str) -> Feed:
    """The feed of these papers; `site` is the address of their pages."""
    seen = [shown.first_seen for shown in papers if shown.first_seen]
    entries = tuple(_entry(shown, about.authority, site) for shown in papers)
    return Feed(about=about, entries=entries, updated=max([*seen, *(e.updated for e in entries)], default=EPOCH))


def tag(authority: str, name: str) -> str:
    """A tag URI (RFC 4151)."""
    return f"tag:{authority},{TAG_YEAR}:{quote(name, safe='/:')}"


def plain(text: str, max_chars: int) -> str:
    """One line of text that XML can hold, of at most so many characters."""
    return clean(_NOT_IN_XML.sub("", text), max_chars)


def _entry(shown: CatalogEntry, authority: str, site: str) -> Entry:
    paper = shown.paper
    listed = shown.first_seen or (datetime.combine(shown.listed_on, time(), UTC) if shown.listed_on else EPOCH)
    published = _make_unique(paper.published or listed, paper.id)
    categories = tuple(dict.fromkeys((*paper.categories, *paper.keywords)))[:MAX_CATEGORIES]
    title = plain(paper.title, MAX_TITLE_CHARS) or paper.id
    links = _links(paper)
    return Entry(
        id=tag(authority, paper.id),
        url=f"{site}{page_of(paper.id)}",
        title=f"Withdrawn: {title}" if paper.withdrawn else title,
        summary=plain(shown.summary, MAX_TITLE_CHARS),
        html=_html(shown, links),
        published=published,
        updated=max(paper.updated, published) if paper.updated and paper.version > 1 else published,
        authors=tuple(filter(None, (plain(name, MAX_AUTHOR_CHARS) for name in paper.authors[:MAX_AUTHORS]))),
        categories=tuple(filter(None, (plain(name, MAX_CATEGORY_CHARS) for name in categories))),
        links=links,
    )


def _make_unique(at: datetime, id: str) -> datetime:
    """The time with a fraction of a second that belongs to the paper.

    Many papers have only a day. This gives them a fixed order in readers that sort by time, and validators find no
    two entries with the same time.
    """
    return at.replace(microsecond=int.from_bytes(hashlib.blake2b(id.encode(), digest_size=4).digest()) % 1_000_000)


def _links(paper: Paper) -> tuple[tuple[str, str], ...]:
    addresses = ((label, _safe_address(getattr(paper.links, name))) for name, label in LINK_LABELS.items())
    return tuple((label, address) for label, address in addresses if address)


def _safe_address(url: str) -> str:
    """The address, if it is one of http or https; else empty."""
    try:
        parts = URL(url)
    except ValueError:
        return ""
    return str(parts) if parts.scheme in {"http", "https"} and parts.host else ""


def _html(shown: CatalogEntry, links: Sequence[tuple[str, str]]) -> str:
    """The summary, the abstract and the links; everything that others wrote is escaped."""
    summary, abstract = plain(shown.summary, MAX_TITLE_CHARS), plain(shown.paper.abstract, MAX_ABSTRACT_CHARS)
    pieces = [f"<p><strong>{escape(summary)}</strong></p>"] if summary else []
    pieces += [f"<p>{escape(abstract)}</p>"] if abstract else []
    anchors = " · ".join(f'<a href="{escape(url)}">{name}</a>' for name, url in links)
    return "".join([*pieces, f"<p>{anchors}</p>"] if anchors else pieces)
