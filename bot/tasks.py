"""One supervisor for everything that runs for long: what fails is restarted, logged once, counted, and told to health.

An adapter finds it in `Setup.tasks`. Give each task a name that starts with the adapter's:

    self._tasks.start("slack token renewal", self._renew_tokens)          # runs until cancelled; restarted when it ends
    self._tasks.start("discord recount", self._recount, may_end=True)     # until it has returned once
    self._tasks.start_repeating("site votes", self._read_votes, every_s=2.0)

Each returns an `asyncio.Task`; to stop it, cancel it and await it (the supervisor cancels those that are left). Inside
a task group of your own use the coroutines instead: `group.create_task(tasks.keep_running("email queue", self._send))`.
A part that is called rather than run tells how it went with `note_success` and `note_failure`.

`listen` itself is supervised by the core: let it raise, and it is called again. Short work for one event needs none of
this. What is started here must bear being started again after any exception, and must not swallow `CancelledError`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from attrs import define, field

from bot.clock import Clock
from bot.errors import ConfigError, PaperboyError
from bot.metrics import TASK_RESTARTS

log = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0  # after a first failure, doubled each time; half of it to one and a half times as much is waited
LONGEST_WAIT_S = 60.0
STEADY_S = 30.0  # a task that runs for so long after a restart is back
UNREADY_AFTER_FAILURES = 3  # in a row; a `ConfigError` counts at once, because waiting does not mend it
STUCK_AFTER_INTERVALS = 4  # of a repeated task without a word from it
STUCK_ALLOWANCE = timedelta(seconds=60)  # a busy machine is not a stuck task
ROUND_S = 5.0  # what a stop leaves to a round of a repeated task that is under way
CLEAN_UP_S = 10.0  # and to every task that is cancelled
MAX_REASON_CHARS = 200

Job = Callable[[], Awaitable[object]]


class EndedEarly(PaperboyError):
    """A task that should run until it is cancelled returned."""


@define(eq=False)
class Supervisor:
    """Runs named tasks and knows how each of them stands."""

    _clock: Clock
    _draw: Callable[[], float] = random.random  # gives the jitter: numbers from 0 to 1
    _states: dict[str, _State] = field(init=False, factory=dict)
    _started: dict[asyncio.Task[None], float] = field(init=False, factory=dict)
    """Seconds that a stop leaves to what each task does."""
    stopping: asyncio.Event = field(init=False, factory=asyncio.Event)
    """For a task that ends in its own way (`finish_s`)."""

    def start(self, name: str, job: Job, *, may_end: bool = False, finish_s: float = 0.0) -> asyncio.Task[None]:
        """Run `job` until it is cancelled, and again whenever it fails or returns; with `may_end` until it returns.

        `finish_s`: for a task that watches `stopping` and ends by itself: when it is cancelled if it does not.
        """
        return self._start(name, self.keep_running(name, job, may_end=may_end), finish_s)

    def start_repeating(self, name: str, job: Job, every_s: float, *, wait_first: bool = False) -> asyncio.Task[None]:
        """Call `job` again and again, `every_s` seconds after it returned, sooner after a failure."""
        return self._start(name, self.repeat(name, job, every_s, wait_first=wait_first), ROUND_S)

    async def keep_running(self, name: str, job: Job, *, may_end: bool = False) -> None:
        """What `start` runs, for a task of your own."""
        state = self._state(name)
        state.running = asyncio.current_task()
        try:
            while not self.stopping.is_set():
                error = await self._attempt(state, job)
                if error is None and may_end:
                    state.works()
                    return
                if self.stopping.is_set():
                    return
                state.failed(error or EndedEarly("It ended without being asked to."), self._clock.now())
                await self._clock.sleep(self._wait_s(state))
                TASK_RESTARTS.labels(name).inc()
        finally:
            self._forget(name, state)

    async def repeat(self, name: str, job: Job, every_s: float, *, wait_first: bool = False) -> None:
        """What `start_repeating` runs, for a task of your own."""
        state, wait_s = self._state(name), every_s
        state.running = asyncio.current_task()
        try:
            while not self.stopping.is_set():
                if not wait_first:
                    wait_s = await self._once(state, job, every_s)
                if self.stopping.is_set():
                    return
                wait_first = False
                allowed = STUCK_AFTER_INTERVALS * timedelta(seconds=every_s) + STUCK_ALLOWANCE
                state.expected_by = self._clock.now() + allowed
                await self._clock.sleep(wait_s)
        finally:
            self._forget(name, state)

    def note_failure(self, name: str, error: BaseException) -> None:
        """Tell that something that is called, rather than run, failed; logged once until it works again."""
        self._state(name).failed(error, self._clock.now())

    def note_success(self, name: str) -> None:
        """Tell that it works."""
        if state := self._states.get(name):
            state.works()

    def failing(self) -> Mapping[str, str]:
        """The tasks that keep failing, each with the reason: for `/readyz`."""
        return {name: state.told() for name, state in self._states.items() if state.is_failing}

    def stuck(self) -> Mapping[str, str]:
        """The repeated tasks that have not come round for far too long: for `/healthz`, a restart is the cure."""
        now = self._clock.now()
        return {name: "stuck" for name, state in self._states.items() if state.expected_by and now > state.expected_by}

    async def aclose(self) -> None:
        """Stop all: at once, but for what is under way in tasks that have time to finish it."""
        self.stopping.set()
        busy = {state.running for state in self._states.values() if state.busy}
        started, loop = dict(self._started), asyncio.get_running_loop()
        for task, finish_s in started.items():
            if task in busy and finish_s:
                loop.call_later(finish_s, task.cancel)
            else:
                task.cancel()
        if started:
            _, late = await asyncio.wait(started, timeout=max(started.values()) + CLEAN_UP_S)
            if late:
                log.error("did not stop in time: %s", ", ".join(sorted(task.get_name() for task in late)))

    def _start(self, name: str, work: Coroutine[None, None, None], finish_s: float) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._started[task] = finish_s
        task.add_done_callback(lambda done: self._started.pop(done, None))
        return task

    def _state(self, name: str) -> _State:
        return self._states.setdefault(name, _State(name))

    def _forget(self, name: str, state: _State) -> None:
        if self._states.get(name) is state:
            del self._states[name]

    def _wait_s(self, state: _State) -> float:
        doubled = FIRST_WAIT_S * 2.0 ** min(state.failures - 1, 16)
        return min(doubled, LONGEST_WAIT_S) * (0.5 + self._draw())

    async def _once(self, state: _State, job: Job, every_s: float) -> float:
        """Call a repeated job; returns the seconds until the next call."""
        if state.failures:
            TASK_RESTARTS.labels(state.name).inc()
        state.busy = True
        error = await _outcome(job)
        state.busy = False
        if error is None:
            state.works()
        else:
            state.failed(error, self._clock.now())
        return min(every_s, self._wait_s(state)) if error else every_s

    async def _attempt(self, state: _State, job: Job) -> BaseException | None:
        """Run a job to its end; the error that ended it. After a failure, it is back once it ran for `STEADY_S`."""
        state.busy = True
        attempt = asyncio.create_task(_outcome(job), name=state.name)
        steady = asyncio.create_task(self._clock.sleep(STEADY_S)) if state.failures else None
        try:
            if steady:
                await asyncio.wait({attempt, steady}, return_when=asyncio.FIRST_COMPLETED)
                if not attempt.done():
                    state.works()
            error = await attempt
            if (me := asyncio.current_task()) and me.cancelling():
                raise asyncio.CancelledError  # the job swallowed it
            return error
        finally:
            state.busy = False
            for task in filter(None, (attempt, steady)):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


@define(eq=False)
class _State:
    """How one task stands."""

    name: str
    failures: int = 0  # in a row
    error: BaseException | None = None  # the latest of them
    since: datetime | None = None  # the first of them
    expected_by: datetime | None = None  # when a repeated task should have come round
    busy: bool = False  # a repeated task's job is under way
    running: asyncio.Task[object] | None = None

    @property
    def is_failing(self) -> bool:
        return self.failures >= UNREADY_AFTER_FAILURES or isinstance(self.error, ConfigError)

    def failed(self, error: BaseException, now: datetime) -> None:
        self.failures += 1
        self.error = error
        if self.failures == 1:
            self.since = now
            trace = None if isinstance(error, PaperboyError) else error
            log.error("%s failed and is tried again: %s", self.name, _reason(error), exc_info=trace)

    def works(self) -> None:
        if self.failures:
            log.warning("%s works again after %d failures", self.name, self.failures)
        self.failures, self.error, self.since = 0, None, None

    def told(self) -> str:
        return f"failing since {self.since:%Y-%m-%d %H:%M} UTC: {_reason(self.error)}"


def _reason(error: BaseException | None) -> str:
    said = str(error) if isinstance(error, PaperboyError) else f"{type(error).__name__}: {error}"
    return said[:MAX_REASON_CHARS]


async def _outcome(job: Job) -> BaseException | None:
    """The error that a job ends with, whatever it is: `sys.exit` in a plug-in must not end the process."""
    try:
        await job()
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        return error  # a task of the job's own was cancelled
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is logged and told by who asked
        return error
    return None
