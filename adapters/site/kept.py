"""Pages that were just made, for the next who ask: the same for everybody who is not signed in."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web
from msgspec import Struct

from adapters.site import look
from adapters.site.site import Site
from adapters.site.view import Problem, View, problem
from adapters.site.visitor import Visitor, visitor
from bot.chat.catalog import VoteCounts
from bot.papers.model import PaperId

FRESH = 1.0  # seconds in which a page is given out as it is
STALE = 5.0  # in which it is given out once more, while it is looked over; an older one is looked over first
KEPT = 60.0  # after which it is made anew, whatever the votes say
MOST_BYTES = 24_000_000
MOST_PAGES = 2_000

Shows: TypeAlias = Callable[[web.Request, Visitor], Awaitable[View]]


class Page(Struct):
    """A page as it goes out."""

    body: bytes
    zipped: bytes
    tag: str
    status: int
    made: float
    checked: float
    ballots: Mapping[PaperId, VoteCounts]


class Pages:
    """Turns what shows a view into what answers a request."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._renewing: dict[str, asyncio.Task[Page]] = {}
        self._bytes = 0

    def __call__(self, shows: Shows) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            who = visitor(request)
            if who.person:
                return _answer(request, await self._made(shows, request, who), "private, no-store")
            return _answer(request, await self._for_all(shows, request, who), "no-cache")

        return answer

    async def _for_all(self, shows: Shows, request: web.Request, who: Visitor) -> Page:
        key = request.path_qs
        page = self._pages.get(key)
        age = _now() - page.checked if page else STALE
        if page and age < FRESH:
            return page
        task = self._renewing.get(key)  # a hundred who ask at once wait for one page
        if task is None:
            task = self._renewing[key] = asyncio.create_task(self._renewed(page, shows, request, who))
            task.add_done_callback(lambda done: self._keep(key, done))
        return page if page and age < STALE else await asyncio.shield(task)

    async def _renewed(self, page: Page | None, shows: Shows, request: web.Request, who: Visitor) -> Page:
        """The page as it stands if it says what is so, else another."""
        if page and _now() - page.made < KEPT and await self._ballots(page.ballots) == page.ballots:
            page.checked = _now()
            return page
        return await self._made(shows, request, who)

    async def _made(self, shows: Shows, request: web.Request, who: Visitor) -> Page:
        try:
            view = await shows(request, who)
        except Problem as error:
            view = problem(error.status, error.title, error.said)
        ids = [shown.paper.id for shown in view.shown]
        mine = await self._site.catalog.votes_by(who.person, ids) if who.person and ids else {}
        body = look.html(self._site, view, who, mine).encode()
        return Page(
            body=body,
            zipped=gzip.compress(body, 5, mtime=0),
            tag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',  # weak: zipped or not, it is the same
            status=view.status,
            made=_now(),
            checked=_now(),
            ballots={shown.paper.id: shown.votes for shown in view.shown},
        )

    async def _ballots(self, known: Mapping[PaperId, VoteCounts]) -> Mapping[PaperId, VoteCounts]:
        now = await self._site.catalog.vote_counts(known) if known else {}
        return {id: now.get(id, VoteCounts()) for id in known}

    def _keep(self, key: str, done: asyncio.Task[Page]) -> None:
        del self._renewing[key]
        if done.cancelled() or done.exception():  # whoever waits is told
            self._drop(key)
            return
        self._drop(key)
        self._pages[key] = page = done.result()
        self._bytes += _size(page)
        while self._bytes > MOST_BYTES or len(self._pages) > MOST_PAGES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: str) -> None:
        if page := self._pages.pop(key, None):
            self._bytes -= _size(page)


def _answer(request: web.Request, page: Page, keeping: str) -> web.StreamResponse:
    headers = {"ETag": page.tag, "Cache-Control": keeping, "Vary": "Accept-Encoding, Cookie"}
    if page.status == 200 and _has(request, page.tag):
        return web.Response(status=304, headers=headers)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "").casefold()
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return web.Response(
        body=page.zipped if zipped else page.body,
        status=page.status,
        content_type="text/html",
        charset="utf-8",
        headers=headers,
    )


def _has(request: web.Request, tag: str) -> bool:
    """Whether the asker holds this very page (RFC 9110, 13.1.2: compared weakly)."""
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag.removeprefix("W/") in {
        one.strip().removeprefix("W/") for one in given.split(",")
    }


def _size(page: Page) -> int:
    return len(page.body) + len(page.zipped)


def _now() -> float:
    return asyncio.get_running_loop().time()
