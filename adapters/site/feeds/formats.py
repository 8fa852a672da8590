"""A feed as Atom (RFC 4287) and as JSON Feed 1.1. Pure."""

import msgspec

from adapters.site.feeds.feed import Entry, Feed
from adapters.site.formatting import timestamp
from adapters.site.templating import environment


def render_atom(feed: Feed) -> bytes:
    return environment().get_template("atom.xml").render(feed=feed).encode()


def render_json(feed: Feed) -> bytes:
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.about.title,
            "home_page_url": feed.about.page,
            "feed_url": feed.about.address,
            **({"next_url": feed.about.next} if feed.about.next else {}),
            "language": "en",
            "authors": _people(feed.about.name),
            "items": [_item(entry) for entry in feed.entries],
        }
    )


def _item(entry: Entry) -> dict[str, object]:
    optional = {
        "external_url": entry.links[0][1] if entry.links else "",
        "summary": entry.summary,
        "authors": _people(*entry.authors),
        "tags": entry.categories,
    }
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": timestamp(entry.published),
        "date_modified": timestamp(entry.updated),
        **{name: value for name, value in optional.items() if value},
    }


def _people(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]
