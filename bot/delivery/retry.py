"""Asking a platform, whose adapter may fail in ways of its own, and asking it again when it wants us to wait."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from bot.clock import Clock
from bot.errors import Busy, PostError, Unsure
from bot.tasks import Supervisor

T = TypeVar("T")


async def call_fenced(
    tasks: Supervisor, name: str, request: Coroutine[None, None, T], limit_s: float | None = None
) -> T:
    """The result of a request to a platform, which has `limit_s` seconds to answer. Raises `PostError`, whatever goes
    wrong in the adapter; its own faults are noted under `name`."""
    try:
        async with asyncio.timeout(limit_s):
            return await request
    except TimeoutError as error:
        raise Unsure("The platform did not answer in time.") from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise Unsure("The adapter cancelled its own request.") from error  # a task of its own was cancelled
    except PostError:
        raise
    except Exception as error:
        # An adapter's own bug: it may have done its work before it broke.
        tasks.note_failure(name, error)
        raise Unsure(f"{type(error).__name__} in the adapter") from error


async def retry_when_free(clock: Clock, call: Callable[[], Awaitable[T]], *, max_wait_s: float = float("inf")) -> T:
    """The result of `call`; where the platform is busy, of a second call after the wait it asks for (at most
    `max_wait_s` seconds). Raises what `call` raises."""
    try:
        return await call()
    except Busy as error:
        await clock.sleep(min(error.retry_after, max_wait_s))
        return await call()
