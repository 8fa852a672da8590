"""Votes as they change, told to open pages as server-sent events.

One loop asks for all that is watched: a thousand pages of the day cost what one does. It asks the store, not this
process, since votes are heard wherever a platform is listened to.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Collection, Mapping

import msgspec
from aiohttp import ClientConnectionResetError, web

from adapters.site.site import Site
from bot.chat.catalog import Catalog, VoteCounts
from bot.errors import PaperboyError
from bot.papers.model import PaperId

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
MOST_IDS, MOST_CHARS = 200, 100  # of one page, and of one id
MOST_PAGES = 1_000
MOST_WATCHED = 20_000  # ids of all pages together: about all that a year's lists hold
AT_ONCE = 500  # ids in one question to the store
ALIVE = 20.0  # seconds of silence that proxies bear
PATIENCE = 30.0  # for a reader who takes nothing
LIFE = 600.0  # after which a page asks anew, so that those who were turned away get their turn
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep it back
}


class Watcher:
    """One open page: what it shows, and what it has not been told yet."""

    def __init__(self, ids: frozenset[PaperId], wire: asyncio.Transport | None) -> None:
        self.ids = ids
        self._wire = wire
        self._shown: dict[PaperId, int] = {}
        self._news: dict[PaperId, int] = {}
        self._stirred = asyncio.Event()

    def look(self, ballots: Mapping[PaperId, VoteCounts]) -> None:
        """How the votes stand; what is the same as before is no news."""
        for id in self.ids:
            one = ballots.get(id, VoteCounts())
            if self._shown.get(id) != (count := one.up - one.down):
                self._shown[id] = self._news[id] = count
        if self._news or self._wire is None or self._wire.is_closing():  # what is gone finds out when it is told
            self._stirred.set()

    async def news(self, seconds: float) -> dict[PaperId, int]:
        """What changed, as soon as something did; nothing when nothing did for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        self._stirred.clear()
        found, self._news = self._news, {}
        return found

    def wake(self) -> None:
        self._stirred.set()


class Live:
    """Watches for all pages."""

    def __init__(self, catalog: Catalog, every: float = EVERY) -> None:
        self._catalog = catalog
        self._every = every
        self._watchers: set[Watcher] = set()
        self._watched: Counter[PaperId] = Counter()
        self._loop: asyncio.Task[None] | None = None
        self._over = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The stream of one page."""
        if (ids := _ids(request)) is None:
            return web.Response(status=400, text=f"Ask for one to {MOST_IDS} papers: /live?ids=ID,ID\n")
        if self._over or len(self._watchers) >= MOST_PAGES or len(self._watched) + len(ids) > MOST_WATCHED:
            return web.Response(status=503, text="Too many pages are open.\n", headers={"Retry-After": "60"})
        response = web.StreamResponse(headers=HEADERS)
        watcher = Watcher(ids, request.transport)
        self._watchers.add(watcher)
        self._watched.update(ids)
        try:
            watcher.look(await self._ballots(ids))  # the page may be a minute old
            with contextlib.suppress(ClientConnectionResetError, TimeoutError):
                await self._tell(request, response, watcher)
        finally:
            self._watchers.discard(watcher)
            self._watched -= Counter(ids)  # those that nobody watches any more fall out
        return response

    async def close(self, app: web.Application) -> None:
        """Let every page go."""
        self._over = True
        for watcher in self._watchers:
            watcher.wake()
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def _tell(self, request: web.Request, response: web.StreamResponse, watcher: Watcher) -> None:
        async with asyncio.timeout(PATIENCE):
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
        self._look_out()
        ends = asyncio.get_running_loop().time() + LIFE
        while not self._over and asyncio.get_running_loop().time() < ends:
            news = await watcher.news(ALIVE)
            said = b"data: " + msgspec.json.encode(news) + b"\n\n" if news else b":\n\n"
            async with asyncio.timeout(PATIENCE):
                await response.write(said)

    def _look_out(self) -> None:
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while self._watchers:
            await asyncio.sleep(self._every)
            watchers = tuple(self._watchers)
            try:
                found = await self._ballots(self._watched)
            except PaperboyError as error:
                log.error("the votes could not be read for open pages: %s", error)  # at the next look, then
                continue
            for watcher in watchers:
                watcher.look(found)

    async def _ballots(self, ids: Collection[PaperId]) -> dict[PaperId, VoteCounts]:
        wanted, found = sorted(ids), dict[PaperId, VoteCounts]()
        for start in range(0, len(wanted), AT_ONCE):
            found |= await self._catalog.vote_counts(wanted[start : start + AT_ONCE])
        return found


def add(app: web.Application, site: Site) -> None:
    live = Live(site.catalog)
    app.add_routes([web.get("/live", live.serve, allow_head=False)])
    app.on_shutdown.append(live.close)


def _ids(request: web.Request) -> frozenset[PaperId] | None:
    """The papers that are asked for; None: too many, or none."""
    found = frozenset(filter(None, request.query.get("ids", "").split(",")))
    return found if 0 < len(found) <= MOST_IDS and all(len(id) <= MOST_CHARS for id in found) else None
