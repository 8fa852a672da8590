"""The addresses of the API, each with what it asks for and what it answers: routes and document are made from them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from adapters.site.api import answers, asked, wire
from adapters.site.site import Site

PREFIX = "/api/v1"


class Route(Struct, frozen=True, kw_only=True):
    """One address."""

    path: str  # below the prefix, as OpenAPI writes it
    name: str  # of the operation
    said: str  # what it is for
    asks: type[Struct]
    answer: type[Struct]
    answers: Callable[[Site, answers.Path, Any], Awaitable[Struct]]


ROUTES = (
    Route(
        path="/papers",
        name="listPapers",
        said="Papers that match a query, newest first; without one, all.",
        asks=asked.Newest,
        answer=wire.Papers,
        answers=answers.papers,
    ),
    Route(
        path="/papers/{id}",
        name="getPaper",
        said="One paper.",
        asks=asked.Nothing,
        answer=wire.Detail,
        answers=answers.paper,
    ),
    Route(
        path="/papers/{id}/similar",
        name="listSimilarPapers",
        said="Papers near one in meaning.",
        asks=asked.Page,
        answer=wire.Papers,
        answers=answers.similar,
    ),
    Route(
        path="/editions/{date}",
        name="getEdition",
        said="What was listed on a day; `latest` is the newest day with a list.",
        asks=asked.Page,
        answer=wire.Edition,
        answers=answers.edition,
    ),
    Route(
        path="/trending",
        name="listTrending",
        said="What is talked about, of everything or of a topic.",
        asks=asked.Trending,
        answer=wire.Papers,
        answers=answers.trending,
    ),
    Route(
        path="/search",
        name="search",
        said="Papers by word and by meaning, best first.",
        asks=asked.Search,
        answer=wire.Papers,
        answers=answers.search,
    ),
    Route(
        path="/topics",
        name="listTopics",
        said="What the papers of the newest lists are about.",
        asks=asked.Nothing,
        answer=wire.Topics,
        answers=answers.topics,
    ),
)
