"""What a page is made from: a template, its values, and what the head of it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from adapters.site import links
from adapters.site.links import Feed
from bot.chat.catalog import CatalogEntry


class View(Struct, frozen=True, kw_only=True):
    """One page, before it is written out."""

    template: str
    title: str
    path: str  # where the page is; other addresses of it point here
    about: str = ""  # one sentence for search engines and link previews
    section: str = ""  # the part of the navigation it belongs to
    values: Mapping[str, object] = {}
    shown: Sequence[CatalogEntry] = ()  # the papers whose votes it shows
    feeds: Sequence[Feed] = (links.DAY,)
    status: int = 200
    index: bool = True  # whether search engines may list it
    kind: str = "website"  # or `article`, in Open Graph's words


class Problem(Exception):
    """There is no such page, or not for this wish: told on a page of its own."""

    def __init__(self, status: int, title: str, said: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.said = said


def problem(status: int, title: str, said: str) -> View:
    """The page that tells it."""
    return View(
        template="problem.html",
        title=title,
        path="",
        status=status,
        index=False,
        values={"status": status, "said": said},
    )
