"""Lists of papers: the newest day, any day, week and month, trending, and the archive."""

from datetime import date
from itertools import groupby
from typing import get_args

from aiohttp import web

from adapters.site import dates, links, query_params
from adapters.site.dates import Kind, Period
from adapters.site.formatting import plural
from adapters.site.members.visitor import Visitor
from adapters.site.pages import social_picture
from adapters.site.pages.page_cache import PageCache
from adapters.site.pages.view import PageError, View
from adapters.site.site import Site
from bot.chat.catalog import PAGE_SIZE, DayListings, TrendingPeriod
from bot.papers.samples import SOURCE as SAMPLES

SPANS: tuple[TrendingPeriod, ...] = get_args(TrendingPeriod)
MAX_DAYS = 100_000  # with a list: more than there will be
TRENDING_TOPICS = 12  # offered beside what is trending
PAGED = ("page", "topic")


class ListPages:
    """The addresses of lists."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._catalog = site.catalog

    def add_routes(self, app: web.Application, cache: PageCache) -> None:
        app.add_routes(
            [
                web.get("/", cache.handler(self.home, PAGED)),
                web.get("/{kind:date|week|month}/{period}", cache.handler(self.period, PAGED)),
                web.get("/social/{kind:date|week|month}/{period}.png", cache.social_picture(self.period)),
                web.get("/{kind:week|month}", self.newest_period),
                web.get("/trending/{span}", cache.handler(self.trending, ("page", "topic"))),
                web.get("/trending", self.trending_week),
                web.get("/archive", cache.handler(self.archive)),
            ]
        )

    async def home(self, request: web.Request, visitor: Visitor) -> View:
        query_params.page_number(request.query)  # a wrong one is refused before there are papers too
        newest = await self._newest()
        if newest is None:
            return View(template="empty.html", title="The day’s research papers", path="/", section="/")
        return await self._list(request, dates.period("date", newest), is_home=True)

    async def period(self, request: web.Request, visitor: Visitor) -> View:
        return await self._list(request, _period(request))

    async def newest_period(self, request: web.Request) -> web.StreamResponse:
        """To the week or the month of the newest list."""
        self._site.admit(request)()
        newest = await self._newest()
        raise web.HTTPFound(dates.path(_kind(request), newest) if newest else "/")

    async def trending_week(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/trending/week")

    async def trending(self, request: web.Request, visitor: Visitor) -> View:
        span = next((span for span in SPANS if span == request.match_info["span"]), None)
        if span is None:
            raise PageError(404, "This page doesn’t exist", "Trending is by day, week or month.")
        page, topic = query_params.page_number(request.query), query_params.text(request.query, "topic", 200)
        found = await self._catalog.trending(span, topic, offset=(page - 1) * PAGE_SIZE)
        if page > 1 and not found.papers:
            raise _after_the_end()
        path = f"/trending/{span}"
        days = {"day": "today", "week": "this week", "month": "this month"}[span]
        return View(
            template="trending.html",
            title=f"Trending {days}" + (f": {topic}" if topic else ""),
            description=f"Trending research papers {days}" + (f", on {topic}." if topic else "."),
            path=links.page_path(path, page, topic=topic),
            section="/trending",
            entries=found.papers,
            feeds=(links.trending_feed(span), links.DAY),
            is_indexed=not topic,
            values={
                "span": span,
                "spans": SPANS,
                "topic": topic,
                "found": found,
                "start": (page - 1) * PAGE_SIZE,
                **links.paging(path, page, topic=topic),
                "topics": (await self._catalog.topics())[:TRENDING_TOPICS],
                "newest": await self._newest() if not found.papers else None,
            },
        )

    async def archive(self, request: web.Request, visitor: Visitor) -> View:
        """Every date with a list, by year and month."""
        days = await self._catalog.listed_days(limit=MAX_DAYS)
        months = [(first, list(some)) for first, some in groupby(days, lambda item: item[0].replace(day=1))]
        years = [(year, list(some)) for year, some in groupby(months, lambda item: item[0].year)]
        return View(
            template="archive.html",
            title="Archive",
            description=f"The papers of {plural(len(days), 'day')}, day by day.",
            path="/archive",
            section="/archive",
            values={"years": years, "days": days},
        )

    async def _list(self, request: web.Request, period: Period, *, is_home: bool = False) -> View:
        page, topic = query_params.page_number(request.query), query_params.text(request.query, "topic", 200)
        lists = await self._catalog.listings(period.first, period.last, topic, offset=(page - 1) * PAGE_SIZE)
        if page > 1 and not lists.page.papers:
            raise _after_the_end()
        own = "/" if is_home else period.path
        return View(
            template="list.html",
            title=f"Papers for {period.title}",
            description=_description(period, lists),
            path=links.page_path(own, page, topic=topic),
            section="/" if is_home else {"date": "/archive", "week": "/week", "month": "/month"}[period.kind],
            entries=lists.page.papers,
            is_indexed=bool(lists.page.papers) and not topic,
            social=social_picture.of_period(period, lists) if page == 1 and lists.page.papers and not topic else None,
            values={
                "period": period,
                "lists": lists,
                "found": lists.page,
                "are_samples": all(entry.paper.sources == {SAMPLES} for entry in lists.page.papers),
                "age_days": (self._site.clock.now().date() - period.last).days if is_home else 0,
                "start": (page - 1) * PAGE_SIZE,
                "topic": topic,
                "own": own,
                **links.paging(own, page, topic=topic),
            },
        )

    async def _newest(self) -> date | None:
        days = await self._catalog.listed_days(limit=1)
        return days[0][0] if days else None


def _kind(request: web.Request) -> Kind:
    return next(kind for kind in get_args(Kind) if kind == request.match_info["kind"])


def _period(request: web.Request) -> Period:
    kind = _kind(request)
    found = dates.parse(kind, request.match_info["period"])
    if found is None:
        raise PageError(404, f"There is no such {'day' if kind == 'date' else kind}", "Check the date in the address.")
    return found


def _description(period: Period, lists: DayListings) -> str:
    titles = [entry.paper.title for entry in lists.page.papers[:2]]
    count = plural(lists.page.total or 0, "research paper")
    text = f"{count} of {period.title}, each with a one-sentence summary."
    return f"{text} First: {'; '.join(titles)}." if titles else text


def _after_the_end() -> PageError:
    return PageError(404, "This page doesn’t exist", "The list has fewer pages.")
