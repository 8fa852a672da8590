"""The addresses of feeds, and the papers in each."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias
from urllib.parse import quote

from aiohttp import web

from adapters.site import links, query_params
from adapters.site.feeds.feed import Feed, FeedInfo, make_feed, plain
from adapters.site.feeds.formats import render_atom, render_json
from adapters.site.pages.view import PageError
from adapters.site.query_params import MAX_PAGE
from adapters.site.site import Site, open_place
from bot.chat.catalog import MAX_PAGE_SIZE, PAGE_SIZE, PaperPage, TrendingPeriod
from bot.errors import PaperboyError
from bot.http_server import Content, ResponseCache

FRESH_S = 60.0
DAY_LISTS = 2  # newest lists in the feed of the day: who looks once a day misses nothing
MAX_NAME_CHARS = 200  # of a topic, an author or a search
PUBLIC = "max-age=300"
PRIVATE = "private, max-age=300"
RETRY = {"Retry-After": "60"}

_FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (render_atom, "application/atom+xml; charset=utf-8"),
    "json": (render_json, "application/feed+json; charset=utf-8"),
}
_FORMAT = "{format:atom|json}"
_SPANS: dict[str, TrendingPeriod] = {"day": "day", "week": "week", "month": "month"}

FindPapers: TypeAlias = Callable[..., Awaitable[PaperPage]]  # with `offset`: the papers from there on


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
                web.get(f"/feeds/{{kind:topic|author}}/{{name:[^/]+}}.{_FORMAT}", self.named),
                web.get(f"/feeds/search.{_FORMAT}", self.search),
                web.get(f"/feeds/list/{{secret:[\\w-]+}}/feed.{_FORMAT}", self.list),
                web.get(f"/feeds/channel/{{secret:[\\w-]+}}.{_FORMAT}", self.channel),
            ]
        )

    async def day(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._newest_lists, "day", title="Papers of the day", page="/")

    async def trending(self, request: web.Request) -> web.Response:
        span = _SPANS[request.match_info["span"]]
        find = partial(self._catalog.trending, span)
        return await self._answer(request, find, f"trending/{span}", title=f"Trending papers of the {span}")

    async def named(self, request: web.Request) -> web.Response:
        """The papers on a topic, or by an author."""
        kind, name = request.match_info["kind"], _name(request.match_info["name"])
        query, joint = (links.topic_query(name), "on") if kind == "topic" else (links.author_query(name), "by")
        find = partial(self._catalog.search_newest, query)
        return await self._answer(request, find, f"{kind}/{name}", title=f"Papers {joint} {name}")

    async def search(self, request: web.Request) -> web.Response:
        words = _name(request.query.get("q", ""))
        find = partial(self._catalog.search_newest, words)
        title, page = f"Papers for “{words}”", links.with_query("/search", q=words)
        return await self._answer(request, find, f"search/{words}", title=title, page=page, path="search", q=words)

    async def channel(self, request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        place = open_place(self._site.sealer, secret)
        if place is None:
            raise web.HTTPNotFound(text="This feed doesn't exist. Ask for its link in the channel again.\n")

        async def find(offset: int) -> PaperPage:
            return await self._catalog.channel_papers(place)

        return await self._private(request, find, f"channel/{secret}", f"Papers in {place.channel}")

    async def list(self, request: web.Request) -> web.Response:
        """A list of a person or a channel."""
        secret = request.match_info["secret"]
        owner, name = self._site.open_list(secret)

        async def find(offset: int) -> PaperPage:
            found = (await self._catalog.list_papers(owner, name)).papers[offset:]
            return PaperPage(papers=found[:PAGE_SIZE], has_more=len(found) > PAGE_SIZE)

        return await self._private(request, find, f"list/{secret}/feed", name or "Saved papers")

    async def _private(self, request: web.Request, find: FindPapers, path: str, title: str) -> web.Response:
        """A feed whose address is a secret: feed readers pass a feed's id on with its entries, so that is a digest."""
        kind, secret, *_ = path.split("/")
        key = f"{kind}/{hashlib.sha256(secret.encode()).hexdigest()[:16]}"
        response = await self._answer(request, find, key, title=title, page="/", path=path)
        response.headers.update({"X-Robots-Tag": "noindex", "Cache-Control": PRIVATE})
        return response

    async def _answer(
        self,
        request: web.Request,
        find: FindPapers,
        key: str,
        *,
        title: str,
        page: str = "",
        path: str = "",
        q: str = "",
    ) -> web.Response:
        """The feed in the requested format. `key` is its part of the tag, the same in both formats; `page` shows the
        same papers, and `path` is its address below /feeds: by default they follow from the key."""
        format, site = request.match_info["format"], self._site
        render, content_type = _FORMATS[format]
        own_path = _path(key)
        path = f"/feeds/{path or own_path}.{format}"
        number = _page(request)

        def address(number: int) -> str:
            return site.url + links.page_path(path, number, q=q)

        async def make() -> Content:
            found = await find(offset=(number - 1) * PAGE_SIZE)
            about = FeedInfo(
                name=site.settings.name,
                title=f"{title} · {site.settings.name}",
                page=site.url + (page or f"/{own_path}"),
                address=address(number),
                next=address(number + 1) if found.has_more and number < MAX_PAGE else "",
                authority=site.authority,
                key=key,
            )
            body = render(make_feed(about, found.papers, site.url))
            return Content(body=body, content_type=content_type, is_dated=True)

        try:
            cached = await self._cache.get(address(number), make, admit=site.admit(request))
        except PaperboyError:
            raise web.HTTPServiceUnavailable(text="Try again in a minute.\n", headers=RETRY) from None
        return cached.response(request, PUBLIC)

    async def _newest_lists(self, offset: int) -> PaperPage:
        """Of the feed of the day there is one page."""
        days = await self._catalog.listed_days(limit=DAY_LISTS)
        lists = [await self._catalog.listings(day, day, limit=MAX_PAGE_SIZE) for day, _ in days]
        papers = [shown for listed in lists for shown in listed.page.papers]
        return PaperPage(papers=tuple({shown.paper.id: shown for shown in reversed(papers)}.values())[::-1])


def _page(request: web.Request) -> int:
    """The number of the feed's page, from 1."""
    try:
        return query_params.page_number(request.query)
    except PageError as error:
        raise web.HTTPBadRequest(text=f"{error}.\n") from None


def _path(key: str) -> str:
    kind, slash, name = key.partition("/")
    return f"{kind}{slash}{quote(name, safe='')}"


def _name(raw: str) -> str:
    """A topic, an author or a search, as one line of text."""
    name = plain(raw, 0)
    if not name or len(name) > MAX_NAME_CHARS:
        raise web.HTTPBadRequest(text=f"A feed needs a name or a search of 1 to {MAX_NAME_CHARS} characters.\n")
    return name
