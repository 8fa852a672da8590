"""What each address of the API answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

import msgspec

from adapters.site import links
from adapters.site.api import asked, wire
from adapters.site.api.problem import Problem
from adapters.site.site import Site
from bot.chat.catalog import CatalogEntry, PaperPage
from bot.papers.ids import arxiv_id

_DAY = re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII)

Path = Mapping[str, str]
"""The parts of an address that vary, by name."""


async def papers(site: Site, path: Path, wanted: asked.Newest) -> wire.Papers:
    found = await site.catalog.search_newest(wanted.query, offset=wanted.offset, limit=wanted.limit)
    return _papers(site, "papers", found, wanted)


async def paper(site: Site, path: Path, wanted: asked.Nothing) -> wire.Detail:
    found = await site.catalog.paper_detail(_id(path))
    if found is None:
        raise _unknown(path)
    return wire.Detail(
        paper=_paper(site, found.entry),
        lists=[wire.Listed(source=source, date=day) for source, day in found.listings],
        linked=wire.linked(found.linked),
        similar=[_paper(site, shown) for shown in found.similar],
        channels=found.channel_count,
    )


async def similar(site: Site, path: Path, wanted: asked.Page) -> wire.Papers:
    found = await site.catalog.similar_papers(_id(path), offset=wanted.offset, limit=wanted.limit)
    if found is None:
        raise _unknown(path)
    return _papers(site, f"papers/{quote(path['id'], safe=':')}/similar", found, wanted)


async def edition(site: Site, path: Path, wanted: asked.Page) -> wire.Edition:
    day = await _day(site, path["date"])
    lists = await site.catalog.listings(day, day, offset=wanted.offset, limit=wanted.limit)
    if not (total := lists.page.total or 0):
        raise Problem(404, f"Nothing was listed on {day}. {_near(lists.previous_day, lists.next_day)}")
    return wire.Edition(
        date=day,
        papers=[_paper(site, shown) for shown in lists.page.papers],
        total=total,
        more=lists.page.has_more,
        next=_next(site, f"editions/{day}", lists.page, wanted),
        earlier=lists.previous_day,
        later=lists.next_day,
    )


async def trending(site: Site, path: Path, wanted: asked.Trending) -> wire.Papers:
    found = await site.catalog.trending(wanted.span, wanted.topic, offset=wanted.offset, limit=wanted.limit)
    return _papers(site, "trending", found, wanted)


async def search(site: Site, path: Path, wanted: asked.Search) -> wire.Papers:
    found = await site.catalog.search(wanted.q, offset=wanted.offset, limit=wanted.limit)
    return _papers(site, "search", found, wanted)


async def topics(site: Site, path: Path, wanted: asked.Nothing) -> wire.Topics:
    found = await site.catalog.topics()
    return wire.Topics(topics=[wire.Topic(name=t.name, query=t.query, count=t.count) for t in found])


def _papers(site: Site, at: str, found: PaperPage, wanted: asked.Page) -> wire.Papers:
    return wire.Papers(
        papers=[_paper(site, shown) for shown in found.papers],
        more=found.has_more,
        next=_next(site, at, found, wanted),
        notice=found.notice,
        instead=found.corrected_query,
    )


def _paper(site: Site, shown: CatalogEntry) -> wire.Paper:
    return wire.paper(shown, f"{site.url}{links.paper(shown.paper.id)}")


def _next(site: Site, at: str, found: PaperPage, wanted: asked.Page) -> str | None:
    """The same question, further on."""
    further = wanted.offset + wanted.limit
    if not found.has_more or further > asked.MOST_OFFSET:
        return None
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value != ""}
    return f"{site.url}/api/v1/{at}?{urlencode(given | {'offset': further})}"


def _id(path: Path) -> str:
    """A paper's id, or any way that people write one of arXiv's."""
    known = arxiv_id(path["id"])
    return known[0] if known else path["id"]


def _unknown(path: Path) -> Problem:
    return Problem(404, f"I don't know the paper {path['id'][:100]!r}. /api/v1/search?q=… finds papers by their words.")


async def _day(site: Site, given: str) -> date:
    if given == "latest":
        if days := await site.catalog.listed_days(limit=1):
            return days[0][0]
        raise Problem(404, "Nothing has been listed yet. Come back when a source has been read.")
    try:
        if _DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise Problem(404, "A date is written 2025-03-18; the newest is `latest`.")


def _near(earlier: date | None, later: date | None) -> str:
    near = " and ".join(str(day) for day in (earlier, later) if day)
    return f"The nearest days with a list: {near}." if near else "No list is known at all."
