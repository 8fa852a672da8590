"""Progress of long work: a bar on a terminal, a line now and then when the output is piped."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.group import console

Advance = Callable[[int, int | None], None]
"""Called with the amount done and the total (None: unknown)."""

PROGRESS_LINE_EVERY_S = 10.0


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Show the progress of `what` on stderr."""
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        yield _lines(what)


def _lines(what: str) -> Advance:
    last = time.monotonic()

    def advance(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= PROGRESS_LINE_EVERY_S:
            last = time.monotonic()
            console.print(f"{what}: {done:,}" + (f" of {total:,}" if total else ""))

    return advance
