"""Keeping Paperboy running: each job is a separate, supervised task; none waits for another or fails with it."""

import asyncio
import ctypes
import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from functools import partial

from bot.app.build import App
from bot.app.first_run import Welcome, welcome
from bot.app.operations import Operations
from bot.chat.adapter import CanListen
from bot.delivery.dispatch import GRACE_S
from bot.errors import ConfigError
from bot.tasks import Job

SUMMARIES_AT_ONCE = 50  # papers; takes a tenth of a second
PLAN_EVERY_S = 5.0  # a post is late by this much at most
IMPROVE_EVERY_S = 30.0
AHEAD_EVERY_S = 2.0
INDEX_EVERY_S = 1.0  # papers that other processes store are found this much later at most
REFRESH_EVERY_S = 30.0
PICTURES_EVERY_S = 5.0
FIGURES_EVERY_S = 15.0  # two requests of arXiv's one in three seconds
TIDY_EVERY_S = 3_600.0
MEMORY_EVERY_S = 60.0
ACCESS_EVERY_S = 600.0  # for places that became usable without an event that says so
HAND_BACK_S = 5.0  # to store the state of posts that a stop interrupts
IMPROVED_DAYS = 3  # newest lists for which Claude is asked for summaries
MOST_IMPROVED = 40


class Ahead:
    """Makes the summaries of all papers ahead of time, newest first, so that a page of fifty needn't make fifty. Papers
    that arrive later get theirs when they are shown."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._done: int | None = 0  # papers done so far; None: all

    async def step(self) -> None:
        """Summarize the next papers."""
        if self._done is None:
            return
        papers = self._app.store.papers
        ids = await papers.newest_ids(SUMMARIES_AT_ONCE, offset=self._done)
        await self._app.lines.of(list((await papers.get_papers(ids)).values()))
        self._done = self._done + len(ids) if len(ids) == SUMMARIES_AT_ONCE else None


class Role(Enum):
    """The work of this process: everything, or one part while other processes do the rest."""

    ALL = "all"
    LISTEN = "listen"
    DELIVER = "deliver"


async def serve(app: App, role: Role, *, ready: Job, welcomed: Callable[[Welcome], None]) -> None:
    """Run until SIGINT or SIGTERM; then finish what is under way and release the rest.

    Raises `ConfigError` when no adapter can listen with these settings, or the operations port is taken.
    """
    tasks = app.tasks
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, tasks.stopping.set)
    # What is loaded by now stays. Without freezing it, the garbage collector takes 50 ms every few seconds.
    gc.collect()
    gc.freeze()
    app.health.listens = role is not Role.DELIVER
    tasks.start_repeating("unused memory", return_unused_memory, MEMORY_EVERY_S)
    operations = Operations(app.store, app.health, app.clock)
    if app.settings.operations.port:
        await operations.start(app.settings.operations.host, app.settings.operations.port)
    listeners = Listeners(app)
    # One process hears votes, another fetches papers: both update cards.
    tasks.start("card updates", app.card_updater.run)
    tasks.start_repeating("search index", app.search.update_index, INDEX_EVERY_S)
    if role is not Role.DELIVER:
        tasks.start_repeating("vectors of other processes", app.search.load_new_vectors, REFRESH_EVERY_S)
        tasks.start("votes after a gap", app.recounter.run)
        listeners.start()
    if role is not Role.LISTEN:
        tasks.start("posting", lambda: app.dispatcher.run(tasks.stopping), finish_s=GRACE_S + HAND_BACK_S)
        _start_work(app, welcomed)
    tasks.start("start-up notice", ready, may_end=True)
    await tasks.stopping.wait()
    await tasks.aclose()
    await operations.aclose()
    listeners.raise_if_none_could_start()


async def return_unused_memory() -> None:
    """Give the system what was freed: glibc keeps it, after a model was loaded some 20 MB."""
    with suppress(AttributeError, OSError):  # another C library
        await asyncio.to_thread(ctypes.CDLL(None).malloc_trim, 0)


async def until_idle(app: App) -> tuple[int, int]:
    """Fetch, plan and deliver what is due now; returns how many posts were planned and sent."""
    await app.intake.fetch_all()
    planned = await app.planner.plan_due()
    sent = await app.dispatcher.deliver_due()
    await app.card_updater.edit_changed()
    return planned, sent


class Listeners:
    """The adapters that listen. One with a wrong setting is reported and retried; if all are, the process ends."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._adapters = {name: one for name, one in app.adapters.items() if isinstance(one, CanListen)}
        self._refused: dict[str, ConfigError] = {}

    def start(self) -> None:
        for name, adapter in self._adapters.items():
            self._app.tasks.start(f"{name} listening", partial(self._listen, name, adapter))

    def raise_if_none_could_start(self) -> None:
        if self._refused and len(self._refused) == len(self._adapters):
            raise next(iter(self._refused.values()))

    async def _listen(self, name: str, adapter: CanListen) -> None:
        try:
            await adapter.listen(self._app.core)
        except ConfigError as error:
            self._refused[name] = error
            if len(self._refused) == len(self._adapters):
                self._app.tasks.stopping.set()
            raise


def _start_work(app: App, welcomed: Callable[[Welcome], None]) -> None:
    """Start what fetches, plans and updates, after the first fetch, whether or not that succeeded."""
    tasks, every = app.tasks, app.tasks.start_repeating
    started = False

    def start_rest() -> None:
        nonlocal started
        if started or tasks.stopping.is_set():
            return
        started = True
        look_every_s = timedelta(minutes=app.settings.sources.every_minutes).total_seconds()
        tasks.start("cards after a restart", app.card_updater.note_recent_votes, may_end=True)
        every("planning", app.planner.plan_due, PLAN_EVERY_S)
        every("sources", app.intake.fetch_all, look_every_s, wait_first=True)
        every("embedding", lambda: app.search.embed_missing(until=tasks.stopping.is_set), PLAN_EVERY_S)
        every("summaries", lambda: _improve(app), IMPROVE_EVERY_S)
        every("summaries ahead", Ahead(app).step, AHEAD_EVERY_S)
        names = [source.name for source in app.intake.sources]
        every("pictures", lambda: app.pictures.fetch_next(names), PICTURES_EVERY_S)
        every("figures", lambda: app.pictures.fetch_next_figure(names), FIGURES_EVERY_S)
        every("clean-up", app.availability.forget_departed, TIDY_EVERY_S)
        every("access checks", app.availability.release_open_places, ACCESS_EVERY_S)

    async def first() -> None:
        try:
            welcomed(await welcome(app))
        finally:
            start_rest()

    tasks.start("first papers", first, may_end=True)


async def _improve(app: App) -> None:
    """Request better summaries for the newest papers from a model, and update their cards."""
    names = [source.name for source in app.intake.sources]
    today = app.clock.now().date()
    listed = await app.store.papers.listed_between(names, today - timedelta(days=IMPROVED_DAYS), today)
    papers = [item.paper for item in reversed(listed)][:MOST_IMPROVED]
    for language in sorted({"en"} | {s.language for s in await app.store.subscriptions.running()}):
        await app.card_updater.note_papers(await app.lines.improve(papers, language))
