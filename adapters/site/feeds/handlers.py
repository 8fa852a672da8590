"""The addresses of feeds, and the papers in each."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias
from urllib.parse import quote, urlencode

from aiohttp import web
from msgspec import Struct

from adapters.site import links
from adapters.site.feeds import atom, json_feed
from adapters.site.feeds.feed import Feed, FeedInfo, make_feed, plain
from adapters.site.site import Site, open_place
from bot.chat.catalog import MAX_PAGE_SIZE, PAGE_SIZE, CatalogEntry, TrendingPeriod
from bot.errors import PaperboyError
from bot.http_server import Content, ResponseCache

FRESH_S = 60.0
DAY_LISTS = 2  # newest lists in the feed of the day: who looks once a day misses nothing
MAX_NAME_CHARS = 200  # of a topic, an author or a search
PUBLIC = "max-age=300"
PRIVATE = "private, max-age=300"
RETRY = {"Retry-After": "60"}

_FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (atom.render, atom.CONTENT_TYPE),
    "json": (json_feed.render, json_feed.CONTENT_TYPE),
}
_FORMAT = "{format:atom|json}"
_SPANS: dict[str, TrendingPeriod] = {"day": "day", "week": "week", "month": "month"}

FindPapers: TypeAlias = Callable[[], Awaitable[Sequence[CatalogEntry]]]


class FeedRequest(Struct, frozen=True, kw_only=True):
    """The feed that a request is for."""

    path: str  # below /feeds, without its ending
    key: str  # its part of the tag: the same in both formats
    title: str
    page: str  # the page that shows the same papers
    query: str = ""
    cache_control: str = PUBLIC


class FeedHandlers:
    """Every feed of the site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._catalog = site.catalog
        self._cache = ResponseCache(site.clock, fresh_s=FRESH_S)

    def add_routes(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.get(f"/feeds/day.{_FORMAT}", self.day),
                web.get(f"/feeds/trending/{{span:day|week|month}}.{_FORMAT}", self.trending),
                web.get(f"/feeds/topic/{{name:[^/]+}}.{_FORMAT}", self.topic),
                web.get(f"/feeds/author/{{name:[^/]+}}.{_FORMAT}", self.author),
                web.get(f"/feeds/search.{_FORMAT}", self.search),
                web.get(f"/feeds/channel/{{secret:[\\w-]+}}.{_FORMAT}", self.channel),
            ]
        )

    async def day(self, request: web.Request) -> web.Response:
        feed = FeedRequest(path="day", key="day", title="Papers of the day", page="/")
        return await self._answer(request, feed, self._newest_lists)

    async def trending(self, request: web.Request) -> web.Response:
        span = _SPANS[request.match_info["span"]]
        path = f"trending/{span}"
        feed = FeedRequest(path=path, key=path, title=f"Trending papers of the {span}", page=f"/{path}")

        async def find() -> Sequence[CatalogEntry]:
            return (await self._catalog.trending(span)).papers

        return await self._answer(request, feed, find)

    async def topic(self, request: web.Request) -> web.Response:
        name = _name(request.match_info["name"])
        path = f"topic/{quote(name, safe='')}"
        feed = FeedRequest(path=path, key=f"topic/{name}", title=f"Papers on {name}", page=f"/{path}")
        return await self._answer(request, feed, partial(self._newest, links.topic_query(name)))

    async def author(self, request: web.Request) -> web.Response:
        name = _name(request.match_info["name"])
        path = f"author/{quote(name, safe='')}"
        feed = FeedRequest(path=path, key=f"author/{name}", title=f"Papers by {name}", page=f"/{path}")
        return await self._answer(request, feed, partial(self._newest, links.author_query(name)))

    async def search(self, request: web.Request) -> web.Response:
        words = _name(request.query.get("q", ""))
        query, title = f"?{urlencode({'q': words})}", f"Papers for “{words}”"
        feed = FeedRequest(path="search", key=f"search/{words}", title=title, page=f"/search{query}", query=query)
        return await self._answer(request, feed, partial(self._newest, words))

    async def channel(self, request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        place = open_place(self._site.sealer, secret)
        if place is None:
            raise web.HTTPNotFound(text="This feed doesn't exist. Ask for its link in the channel again.\n")
        digest = hashlib.sha256(secret.encode()).hexdigest()[:16]  # feed readers pass a feed's id on with its entries
        feed = FeedRequest(
            path=f"channel/{secret}",
            key=f"channel/{digest}",
            title=f"Papers in {place.channel}",
            page="/",
            cache_control=PRIVATE,
        )

        async def find() -> Sequence[CatalogEntry]:
            return (await self._catalog.channel_papers(place)).papers

        response = await self._answer(request, feed, find)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    async def _answer(self, request: web.Request, feed: FeedRequest, find: FindPapers) -> web.Response:
        """The feed in the requested format."""
        format, site = request.match_info["format"], self._site
        render, content_type = _FORMATS[format]
        about = FeedInfo(
            name=site.settings.name,
            title=f"{feed.title} · {site.settings.name}",
            page=f"{site.url}{feed.page}",
            address=f"{site.url}/feeds/{feed.path}.{format}{feed.query}",
            authority=site.authority,
            key=feed.key,
        )

        async def make() -> Content:
            body = render(make_feed(about, await find(), site.url))
            return Content(body=body, content_type=content_type, is_dated=True)

        try:
            cached = await self._cache.get(f"{format} {feed.path}{feed.query}", make, admit=site.admit(request))
        except PaperboyError:
            raise web.HTTPServiceUnavailable(text="Try again in a minute.\n", headers=RETRY) from None
        return cached.response(request, feed.cache_control)

    async def _newest_lists(self) -> Sequence[CatalogEntry]:
        days = await self._catalog.listed_days(limit=DAY_LISTS)
        lists = [await self._catalog.listings(day, day, limit=MAX_PAGE_SIZE) for day, _ in days]
        papers = [shown for listed in lists for shown in listed.page.papers]
        return list({shown.paper.id: shown for shown in reversed(papers)}.values())[::-1]

    async def _newest(self, query: str) -> Sequence[CatalogEntry]:
        return (await self._catalog.search_newest(query, limit=PAGE_SIZE)).papers


def _name(raw: str) -> str:
    """A topic, an author or a search, as one line of text."""
    name = plain(raw, 0)
    if not name or len(name) > MAX_NAME_CHARS:
        raise web.HTTPBadRequest(text=f"A feed needs a name or a search of 1 to {MAX_NAME_CHARS} characters.\n")
    return name
