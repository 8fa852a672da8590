"""The addresses of the API, each with its parameters and its answer: routing and OpenAPI are made from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from adapters.site.api import handlers, params, schemas
from adapters.site.site import Site

PREFIX = "/api/v1"


class Route(Struct, frozen=True, kw_only=True):
    """One address."""

    path: str  # below the prefix, as OpenAPI writes it
    name: str  # of the operation
    summary: str
    params: type[Struct]
    answer: type[Struct]
    handle: Callable[[Site, handlers.Path, Any], Awaitable[Struct]]


ROUTES = (
    Route(
        path="/papers",
        name="listPapers",
        summary="Papers that match a query, newest first; without one, all.",
        params=params.Newest,
        answer=schemas.Papers,
        handle=handlers.papers,
    ),
    Route(
        path="/papers/{id}",
        name="getPaper",
        summary="One paper.",
        params=params.NoParams,
        answer=schemas.Detail,
        handle=handlers.paper,
    ),
    Route(
        path="/papers/{id}/similar",
        name="listSimilarPapers",
        summary="Papers with a similar meaning.",
        params=params.Page,
        answer=schemas.Papers,
        handle=handlers.similar,
    ),
    Route(
        path="/editions/{date}",
        name="getEdition",
        summary="The papers listed on a day; `latest` is the newest day with a list.",
        params=params.Page,
        answer=schemas.Edition,
        handle=handlers.edition,
    ),
    Route(
        path="/trending",
        name="listTrending",
        summary="Trending papers, of everything or of a topic.",
        params=params.Trending,
        answer=schemas.Papers,
        handle=handlers.trending,
    ),
    Route(
        path="/search",
        name="search",
        summary="Papers by keyword and by meaning, best first.",
        params=params.Search,
        answer=schemas.Papers,
        handle=handlers.search,
    ),
    Route(
        path="/topics",
        name="listTopics",
        summary="The topics of the newest lists.",
        params=params.NoParams,
        answer=schemas.Topics,
        handle=handlers.topics,
    ),
)
