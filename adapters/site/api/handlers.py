"""The addresses of the API and their answers, one function for each: routing and OpenAPI are made from them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, get_type_hints
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from adapters.site import dates, links
from adapters.site.api import params, schemas
from adapters.site.api.schemas import ApiProblem
from adapters.site.site import Site
from bot.chat.catalog import CatalogEntry, PaperPage
from bot.papers.citations import FORMATS, cite

PREFIX = "/api/v1"

Path = Mapping[str, str]
"""The variable parts of an address, by name."""


class Route(Struct, frozen=True, kw_only=True):
    """One address."""

    path: str  # below the prefix, as OpenAPI writes it
    name: str  # of the operation
    summary: str
    params: type[Struct]
    answer: type[Struct]
    handle: Callable[[Site, Path, Any], Awaitable[Struct]]


def _route(path: str, name: str) -> Callable[[Callable[[Site, Path, Any], Awaitable[Struct]]], Route]:
    """The route of a function: its docstring is the summary, its types are those of the parameters and the answer."""

    def make(handle: Callable[[Site, Path, Any], Awaitable[Struct]]) -> Route:
        types, summary = get_type_hints(handle), handle.__doc__ or ""
        return Route(
            path=path, name=name, summary=summary, params=types["query"], answer=types["return"], handle=handle
        )

    return make


@_route("/papers", "listPapers")
async def papers(site: Site, path: Path, query: params.Newest) -> schemas.Papers:
    """Papers that match a query, newest first; without one, all."""
    found = await site.catalog.search_newest(query.query, offset=query.offset, limit=query.limit)
    return _papers(site, "papers", found, query)


@_route("/papers/{id}", "getPaper")
async def paper(site: Site, path: Path, query: params.NoParams) -> schemas.Detail:
    """One paper."""
    found = await site.catalog.paper_detail(_id(path))
    if found is None:
        raise _unknown(path)
    return schemas.Detail(
        paper=_paper(site, found.entry),
        lists=[schemas.Listed(source=source, date=day) for source, day in found.listings],
        linked=msgspec.convert(found.linked, schemas.Linked, from_attributes=True),
        similar=[_paper(site, entry) for entry in found.similar],
        channels=found.channel_count,
    )


@_route("/papers/{id}/similar", "listSimilarPapers")
async def similar(site: Site, path: Path, query: params.Page) -> schemas.Papers:
    """Papers with a similar meaning."""
    found = await site.catalog.similar_papers(_id(path), offset=query.offset, limit=query.limit)
    if found is None:
        raise _unknown(path)
    return _papers(site, f"papers/{quote(path['id'], safe=':')}/similar", found, query)


@_route("/papers/{id}/citation", "citePaper")
async def citation(site: Site, path: Path, query: params.Citation) -> schemas.Citation:
    """A paper as BibTeX, RIS or CSL-JSON."""
    if not (found := (await site.catalog.list_papers("", _id(path))).papers):
        raise _unknown(path)
    ending = {"bibtex": "bib", "csl": "json"}.get(query.format, query.format)
    return schemas.Citation(content_type=FORMATS[ending][1], text=cite([found[0].paper], ending))


@_route("/editions/{date}", "getEdition")
async def edition(site: Site, path: Path, query: params.Page) -> schemas.Edition:
    """The papers listed on a day; `latest` is the newest day with a list."""
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


@_route("/trending", "listTrending")
async def trending(site: Site, path: Path, query: params.Trending) -> schemas.Papers:
    """Trending papers, of everything or of a topic."""
    found = await site.catalog.trending(query.span, query.topic, offset=query.offset, limit=query.limit)
    return _papers(site, "trending", found, query)


@_route("/search", "search")
async def search(site: Site, path: Path, query: params.Search) -> schemas.Papers:
    """Papers by keyword and by meaning, best first."""
    found = await site.catalog.search(query.q, offset=query.offset, limit=query.limit)
    return _papers(site, "search", found, query)


@_route("/topics", "listTopics")
async def topics(site: Site, path: Path, query: params.NoParams) -> schemas.Topics:
    """The topics of the newest lists."""
    found = await site.catalog.topics()
    return schemas.Topics(topics=[schemas.Topic(name=t.name, query=t.query, count=t.count) for t in found])


ROUTES = (papers, paper, similar, citation, edition, trending, search, topics)


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
    return f"{site.url}{PREFIX}/{path}?{urlencode(parameters | {'offset': offset})}"


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
    if found := dates.parse("date", raw):
        return found.first
    raise ApiProblem(404, "Write a date as 2025-03-18, or `latest` for the newest list.")


def _nearest(earlier: date | None, later: date | None) -> str:
    near = " and ".join(str(day) for day in (earlier, later) if day)
    return f"The nearest days with a list: {near}." if near else "There is no list yet."
