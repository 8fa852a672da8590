"""A feed and its entries, before they are written in one form or the other. Pure."""

from __future__ import annotations

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

SINCE = "2026"  # the date of all tags; a tag names who held the site's name on that day
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # of what has no date at all
MOST_ABSTRACT = 2_000  # characters
MOST_TITLE = 500
MOST_AUTHORS = 30
MOST_CATEGORIES = 20

_UNWANTED = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffc\U00010000-\U0010ffff]")
"""What XML forbids or advises against."""


class Entry(Struct, frozen=True, kw_only=True):
    """A paper in a feed. All of it is text, but for `html`."""

    id: str
    url: str  # its page here
    title: str
    line: str
    html: str
    published: datetime
    updated: datetime  # of this version: a new line or more votes are no news
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    links: tuple[tuple[str, str], ...]  # what is there, and where


class Outline(Struct, frozen=True, kw_only=True):
    """What a feed is called and where it is."""

    name: str  # of the site
    title: str
    page: str  # address of the page that shows the same
    address: str  # of the feed itself, in this form
    authority: str  # in whose name the tags are made
    key: str  # the feed's part of its tag

    @property
    def id(self) -> str:
        return tag(self.authority, f"feed/{self.key}")


class Feed(Struct, frozen=True, kw_only=True):
    """A feed with its entries."""

    outline: Outline
    entries: tuple[Entry, ...]
    updated: datetime


def feed(outline: Outline, papers: Sequence[CatalogEntry], site: str) -> Feed:
    """The feed of these papers; `site` is where their pages are."""
    seen = [shown.first_seen for shown in papers if shown.first_seen]
    made = tuple(_entry(shown, outline.authority, site) for shown in papers)
    return Feed(outline=outline, entries=made, updated=max([*seen, *(e.updated for e in made)], default=EPOCH))


def tag(authority: str, name: str) -> str:
    """RFC 4151."""
    return f"tag:{authority},{SINCE}:{quote(name, safe='/:')}"


def plain(text: str, limit: int) -> str:
    """Text in one line, with nothing in it that XML can't hold."""
    return clean(_UNWANTED.sub("", text), limit)


def _entry(shown: CatalogEntry, authority: str, site: str) -> Entry:
    paper = shown.paper
    published = _told_apart(paper.published or _listed(shown), paper.id)
    title = plain(paper.title, MOST_TITLE) or paper.id
    links = _links(paper)
    return Entry(
        id=tag(authority, paper.id),
        url=f"{site}{page_of(paper.id)}",
        title=f"Withdrawn: {title}" if paper.withdrawn else title,
        line=plain(shown.summary, MOST_TITLE),
        html=_html(shown, links),
        published=published,
        updated=max(paper.updated, published) if paper.updated and paper.version > 1 else published,
        authors=tuple(filter(None, (plain(name, 200) for name in paper.authors[:MOST_AUTHORS]))),
        categories=tuple(filter(None, (plain(name, 100) for name in _categories(paper)))),
        links=links,
    )


def _told_apart(at: datetime, id: str) -> datetime:
    """The moment, with a fraction of a second of the paper's own.

    Many papers have no more than a day: readers that sort by time then keep one order, and validators find no two
    entries of one moment.
    """
    return at.replace(microsecond=int.from_bytes(hashlib.blake2b(id.encode(), digest_size=4).digest()) % 1_000_000)


def _listed(shown: CatalogEntry) -> datetime:
    return shown.first_seen or (datetime.combine(shown.listed_on, time(), UTC) if shown.listed_on else EPOCH)


def _categories(paper: Paper) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*paper.categories, *paper.keywords)))[:MOST_CATEGORIES]


def _links(paper: Paper) -> tuple[tuple[str, str], ...]:
    links = paper.links
    named = {
        "Abstract": links.page,
        "PDF": links.pdf,
        "Code": links.code,
        "Project": links.project,
        "Discussion": links.discussion,
    }
    return tuple((name, safe) for name, url in named.items() if (safe := _address(url)))


def _address(url: str) -> str:
    """The address as it may stand in a document; empty for what is none."""
    try:
        parts = URL(url)
    except ValueError:
        return ""
    return str(parts) if parts.scheme in {"http", "https"} and parts.host else ""


def _html(shown: CatalogEntry, links: Sequence[tuple[str, str]]) -> str:
    """The line, the abstract and the links; every word of others is text."""
    line, abstract = plain(shown.summary, MOST_TITLE), plain(shown.paper.abstract, MOST_ABSTRACT)
    pieces = [f"<p><strong>{escape(line)}</strong></p>"] if line else []
    pieces += [f"<p>{escape(abstract)}</p>"] if abstract else []
    anchors = " · ".join(f'<a href="{escape(url)}">{name}</a>' for name, url in links)
    return "".join([*pieces, f"<p>{anchors}</p>"] if anchors else pieces)
