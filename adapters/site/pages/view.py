"""A page before it becomes HTML: a template, its values, and its head."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from adapters.site import links
from adapters.site.links import Feed
from adapters.site.pages.social_picture import SocialPicture
from bot.chat.catalog import CatalogEntry


class View(Struct, frozen=True, kw_only=True):
    """One page, before it becomes HTML."""

    template: str
    title: str
    path: str  # the page's canonical address; empty: it has none
    description: str = ""  # one sentence for search engines and link previews
    section: str = ""  # the entry of the navigation that it belongs to
    values: Mapping[str, object] = {}
    entries: Sequence[CatalogEntry] = ()  # the papers whose votes it shows
    feeds: Sequence[Feed] = (links.DAY,)
    status: int = 200
    is_indexed: bool = True  # whether search engines may list it
    kind: str = "website"  # or `article`: Open Graph's `og:type`
    social: SocialPicture | None = None  # for link previews


class PageError(Exception):
    """A request that can't be answered with a page; shown as an error page."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.view = error_view(status, title, text)


def error_view(status: int, title: str, text: str) -> View:
    """The error page: what went wrong and what to do."""
    values = {"status": status, "text": text}
    return View(template="error.html", title=title, path="", status=status, is_indexed=False, values=values)
