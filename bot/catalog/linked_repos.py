"""Models, data sets and Spaces on Hugging Face that name a paper, fetched when someone opens the paper.

A page waits half a second for the answer; a later one is shown the next time. An answer is kept for a day; after a
failure, requests pause.
"""

import asyncio
import logging
import re
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from bot.chat.adapter import KeyValue
from bot.chat.catalog import LinkedRepo, LinkedRepos
from bot.clock import Clock
from bot.errors import Malformed, PaperboyError
from bot.http_server import RateLimiter
from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId
from bot.sources.fields import parse_count, text_or_empty
from bot.sources.http import SourceClient

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 2.0
PAGE_WAIT_S = 0.5
KEPT = timedelta(days=1)
RETRY_AFTER = timedelta(minutes=10)  # a paper for which no answer came
PAUSE = timedelta(minutes=1)  # everything, after a failure: the next would fail as well
MAX_CONCURRENT_REQUESTS = 4
MAX_WAITING_PAPERS = 32  # further ones are fetched when they are opened again
MAX_REQUESTS_PER_MINUTE = 60  # in all: strangers choose which papers are opened
MAX_SHOWN = 5  # of each kind, the most liked
_NAME = re.compile(r"[\w-][\w.-]{0,95}(?:/[\w-][\w.-]{0,95})?", re.ASCII)


class _Kept(Struct, frozen=True):
    at: datetime
    linked: LinkedRepos


class LinkedRepoSource:
    """Fetches and caches linked repositories; a page never waits longer than `PAGE_WAIT_S`."""

    def __init__(self, client: SourceClient, url: str, storage: KeyValue, clock: Clock) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._storage = storage
        self._clock = clock
        self._running: dict[PaperId, asyncio.Task[LinkedRepos]] = {}
        self._failed: dict[PaperId, datetime] = {}
        self._paused_until: datetime | None = None
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)
        self._limiter = RateLimiter(clock, policy="linked repositories", limit=MAX_REQUESTS_PER_MINUTE)
        self._tidied = ""

    async def linked_to(self, id: PaperId) -> LinkedRepos:
        """The linked repositories of a paper; an older answer where there is no new one in time."""
        if not (known := arxiv_id(id)):
            return LinkedRepos()
        kept = await self._kept(id)
        now = self._clock.now()
        if kept and now - kept.at < KEPT:
            return kept.linked
        task = self._running.get(id) or self._ask(id, known[0].removeprefix("arxiv:"), now)
        if task:
            await asyncio.wait({task}, timeout=PAGE_WAIT_S)
        if task and task.done() and not task.cancelled() and not task.exception():
            return task.result()
        return kept.linked if kept else LinkedRepos()

    async def aclose(self) -> None:
        """Cancel running requests."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def _ask(self, id: PaperId, number: str, now: datetime) -> asyncio.Task[LinkedRepos] | None:
        """Start a request; None while requests pause or wait."""
        self._failed = {one: until for one, until in self._failed.items() if until > now}
        paused = self._paused_until and self._paused_until > now
        if paused or id in self._failed or len(self._running) >= MAX_WAITING_PAPERS:
            return None
        if self._limiter.take("everyone").is_exceeded:
            return None
        task = self._running[id] = asyncio.create_task(self._answer(id, number))
        task.add_done_callback(lambda done: self._settle(id, done))
        return task

    async def _answer(self, id: PaperId, number: str) -> LinkedRepos:
        async with self._slots, asyncio.timeout(ANSWER_TIMEOUT_S):
            page = await self._client.get(f"{self._url}/api/papers/{number}", conditional=False)
        linked = LinkedRepos() if page.missing else parse(page.body, page.url, self._url)
        now = self._clock.now()
        await self._storage.put(_key(now, id), msgspec.json.encode(_Kept(now, linked)))
        await self._tidy(now)
        return linked

    def _settle(self, id: PaperId, done: asyncio.Task[LinkedRepos]) -> None:
        self._running.pop(id, None)
        if done.cancelled() or not (error := done.exception()):
            return
        now = self._clock.now()
        self._failed[id] = now + RETRY_AFTER
        if isinstance(error, PaperboyError | TimeoutError):
            self._paused_until = now + PAUSE
            log.info("linked repositories of %s not fetched: %s", id, str(error) or "no answer in time")
        else:
            log.error("linked repositories of %s: the answer could not be read", id, exc_info=error)

    async def _kept(self, id: PaperId) -> _Kept | None:
        """The newest cached answer, of today or of yesterday."""
        now = self._clock.now()
        found = await asyncio.gather(*(self._storage.get(_key(day, id)) for day in (now, now - KEPT)))
        return next((msgspec.json.decode(value, type=_Kept) for value in found if value), None)

    async def _tidy(self, now: datetime) -> None:
        """Once a day, delete answers that are too old to be shown."""
        today, oldest = _key(now, ""), _key(now - KEPT, "")
        if self._tidied == today:
            return
        self._tidied = today
        for key, _ in await self._storage.scan(""):
            if key < oldest:
                await self._storage.delete(key)


async def nothing(id: PaperId) -> LinkedRepos:
    """Used where Hugging Face is turned off."""
    return LinkedRepos()


def parse(body: bytes, where: str, url: str) -> LinkedRepos:
    """The repositories in an answer of `/api/papers/{id}`; one that can't be read is left out."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{where} sent broken JSON ({error}).", "It is fetched again later.") from error
    if not isinstance(answer, dict):
        raise Malformed(f"{where} isn't a paper.", "It is fetched again later.")
    found, counts = list[tuple[LinkedRepo, ...]](), list[int]()
    for kind, folder in (("Models", ""), ("Datasets", "/datasets"), ("Spaces", "/spaces")):
        known = _resources(answer.get(f"linked{kind}"), f"{url}{folder}")
        found.append(known[:MAX_SHOWN])
        counts.append(max(parse_count(answer.get(f"numTotal{kind}")), len(known)))
    return LinkedRepos(models=found[0], datasets=found[1], spaces=found[2], counts=(counts[0], counts[1], counts[2]))


def _resources(raw: Any, folder: str) -> tuple[LinkedRepo, ...]:
    """The most liked first. A name that would lead elsewhere than to its own page is left out."""
    known = (one for one in (raw if isinstance(raw, list) else []) if isinstance(one, dict) and not one.get("private"))
    found = [
        LinkedRepo(name=name, url=f"{folder}/{name}", likes=parse_count(one.get("likes")))
        for one in known
        if (name := text_or_empty(one.get("id"))) and _NAME.fullmatch(name)
    ]
    return tuple(sorted(found, key=lambda one: -one.likes))


def _key(at: datetime, id: PaperId) -> str:
    return f"{at.date().isoformat()}/{id}"
