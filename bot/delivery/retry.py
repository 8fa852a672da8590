"""Asking a platform once more, when it wants us to wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock
from bot.errors import Busy

T = TypeVar("T")


async def patiently(clock: Clock, call: Callable[[], Awaitable[T]], *, most: float = float("inf")) -> T:
    """The result of `call`, made again after the wait that a `Busy` asks for, `most` seconds of it."""
    try:
        return await call()
    except Busy as error:
        await clock.sleep(min(error.retry_after, most))
        return await call()
