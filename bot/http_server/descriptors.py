"""File descriptors: as many as the system grants, and one log line a minute when they run out."""

import asyncio
import logging
import sys
import time
from typing import Any

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

WANTED_DESCRIPTORS = 16_384
DEFAULT_DESCRIPTORS = 1_024  # on Windows, which has no such limit to raise
LOG_EVERY_S = 60.0
ACCEPT_FAILED = "socket.accept() out of system resource"  # asyncio's message for EMFILE and its kind


def raise_descriptor_limit() -> int:
    """Raise this process's soft limit as far as the hard limit and `WANTED_DESCRIPTORS` allow; returns the limit."""
    if sys.platform == "win32":
        return DEFAULT_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(WANTED_DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


class AcceptErrorLog:
    """An exception handler for the event loop: asyncio reports each refused accept, many a second, with a traceback."""

    def __init__(self) -> None:
        self._next_line = 0.0
        self._suppressed = 0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("message") != ACCEPT_FAILED:
            loop.default_exception_handler(context)
            return
        self._suppressed += 1
        if (now := time.monotonic()) < self._next_line:
            return
        log.error("connections are refused: %s (%d times)", context.get("exception"), self._suppressed)
        self._next_line, self._suppressed = now + LOG_EVERY_S, 0


def limit_accept_log(loop: asyncio.AbstractEventLoop) -> None:
    """Log asyncio's accept errors at most once a minute. Leaves a handler that someone else has set."""
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(AcceptErrorLog())
