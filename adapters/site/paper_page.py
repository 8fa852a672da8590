"""All that is known of one paper."""

from __future__ import annotations

from aiohttp import web

from adapters.site import ask, links
from adapters.site.kept import Pages
from adapters.site.site import Site
from adapters.site.view import Problem, View
from adapters.site.visitor import Visitor
from adapters.site.words import byline
from bot.chat.catalog import PaperDetail

MOST_AUTHORS = 40  # named at once; the others open


class PaperPage:
    """The address of a paper: `/paper/2405.15738`."""

    def __init__(self, site: Site) -> None:
        self._catalog = site.catalog

    def add(self, app: web.Application, pages: Pages) -> None:
        app.add_routes([web.get("/paper/{name:.+}", pages(self.paper))])

    async def paper(self, request: web.Request, who: Visitor) -> View:
        asked = ask.name(request)
        detail = await self._catalog.paper_detail(links.paper_id(asked), who=who.person)
        if detail is None:
            raise Problem(404, "No such paper here", f"“{asked[:60]}” was on no list that this site reads.")
        paper = detail.entry.paper
        return View(
            template="paper.html",
            title=paper.title,
            about=detail.entry.summary or f"A paper by {byline(paper.authors)}." if paper.authors else paper.title,
            path=links.paper(paper.id),
            shown=(detail.entry, *detail.similar),
            kind="article",
            values={
                "detail": detail,
                "shown": detail.entry,
                "paper": paper,
                "authors": paper.authors[:MOST_AUTHORS],
                "others": paper.authors[MOST_AUTHORS:],
                "linked": _linked(detail),
            },
        )


def _linked(detail: PaperDetail) -> list[tuple[str, str, object, int]]:
    """Each kind of what is on Hugging Face that has any: its name for one and for many, the first, and how many."""
    linked = detail.linked
    kinds = (
        ("model", "models", linked.models, linked.counts[0]),
        ("data set", "data sets", linked.datasets, linked.counts[1]),
        ("Space", "Spaces", linked.spaces, linked.counts[2]),
    )
    return [kind for kind in kinds if kind[2]]
