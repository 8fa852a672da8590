"""The answers of the API, one function for each address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

import msgspec

from adapters.site import links
from adapters.site.api import params, schemas
from adapters.site.api.problem import ApiProblem
from adapters.site.site import Site
from bot.chat.catalog import CatalogEntry, PaperPage

_DAY = re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII)

Path = Mapping[str, str]
"""The variable parts of an address, by name."""


async def papers(site: Site, path: Path, query: params.Newest) -> schemas.Papers:
    found = await site.catalog.search_newest(query.query, offset=query.offset, limit=query.limit)
    return _papers(site, "papers", found, query)


async def paper(site: Site, path: Path, query: params.NoParams) -> schemas.Detail:
    found = await site.catalog.paper_detail(_id(path))
    if found is None:
        raise _unknown(path)
    return schemas.Detail(
        paper=_paper(site, found.entry),
        lists=[schemas.Listed(source=source, date=day) for source, day in found.listings],
        linked=schemas.linked(found.linked),
        similar=[_paper(site, entry) for entry in found.similar],
        channels=found.channel_count,
    )


async def similar(site: Site, path: Path, query: params.Page) -> schemas.Papers:
    found = await site.catalog.similar_papers(_id(path), offset=query.offset, limit=query.limit)
    if found is None:
        raise _unknown(path)
    return _papers(site, f"papers/{quote(path['id'], safe=':')}/similar", found, query)


async def edition(site: Site, path: Path, query: params.Page) -> schemas.Edition:
    day = await _day(site, path["date"])
    lists = await site.catalog.listings(day, day, offset=query.offset, limit=query.limit)
    if not (total := lists.page.total or 0):
        raise ApiProblem(404, f"There is no list for {day}. {_nearest(lists.previous_day, lists.next_day)}")
    return schemas.Edition(
        date=day,
        papers=[_paper(site, entry) for entry in lists.page.papers],
        total=total,
        more=lists.page.has_more,
        next=_next(site, f"editions/{day}", lists.page, query),
        earlier=lists.previous_day,
        later=lists.next_day,
    )


async def trending(site: Site, path: Path, query: params.Trending) -> schemas.Papers:
    found = await site.catalog.trending(query.span, query.topic, offset=query.offset, limit=query.limit)
    return _papers(site, "trending", found, query)


async def search(site: Site, path: Path, query: params.Search) -> schemas.Papers:
    found = await site.catalog.search(query.q, offset=query.offset, limit=query.limit)
    return _papers(site, "search", found, query)


async def topics(site: Site, path: Path, query: params.NoParams) -> schemas.Topics:
    found = await site.catalog.topics()
    return schemas.Topics(topics=[schemas.Topic(name=t.name, query=t.query, count=t.count) for t in found])


def _papers(site: Site, path: str, found: PaperPage, query: params.Page) -> schemas.Papers:
    return schemas.Papers(
        papers=[_paper(site, entry) for entry in found.papers],
        more=found.has_more,
        next=_next(site, path, found, query),
        notice=found.notice,
        instead=found.corrected_query,
    )


def _paper(site: Site, entry: CatalogEntry) -> schemas.Paper:
    return schemas.paper(entry, f"{site.url}{links.paper(entry.paper.id)}")


def _next(site: Site, path: str, found: PaperPage, query: params.Page) -> str | None:
    """The address of the next papers; None: these are the last."""
    offset = query.offset + query.limit
    if not found.has_more or offset > params.MAX_OFFSET:
        return None
    parameters = {name: value for name, value in msgspec.structs.asdict(query).items() if value != ""}
    return f"{site.url}/api/v1/{path}?{urlencode(parameters | {'offset': offset})}"


def _id(path: Path) -> str:
    """A paper's id, or any common form of an arXiv id."""
    return links.paper_id(path["id"])


def _unknown(path: Path) -> ApiProblem:
    return ApiProblem(404, f"There is no paper {path['id'][:100]!r}. To search by words: /api/v1/search?q=…")


async def _day(site: Site, raw: str) -> date:
    if raw == "latest":
        if days := await site.catalog.listed_days(limit=1):
            return days[0][0]
        raise ApiProblem(404, "There is no list yet. Try again later.")
    try:
        if _DAY.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise ApiProblem(404, "Write a date as 2025-03-18, or `latest` for the newest list.")


def _nearest(earlier: date | None, later: date | None) -> str:
    near = " and ".join(str(day) for day in (earlier, later) if day)
    return f"The nearest days with a list: {near}." if near else "There is no list yet."
