"""A feed as JSON Feed 1.1. Pure."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from adapters.site.feeds.atom import timestamp
from adapters.site.feeds.feed import Entry, Feed

CONTENT_TYPE = "application/feed+json; charset=utf-8"


class Author(Struct, frozen=True):
    name: str


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    url: str
    title: str
    content_html: str
    external_url: str = ""
    summary: str = ""
    date_published: str
    date_modified: str
    authors: tuple[Author, ...] = ()
    tags: tuple[str, ...] = ()


class Document(Struct, frozen=True, kw_only=True):
    version: str = "https://jsonfeed.org/version/1.1"
    title: str
    home_page_url: str
    feed_url: str
    language: str = "en"
    authors: tuple[Author, ...]
    items: tuple[Item, ...]


def render(feed: Feed) -> bytes:
    about = feed.about
    return msgspec.json.encode(
        Document(
            title=about.title,
            home_page_url=about.page,
            feed_url=about.address,
            authors=(Author(about.name),),
            items=tuple(map(_item, feed.entries)),
        )
    )


def _item(entry: Entry) -> Item:
    return Item(
        id=entry.id,
        url=entry.url,
        external_url=entry.links[0][1] if entry.links else "",
        title=entry.title,
        content_html=entry.html,
        summary=entry.summary,
        date_published=timestamp(entry.published),
        date_modified=timestamp(entry.updated),
        authors=tuple(map(Author, entry.authors)),
        tags=entry.categories,
    )
