"""Votes as they change, sent to open pages as server-sent events.

One loop asks the store for everything that is watched: a thousand pages of the day cost as much as one. It asks the
store and not this process, because votes arrive wherever a platform is listened to.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

import msgspec
from aiohttp import ClientConnectionResetError, web

from adapters.site.site import Site
from bot.papers.model import PaperId, Tally

READ_EVERY_S = 2.0
MAX_PAGE_IDS, MAX_ID_CHARS = 200, 100
MAX_STREAMS = 1_000  # and at most half of the connections that the server can have
MAX_CLIENT_STREAMS = 20  # of one address; hidden pages close theirs
MAX_WATCHED_IDS = 20_000  # of all pages: about as many papers as a year's lists have
MAX_QUERY_IDS = 500  # in one question to the store
HEARTBEAT_S = 20.0  # of silence, after which proxies may close
SEND_TIMEOUT_S = 30.0  # for a reader who takes nothing
STREAM_MAX_AGE_S = 600.0  # then the page asks again, so that pages that were turned away get their turn
HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold it back
}


class Watcher:
    """One open page: the counts it shows, and those it has not been sent yet."""

    def __init__(self, ids: frozenset[PaperId], transport: asyncio.Transport | None) -> None:
        self.ids = ids
        self._transport = transport
        self._shown: dict[PaperId, int] = {}
        self._changed: dict[PaperId, int] = {}
        self._is_due = asyncio.Event()

    def compare(self, ballots: Mapping[PaperId, Tally]) -> None:
        """Note which counts differ from those that the page shows."""
        for id in self.ids:
            one = ballots.get(id, Tally())
            if self._shown.get(id) != (count := one.up - one.down):
                self._shown[id] = self._changed[id] = count
        is_gone = self._transport is None or self._transport.is_closing()  # sending finds that out
        if self._changed or is_gone:
            self._is_due.set()

    async def take_changes(self, seconds: float) -> dict[PaperId, int]:
        """The changed counts, as soon as there are any; empty after a time without changes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_due.wait()
        self._is_due.clear()
        changed, self._changed = self._changed, {}
        return changed

    def wake(self) -> None:
        self._is_due.set()


class LiveVotes:
    """Watches votes for all open pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._watchers: set[Watcher] = set()
        self._clients: Counter[str] = Counter()
        self._watched: Counter[PaperId] = Counter()
        self._reading: asyncio.Task[None] | None = None
        self._is_closed = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The stream of one page."""
        if (ids := _ids(request)) is None:
            raise web.HTTPBadRequest(text=f"Ask for one to {MAX_PAGE_IDS} papers: /live?ids=ID,ID\n")
        client = self._site.client(request)
        if self._clients[client] >= MAX_CLIENT_STREAMS:
            raise web.HTTPTooManyRequests(text="Too many pages of yours are open.\n", headers={"Retry-After": "60"})
        is_full = (
            len(self._watchers) >= min(MAX_STREAMS, self._site.max_streams)
            or len(self._watched) + len(ids) > MAX_WATCHED_IDS
        )
        if self._is_closed or is_full:
            raise web.HTTPServiceUnavailable(text="Too many pages are open.\n", headers={"Retry-After": "60"})
        self._site.admit(request)()  # the votes are read once for each stream that begins
        response = web.StreamResponse(headers=HEADERS)
        async with self._watching(ids, client, request.transport) as watcher:
            watcher.compare(await self._ballots(ids))  # the page may be a minute old
            with contextlib.suppress(ClientConnectionResetError, TimeoutError):
                await self._send(request, response, watcher)
        return response

    async def open(self, app: web.Application) -> None:
        """Begin to look for changes."""
        self._reading = self._site.tasks.start_repeating("site votes", self._read_votes, READ_EVERY_S)

    async def close(self, app: web.Application) -> None:
        """End every stream."""
        self._is_closed = True
        for watcher in self._watchers:
            watcher.wake()
        if self._reading:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    @asynccontextmanager
    async def _watching(
        self, ids: frozenset[PaperId], client: str, transport: asyncio.Transport | None
    ) -> AsyncIterator[Watcher]:
        watcher = Watcher(ids, transport)
        self._watchers.add(watcher)
        self._watched.update(ids)
        self._clients[client] += 1
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            self._watched -= Counter(ids)  # papers that no page watches fall out
            self._clients -= Counter([client])

    async def _send(self, request: web.Request, response: web.StreamResponse, watcher: Watcher) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await response.prepare(request)
            await response.write(b"retry: 5000\n\n")
        ends = asyncio.get_running_loop().time() + STREAM_MAX_AGE_S
        while not self._is_closed and asyncio.get_running_loop().time() < ends:
            changed = await watcher.take_changes(HEARTBEAT_S)
            data = b"data: " + msgspec.json.encode(changed) + b"\n\n" if changed else b":\n\n"
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await response.write(data)

    async def _read_votes(self) -> None:
        watchers = tuple(self._watchers)
        ballots = await self._ballots(self._watched)
        for watcher in watchers:
            watcher.compare(ballots)

    async def _ballots(self, ids: Collection[PaperId]) -> dict[PaperId, Tally]:
        ordered, found = sorted(ids), dict[PaperId, Tally]()
        for start in range(0, len(ordered), MAX_QUERY_IDS):
            found |= await self._site.catalog.vote_counts(ordered[start : start + MAX_QUERY_IDS])
        return found


def add_routes(app: web.Application, site: Site) -> None:
    live = LiveVotes(site)
    app.add_routes([web.get("/live", live.serve, allow_head=False)])
    app.on_startup.append(live.open)
    app.on_shutdown.append(live.close)


def _ids(request: web.Request) -> frozenset[PaperId] | None:
    """The papers of a page; None: too many, or none."""
    found = frozenset(filter(None, request.query.get("ids", "").split(",")))
    return found if 0 < len(found) <= MAX_PAGE_IDS and all(len(id) <= MAX_ID_CHARS for id in found) else None
