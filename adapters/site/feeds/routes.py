"""Where the feeds are, and what is in each."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import quote, urlencode

from aiohttp import web
from msgspec import Struct

from adapters.site import conditional, links
from adapters.site.feeds import atom, jsonfeed
from adapters.site.feeds.feed import Feed, Outline, feed, plain
from adapters.site.made import Made
from adapters.site.site import Site
from bot.chat.catalog import MAX_PAGE_SIZE, PAGE_SIZE, CatalogEntry, TrendingPeriod
from bot.errors import PaperboyError

FRESH = timedelta(minutes=1)
LISTS = 2  # newest lists that the feed of the day holds: who looks once a day misses nothing
MOST_NAME = 200  # characters of a topic, an author or a search
PRIVATE = "private, max-age=300"

_FORMS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "atom": (atom.render, atom.CONTENT_TYPE),
    "json": (jsonfeed.render, jsonfeed.CONTENT_TYPE),
}
_FORM = "{form:atom|json}"
_SPANS: dict[str, TrendingPeriod] = {"day": "day", "week": "week", "month": "month"}

Papers = Callable[[], Awaitable[Sequence[CatalogEntry]]]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which feed somebody asks for."""

    at: str  # where it is below /feeds, without its ending
    key: str  # what it is called in its tag: the same in both forms
    title: str
    page: str  # the page that shows the same
    query: str = ""
    cache: str = "max-age=300"


class Feeds:
    """Every feed of the site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._catalog = site.catalog
        self._made = Made(site.clock, FRESH)

    def add(self, app: web.Application) -> None:
        app.add_routes(
            [
                web.get(f"/feeds/day.{_FORM}", self.day),
                web.get(f"/feeds/trending/{{span:day|week|month}}.{_FORM}", self.trending),
                web.get(f"/feeds/topic/{{name:[^/]+}}.{_FORM}", self.topic),
                web.get(f"/feeds/author/{{name:[^/]+}}.{_FORM}", self.author),
                web.get(f"/feeds/search.{_FORM}", self.search),
                web.get(f"/feeds/channel/{{secret:[\\w-]+}}.{_FORM}", self.channel),
            ]
        )

    async def day(self, request: web.Request) -> web.Response:
        return await self._answer(
            request, Wanted(at="day", key="day", title="Papers of the day", page="/"), self._newest_lists
        )

    async def trending(self, request: web.Request) -> web.Response:
        span = _SPANS[request.match_info["span"]]

        async def papers() -> Sequence[CatalogEntry]:
            return (await self._catalog.trending(span)).papers

        at = f"trending/{span}"
        return await self._answer(
            request, Wanted(at=at, key=at, title=f"Trending papers of the {span}", page=f"/{at}"), papers
        )

    async def topic(self, request: web.Request) -> web.Response:
        name = _name(request.match_info["name"])

        async def papers() -> Sequence[CatalogEntry]:
            return (await self._catalog.search_newest(links.topic_query(name))).papers

        at = f"topic/{quote(name, safe='')}"
        return await self._answer(
            request, Wanted(at=at, key=f"topic/{name}", title=f"Papers on {name}", page=f"/{at}"), papers
        )

    async def author(self, request: web.Request) -> web.Response:
        name = _name(request.match_info["name"])
        at = f"author/{quote(name, safe='')}"
        papers = partial(self._matching, links.author_query(name))
        return await self._answer(
            request, Wanted(at=at, key=f"author/{name}", title=f"Papers by {name}", page=f"/{at}"), papers
        )

    async def search(self, request: web.Request) -> web.Response:
        query = _name(request.query.get("q", ""))
        asked = f"?{urlencode({'q': query})}"
        wanted = Wanted(
            at="search", key=f"search/{query}", title=f"Papers for “{query}”", page=f"/search{asked}", query=asked
        )
        return await self._answer(request, wanted, partial(self._matching, query))

    async def channel(self, request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        place = self._site.secret.unseal(secret)
        if place is None:
            raise web.HTTPNotFound(text="There is no such feed: ask in the channel for its link again.\n")

        async def papers() -> Sequence[CatalogEntry]:
            return (await self._catalog.channel_papers(place)).papers

        hidden = hashlib.sha256(secret.encode()).hexdigest()[:16]  # readers hand a feed's id on with its entries
        title = f"Papers in {place.channel}"
        wanted = Wanted(at=f"channel/{secret}", key=f"channel/{hidden}", title=title, page="/", cache=PRIVATE)
        response = await self._answer(request, wanted, papers)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    async def _answer(self, request: web.Request, wanted: Wanted, papers: Papers) -> web.Response:
        """The feed in the form asked for."""
        form, site = request.match_info["form"], self._site
        render, content_type = _FORMS[form]
        outline = Outline(
            name=site.settings.name,
            title=f"{wanted.title} · {site.settings.name}",
            page=f"{site.url}{wanted.page}",
            address=f"{site.url}/feeds/{wanted.at}.{form}{wanted.query}",
            authority=site.authority,
            key=wanted.key,
        )

        async def make() -> bytes:
            return render(feed(outline, await papers(), site.url))

        try:
            body = await self._made.get(f"{form} {wanted.at}{wanted.query}", make)
        except PaperboyError:
            raise web.HTTPServiceUnavailable(text="Try again in a minute.\n", headers={"Retry-After": "60"}) from None
        return conditional.answer(request, body, content_type, wanted.cache)

    async def _newest_lists(self) -> Sequence[CatalogEntry]:
        days = await self._catalog.listed_days(limit=LISTS)
        lists = [await self._catalog.listings(day, day, limit=MAX_PAGE_SIZE) for day, _ in days]
        papers = [shown for listed in lists for shown in listed.page.papers]
        return list({shown.paper.id: shown for shown in reversed(papers)}.values())[::-1]

    async def _matching(self, query: str) -> Sequence[CatalogEntry]:
        return (await self._catalog.search_newest(query, limit=PAGE_SIZE)).papers


def _name(given: str) -> str:
    """What somebody asks for by name."""
    name = plain(given, 0)
    if not name or len(name) > MOST_NAME:
        raise web.HTTPBadRequest(text=f"A feed needs something to bring, in 1 to {MOST_NAME} characters.\n")
    return name
