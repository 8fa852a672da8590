"""Asking a platform again when it wants us to wait."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock
from bot.errors import Busy

T = TypeVar("T")


async def retry_when_free(clock: Clock, call: Callable[[], Awaitable[T]], *, max_wait_s: float = float("inf")) -> T:
    """The result of `call`; where the platform is busy, of a second call after the wait it asks for (at most
    `max_wait_s` seconds). Raises what `call` raises."""
    try:
        return await call()
    except Busy as error:
        await clock.sleep(min(error.retry_after, max_wait_s))
        return await call()
