"""The page of one paper, with all its details."""

from aiohttp import web

from adapters.site import links, query_params
from adapters.site.formatting import byline
from adapters.site.members.visitor import Visitor
from adapters.site.pages import social_picture
from adapters.site.pages.page_cache import PageCache
from adapters.site.pages.view import PageError, View
from adapters.site.site import Site

MAX_AUTHORS = 40  # shown at once; the others are behind a click


class PaperPage:
    """The address of a paper: `/paper/2405.15738`."""

    def __init__(self, site: Site) -> None:
        self._catalog = site.catalog

    def add_routes(self, app: web.Application, cache: PageCache) -> None:
        app.add_routes([web.get("/paper/{name:.+}", cache.handler(self.paper))])
        app.add_routes([web.get("/social/paper/{name:.+}.png", cache.social_picture(self.paper))])

    async def paper(self, request: web.Request, visitor: Visitor) -> View:
        name = query_params.path_name(request)
        detail = await self._catalog.paper_detail(links.paper_id(name), who=visitor.person)
        if detail is None:
            raise PageError(404, "This paper isn’t here", f"“{name[:60]}” isn’t on any of this site’s lists.")
        paper = detail.entry.paper
        by = f"A paper by {byline(paper.authors)}." if paper.authors else paper.title
        return View(
            template="paper.html",
            title=paper.title,
            description=detail.entry.summary or by,
            path=links.paper(paper.id),
            entries=(detail.entry, *detail.similar),
            kind="article",
            social=social_picture.of_paper(detail.entry),
            values={
                "detail": detail,
                "entry": detail.entry,
                "paper": paper,
                "authors": paper.authors[:MAX_AUTHORS],
                "more_authors": paper.authors[MAX_AUTHORS:],
            },
        )
