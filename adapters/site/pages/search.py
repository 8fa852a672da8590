"""Search, topics and authors."""

from collections.abc import Mapping

from aiohttp import web

from adapters.site import formatting, links, query_params
from adapters.site.links import Feed
from adapters.site.members.visitor import Visitor
from adapters.site.pages.page_cache import PageCache
from adapters.site.pages.view import PageError, View
from adapters.site.site import Site
from bot.chat.catalog import PAGE_SIZE, PaperPage
from bot.papers.categories import CATEGORIES

PAGE_RESULTS = 20  # of a search
FIELDS = {"after": "after", "before": "before", "category": "cat", "lab": "lab", "author": "author", "sort": "sort"}
"""The form's fields, and the filter of a query for each."""
SORTS = (("", "Relevance"), ("new", "Newest"), ("votes", "Upvotes"))
_UNDATED = {"after": "", "before": ""}  # of the form: a year in the words replaces them
MAX_FIELD_CHARS = 100
SUGGESTIONS = 8  # while a query is typed
SUGGESTED_TOPICS = 24  # where nothing is found


class SearchPages:
    """The addresses of search, topics and authors."""

    def __init__(self, site: Site) -> None:
        self._catalog = site.catalog

    def add_routes(self, app: web.Application, cache: PageCache) -> None:
        app.add_routes(
            [
                web.get("/search", cache.handler(self.search, ("q", "page", *FIELDS))),
                web.get("/search/suggestions", cache.handler(self.suggestions, ("q",))),
                web.get("/topics", cache.handler(self.topics)),
                web.get("/topic/{name:.+}", cache.handler(self.topic, ("page",))),
                web.get("/author/{name:.+}", cache.handler(self.author, ("page",))),
            ]
        )

    async def search(self, request: web.Request, visitor: Visitor) -> View:
        page, words = query_params.page_number(request.query), query_params.text(request.query, "q")
        fields = {name: query_params.text(request.query, name, MAX_FIELD_CHARS) for name in FIELDS}
        query = full_query(words, fields)
        found = (
            await self._catalog.search(query, offset=(page - 1) * PAGE_RESULTS, limit=PAGE_RESULTS)
            if query
            else PaperPage()
        )
        if page > 1 and not found.papers:
            raise PageError(404, "This page doesn’t exist", "The search found fewer papers.")
        parameters = {"q": words} | fields
        return View(
            template="search.html",
            title=f"Search: {formatting.shorten(query, 80)}" if query else "Search",
            description="Search the papers by keyword and by meaning.",
            path=links.page_path("/search", page, **parameters),
            section="/search",
            entries=found.papers,
            feeds=(links.search_feed(full_query(words, fields | {"sort": ""})), links.DAY) if query else (links.DAY,),
            is_indexed=not query,
            values={
                "words": words,
                "query": query,
                "fields": fields,
                "sorts": [(label, links.with_query("/search", **parameters | {"sort": sort})) for sort, label in SORTS],
                "sorted_by": dict(SORTS).get(fields["sort"], ""),
                "is_filtered": any(value for name, value in fields.items() if name != "sort"),
                "found": found,
                "narrower": [
                    (one, links.with_query("/search", **parameters | {"q": f"{words} {one.query}".strip()} | _UNDATED))
                    for one in (await self._catalog.narrow_search(query) if found.total and page == 1 else ())
                    if one.count < (found.total or 0)
                ],
                **links.paging("/search", page, **parameters),
                "topics": (await self._catalog.topics())[:SUGGESTED_TOPICS] if not found.papers else (),
            },
        )

    async def suggestions(self, request: web.Request, visitor: Visitor) -> View:
        """What is being typed may become a topic or a title: options for the field, without a page around them."""
        typed = query_params.text(request.query, "q").casefold()
        topics = [one for one, name in CATEGORIES.items() if typed and f" {typed}" in f" {name} {one}".casefold()]
        titles = await self._catalog.complete_title(typed, SUGGESTIONS)
        values = {"topics": topics[: SUGGESTIONS // 2], "titles": titles}
        return View(template="suggestions.html", title="", path="", values=values)

    async def topics(self, request: web.Request, visitor: Visitor) -> View:
        topics = await self._catalog.topics()
        return View(
            template="topics.html",
            title="Topics",
            description="The topics of the newest papers.",
            path="/topics",
            section="/topics",
            values={
                "categories": [topic for topic in topics if topic.query.startswith("cat:")],
                "topics": [topic for topic in topics if not topic.query.startswith("cat:")],
            },
        )

    async def topic(self, request: web.Request, visitor: Visitor) -> View:
        name = query_params.path_name(request)
        title = f"{CATEGORIES[name]} ({name})" if name in CATEGORIES else name
        query, feed = links.topic_query(name), links.topic_feed(name)
        return await self._newest(request, title, links.topic(name), kind="Topic", query=query, feed=feed)

    async def author(self, request: web.Request, visitor: Visitor) -> View:
        name = query_params.path_name(request)
        query, feed = links.author_query(name), links.author_feed(name)
        return await self._newest(request, name, links.author(name), kind="Author", query=query, feed=feed)

    async def _newest(self, request: web.Request, title: str, path: str, *, kind: str, query: str, feed: Feed) -> View:
        """The newest papers of a topic or an author."""
        page = query_params.page_number(request.query)
        found = await self._catalog.search_newest(query, offset=(page - 1) * PAGE_SIZE)
        if not found.papers:
            nothing = f"Nothing on “{formatting.shorten(title, 60)}”"
            raise PageError(404, nothing, "No paper on this site matches.")
        return View(
            template="newest.html",
            title=title,
            description=f"{feed.title}, newest first, each with a one-sentence summary.",
            path=links.page_path(path, page),
            section="/topics",
            entries=found.papers,
            feeds=(feed, links.DAY),
            values={"kind": kind, "feed": feed, "query": query, "found": found, **links.paging(path, page)},
        )


def full_query(words: str, fields: Mapping[str, str]) -> str:
    """The words with the form's fields as filters, as a person would type them."""
    filters = (f'{FIELDS[name]}:"{value.replace(chr(34), " ").strip()}"' for name, value in fields.items() if value)
    return " ".join([*filter(None, [words]), *filters])
