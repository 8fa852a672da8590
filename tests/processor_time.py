"""Bounds on processor time that hold on a busy machine: for tests that hostile input can't make anything slow."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

MAX_RUNS = 8


def processor_s(call: Callable[[], object], *, enough: float = 0.0) -> float:
    """Seconds of this thread's processor time in the fastest of up to eight runs of `call`.

    It stops at the first run of at most `enough` seconds. The fastest run counts, other threads do not, and the
    garbage collector rests: what remains is the work that `call` itself does.
    """
    fastest, collecting = float("inf"), gc.isenabled()
    gc.disable()
    try:
        for _ in range(MAX_RUNS):
            began = time.thread_time()
            call()
            fastest = min(fastest, time.thread_time() - began)
            if fastest <= enough:
                break
    finally:
        if collecting:
            gc.enable()
    return fastest
