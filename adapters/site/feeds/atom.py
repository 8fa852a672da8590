"""A feed as Atom (RFC 4287). Pure."""

from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment

from adapters.site.feeds.feed import Feed
from bot.http_server import template_environment

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def render(feed: Feed) -> bytes:
    return _environment().get_template("atom.xml").render(feed=feed).encode()


def timestamp(at: datetime) -> str:
    """RFC 3339, in UTC."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@cache
def _environment() -> Environment:
    found = template_environment("adapters.site")
    found.filters["timestamp"] = timestamp
    return found
