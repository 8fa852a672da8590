"""The lists: the newest day, any day, week and month, what is talked about, and all dates."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import get_args

from aiohttp import web

from adapters.site import ask, dates, links
from adapters.site.dates import Kind, Period
from adapters.site.kept import Pages
from adapters.site.site import Site
from adapters.site.view import Problem, View
from adapters.site.visitor import Visitor
from adapters.site.words import plural
from bot.chat.catalog import PAGE_SIZE, DayListings, TrendingPeriod

SPANS: tuple[TrendingPeriod, ...] = get_args(TrendingPeriod)
EVERY = 100_000  # days: more than there will be
TOPICS = 12  # offered beside what is trending


class ListPages:
    """The addresses of the lists."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._catalog = site.catalog

    def add(self, app: web.Application, pages: Pages) -> None:
        app.add_routes(
            [
                web.get("/", pages(self.home)),
                web.get("/date/{period}", pages(self.day)),
                web.get("/week/{period}", pages(self.week)),
                web.get("/month/{period}", pages(self.month)),
                web.get("/{kind:week|month}", self.newest),
                web.get("/trending/{span}", pages(self.trending)),
                web.get("/trending", self.week_s_trends),
                web.get("/archive", pages(self.archive)),
            ]
        )

    async def home(self, request: web.Request, who: Visitor) -> View:
        number, newest = ask.page(request.query), await self._newest()
        if newest is None:
            return View(template="empty.html", title="The day’s research papers", path="/", section="/")
        return await self._listed(dates.period("date", newest), number, home=True)

    async def day(self, request: web.Request, who: Visitor) -> View:
        return await self._listed(_period("date", request), ask.page(request.query))

    async def week(self, request: web.Request, who: Visitor) -> View:
        return await self._listed(_period("week", request), ask.page(request.query))

    async def month(self, request: web.Request, who: Visitor) -> View:
        return await self._listed(_period("month", request), ask.page(request.query))

    async def newest(self, request: web.Request) -> web.StreamResponse:
        """The week or the month of the newest list."""
        newest = await self._newest()
        kind: Kind = "week" if request.match_info["kind"] == "week" else "month"
        raise web.HTTPFound(dates.path(kind, newest) if newest else "/")

    async def week_s_trends(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/trending/week")

    async def trending(self, request: web.Request, who: Visitor) -> View:
        span = next((span for span in SPANS if span == request.match_info["span"]), None)
        if span is None:
            raise Problem(404, "There is no such page", "Trending is by day, by week and by month.")
        number, topic = ask.page(request.query), ask.words(request.query, "topic", 200)
        found = await self._catalog.trending(span, topic, offset=(number - 1) * PAGE_SIZE)
        if number > 1 and not found.papers:
            raise _past_the_end()
        path = f"/trending/{span}"
        days = {"day": "today", "week": "this week", "month": "this month"}[span]
        return View(
            template="trending.html",
            title=f"Trending {days}" + (f": {topic}" if topic else ""),
            about=f"The research papers talked about {days}" + (f", on {topic}." if topic else "."),
            path=links.with_query(path, topic=topic, page=number if number > 1 else ""),
            section="/trending",
            shown=found.papers,
            feeds=(links.trending_feed(span), links.DAY),
            index=not topic,
            values={
                "span": span,
                "spans": SPANS,
                "topic": topic,
                "found": found,
                "number": number,
                "start": (number - 1) * PAGE_SIZE,
                "before": links.with_query(path, topic=topic, page=number - 1 if number > 2 else ""),
                "after": links.with_query(path, topic=topic, page=number + 1),
                "topics": (await self._catalog.topics())[:TOPICS],
                "newest": await self._newest() if not found.papers else None,
            },
        )

    async def archive(self, request: web.Request, who: Visitor) -> View:
        """Every date with a list, by month."""
        days = await self._catalog.listed_days(limit=EVERY)
        months = [(first, list(some)) for first, some in groupby(days, lambda item: item[0].replace(day=1))]
        years = [(year, list(some)) for year, some in groupby(months, lambda item: item[0].year)]
        return View(
            template="archive.html",
            title="Archive",
            about=f"The papers of {plural(len(days), 'day')}, day by day.",
            path="/archive",
            section="/archive",
            values={"years": years, "days": days},
        )

    async def _listed(self, period: Period, number: int, *, home: bool = False) -> View:
        lists = await self._catalog.listings(period.first, period.last, offset=(number - 1) * PAGE_SIZE)
        if number > 1 and not lists.page.papers:
            raise _past_the_end()
        own = "/" if home else period.path
        return View(
            template="list.html",
            title=f"Papers of {period.title}",
            about=_about(period, lists),
            path=links.with_query(own, page=number if number > 1 else ""),
            section={"date": "/", "week": "/week", "month": "/month"}[period.kind],
            shown=lists.page.papers,
            index=bool(lists.page.papers),
            values={
                "period": period,
                "lists": lists,
                "found": lists.page,
                "number": number,
                "start": (number - 1) * PAGE_SIZE,
                "before": links.with_query(own, page=number - 1 if number > 2 else ""),
                "after": links.with_query(own, page=number + 1),
            },
        )

    async def _newest(self) -> date | None:
        days = await self._catalog.listed_days(limit=1)
        return days[0][0] if days else None


def _period(kind: Kind, request: web.Request) -> Period:
    found = dates.parse(kind, request.match_info["period"])
    if found is None:
        raise Problem(404, f"There is no such {'day' if kind == 'date' else kind}", "No calendar has it.")
    return found


def _about(period: Period, lists: DayListings) -> str:
    first = [shown.paper.title for shown in lists.page.papers[:2]]
    count = plural(lists.page.total or 0, "research paper")
    return f"{count} of {period.title}, one line each" + (f". First: {'; '.join(first)}." if first else ".")


def _past_the_end() -> Problem:
    return Problem(404, "There is no such page", "The list ends before it.")
