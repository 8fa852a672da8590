"""A feed as Atom (RFC 4287). Pure."""

from adapters.site.feeds.feed import Feed
from adapters.site.templating import environment

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def render(feed: Feed) -> bytes:
    return environment().get_template("atom.xml").render(feed=feed).encode()
