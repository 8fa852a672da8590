"""Keeping Paperboy running: each job a loop of its own, so that none waits for another."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any

from bot.app.ahead import Ahead
from bot.app.build import App
from bot.app.first_run import Welcome, welcome
from bot.app.health import Health
from bot.app.operations import Operations
from bot.chat.adapter import CanListen
from bot.delivery.reconcile import recount
from bot.errors import PaperboyError

log = logging.getLogger(__name__)

PLAN_EVERY = 5.0  # seconds; a post is late by so much at most
IMPROVE_EVERY = 30.0
AHEAD_EVERY = 2.0
REFRESH_EVERY = 30.0  # vectors that another process made
TIDY_EVERY = 3_600.0
IMPROVED_DAYS = 3  # Claude is asked for the lines of the newest lists
MOST_IMPROVED = 40


class Role(Enum):
    """What this process does: everything, or its part beside others on the same store."""

    ALL = "all"
    LISTEN = "listen"
    DELIVER = "deliver"


async def serve(
    app: App, role: Role, *, ready: Callable[[], Coroutine[Any, Any, None]], welcomed: Callable[[Welcome], None]
) -> None:
    """Run until SIGINT or SIGTERM; then finish what is under way, and hand back the rest."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    # What is loaded by now stays for good. Python's collector looked through it every few seconds: 50 ms each time.
    gc.collect()
    gc.freeze()
    app.health.listens = role is not Role.DELIVER
    operations = Operations(app.store, app.health, app.clock)
    if app.settings.operations.port:
        await operations.start(app.settings.operations.host, app.settings.operations.port)
    # Votes are heard in one process and news of papers in another: cards are kept up to date by both.
    listening = [asyncio.create_task(app.refresher.run(stop))]
    if role is not Role.DELIVER:
        listening += [asyncio.create_task(job) for job in _listeners(app, stop)]
    working = [asyncio.create_task(job) for job in _work(app, stop, welcomed)] if role is not Role.LISTEN else []
    said = asyncio.create_task(ready())
    ended = asyncio.create_task(stop.wait())
    await asyncio.wait([ended, *listening, *working], return_when=asyncio.FIRST_COMPLETED)
    stop.set()  # a part that ended by itself takes the rest along, and its error is raised below
    for task in (*listening, said, ended):
        task.cancel()
    results = await asyncio.gather(*listening, *working, said, ended, return_exceptions=True)
    await operations.aclose()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result


async def until_idle(app: App) -> tuple[int, int]:
    """Look, plan and deliver what is due now; returns how many posts were planned and sent."""
    await app.intake.look()
    planned = await app.planner.plan_due()
    sent = await app.dispatcher.deliver_due()
    await app.refresher.settle()
    return planned, sent


def _listeners(app: App, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """Who answers knows the newest vectors."""
    adapters = [adapter for adapter in app.adapters.values() if isinstance(adapter, CanListen)]
    vectors = _every(app.health, stop, "vectors", REFRESH_EVERY, app.search.refresh)
    return [vectors, *(adapter.listen(app.core) for adapter in adapters)]


def _work(app: App, stop: asyncio.Event, welcomed: Callable[[Welcome], None]) -> list[Coroutine[Any, Any, None]]:
    every = partial(_every, app.health, stop)
    look_every = timedelta(minutes=app.settings.sources.every_minutes).total_seconds()

    async def first() -> None:
        welcomed(await welcome(app))
        await asyncio.gather(
            _once(stop, app.refresher.catch_up()),
            _once(stop, recount(app.store, app.posting, app.clock, app.refresher.changed, app.emojis)),
            every("planning", PLAN_EVERY, app.planner.plan_due),
            every("sources", look_every, app.intake.look, wait=True),
            every("meaning", PLAN_EVERY, lambda: app.search.embed_pending(until=stop.is_set)),
            every("lines", IMPROVE_EVERY, lambda: _improve(app)),
            every("lines ahead", AHEAD_EVERY, Ahead(app).step),
            every("tidying", TIDY_EVERY, app.presence.tidy),
            every("places", TIDY_EVERY, app.presence.look_again),
        )

    return [first(), app.dispatcher.run(stop)]


async def _once(stop: asyncio.Event, job: Coroutine[Any, Any, object]) -> None:
    """Do a job beside the others, unless the stop comes first; what fails is logged."""
    task, stopped = asyncio.create_task(job), asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    for other in (task, stopped):
        other.cancel()
    (result, _) = await asyncio.gather(task, stopped, return_exceptions=True)
    if isinstance(result, Exception):
        log.error("a job failed", exc_info=result)


async def _every(
    health: Health,
    stop: asyncio.Event,
    name: str,
    seconds: float,
    job: Callable[[], Awaitable[object]],
    *,
    wait: bool = False,
) -> None:
    """Do a job again and again. What fails is logged and tried the next time: this loop must survive."""
    while not stop.is_set():
        if not wait:
            try:
                await job()
            except PaperboyError as error:
                log.error("%s: %s", name, error)
            except Exception:
                log.exception("%s failed; it is tried again in %.0f s", name, seconds)
        wait = False
        health.beat(name, seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)


async def _improve(app: App) -> None:
    """Better lines for the newest papers, where somebody can write them; their cards follow."""
    names = [source.name for source in app.intake.sources]
    today = app.clock.now().date()
    listed = await app.store.papers.listed_between(names, today - timedelta(days=IMPROVED_DAYS), today)
    papers = [item.paper for item in reversed(listed)][:MOST_IMPROVED]
    for language in sorted({"en"} | {s.language for s in await app.store.subscriptions.running()}):
        await app.refresher.listed_anew(await app.lines.improve(papers, language))
