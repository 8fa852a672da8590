"""Search, topics, and authors."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct

from adapters.site import ask, links, words
from adapters.site.kept import Pages
from adapters.site.links import Feed
from adapters.site.site import Site
from adapters.site.view import Problem, View
from adapters.site.visitor import Visitor
from bot.chat.catalog import PAGE_SIZE, PaperPage

HITS = 20  # a page of search
FIELDS = {"after": "after", "before": "before", "category": "cat", "lab": "lab", "author": "author"}
MOST_FIELD = 100


class Subject(Struct, frozen=True, kw_only=True):
    """What a page of newest papers is about."""

    kind: str  # `Topic` or `Author`
    title: str
    query: str
    path: str
    feed: Feed


class FindPages:
    """The addresses of what is found by words."""

    def __init__(self, site: Site) -> None:
        self._catalog = site.catalog

    def add(self, app: web.Application, pages: Pages) -> None:
        app.add_routes(
            [
                web.get("/search", pages(self.search)),
                web.get("/topics", pages(self.topics)),
                web.get("/topic/{name:.+}", pages(self.topic)),
                web.get("/author/{name:.+}", pages(self.author)),
            ]
        )

    async def search(self, request: web.Request, who: Visitor) -> View:
        number, asked = ask.page(request.query), ask.words(request.query, "q")
        fields = {name: ask.words(request.query, name, MOST_FIELD) for name in FIELDS}
        query = whole(asked, fields)
        found = await self._catalog.search(query, offset=(number - 1) * HITS, limit=HITS) if query else PaperPage()
        if number > 1 and not found.papers:
            raise Problem(404, "There is no such page", "What was found ends before it.")
        given = {"q": asked} | fields
        return View(
            template="search.html",
            title=f"Search: {words.cut(query, 80)}" if query else "Search",
            about="Search the papers by word and by meaning.",
            path=links.with_query("/search", **given, page=number if number > 1 else ""),
            section="/search",
            shown=found.papers,
            feeds=(links.search_feed(query), links.DAY) if query else (links.DAY,),
            index=not query,
            values={
                "asked": asked,
                "query": query,
                "fields": fields,
                "found": found,
                "number": number,
                "before": links.with_query("/search", **given, page=number - 1 if number > 2 else ""),
                "after": links.with_query("/search", **given, page=number + 1),
                "topics": (await self._catalog.topics())[:24] if not found.papers else (),
            },
        )

    async def topics(self, request: web.Request, who: Visitor) -> View:
        found = await self._catalog.topics()
        return View(
            template="topics.html",
            title="Topics",
            about="What the papers of the newest lists are about.",
            path="/topics",
            section="/topics",
            values={
                "areas": [topic for topic in found if topic.query.startswith("cat:")],
                "topics": [topic for topic in found if not topic.query.startswith("cat:")],
            },
        )

    async def topic(self, request: web.Request, who: Visitor) -> View:
        name = ask.name(request)
        subject = Subject(
            kind="Topic",
            title=f"{words.CATEGORIES[name]} ({name})" if name in words.CATEGORIES else name,
            query=links.topic_query(name),
            path=links.topic(name),
            feed=links.topic_feed(name),
        )
        return await self._newest(subject, ask.page(request.query))

    async def author(self, request: web.Request, who: Visitor) -> View:
        name = ask.name(request)
        subject = Subject(
            kind="Author",
            title=name,
            query=links.author_query(name),
            path=links.author(name),
            feed=links.author_feed(name),
        )
        return await self._newest(subject, ask.page(request.query))

    async def _newest(self, subject: Subject, number: int) -> View:
        found = await self._catalog.search_newest(subject.query, offset=(number - 1) * PAGE_SIZE)
        if not found.papers:
            raise Problem(404, f"Nothing on “{words.cut(subject.title, 60)}”", "No paper that this site knows has it.")
        return View(
            template="newest.html",
            title=subject.title,
            about=f"{subject.feed.title}, newest first, one line each.",
            path=links.with_query(subject.path, page=number if number > 1 else ""),
            section="/topics",
            shown=found.papers,
            feeds=(subject.feed, links.DAY),
            values={
                "subject": subject,
                "found": found,
                "number": number,
                "before": links.with_query(subject.path, page=number - 1 if number > 2 else ""),
                "after": links.with_query(subject.path, page=number + 1),
            },
        )


def whole(asked: str, fields: Mapping[str, str]) -> str:
    """The query with what the form's fields say, as somebody would type it."""
    said = (f'{FIELDS[name]}:"{value.replace(chr(34), " ").strip()}"' for name, value in fields.items() if value)
    return " ".join([*filter(None, [asked]), *said])
