"""The process that parses files from strangers: jobs on stdin, answers on stdout, one after another.

What holds it, in this order: an empty environment and no descriptor but the three standard ones; after everything is
imported, no further descriptor may be opened (`RLIMIT_NOFILE`), so the kernel refuses files and connections alike; an
audit hook refuses them as well, and other processes, where there are no such limits (Windows) or where root could raise
them; limits of memory, and of processor time for each job.
"""

import importlib
import sys
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from math import ceil
from typing import Any

import msgspec
from msgspec.structs import replace

from bot.errors import Malformed
from bot.sources.sandbox import LENGTH_BYTES, MAX_SECONDS, Answer, Job

MAX_MEMORY_BYTES = 768_000_000  # of address space, the interpreter's own included
MAX_CPU_SHARE = 0.5  # of the seconds by the clock; arXiv's longest list and a long PDF take 5
MAX_GROWTH_BYTES = 200_000_000  # a process that a job made grow by more ends after it, and a fresh one follows
MAX_RECURSION = 500
_PRELOADED = {
    "feeds": ("feedparser", "bot.sources.arxiv", "bot.sources.feeds", "_strptime", "xml.sax.expatreader"),
    "texts": ("pypdf",),
}
_REFUSED_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.", "open")


def main() -> None:
    """Parse job after job until stdin ends."""
    parsers = preload(sys.argv[1])
    confine()
    start_bytes = _peak_bytes()  # not zero: Linux counts what the parent held when it started this process
    sys.setrecursionlimit(MAX_RECURSION)
    sys.stdout.buffer.write(bytes(LENGTH_BYTES))
    sys.stdout.buffer.flush()
    while header := sys.stdin.buffer.read(LENGTH_BYTES):
        job = msgspec.msgpack.decode(sys.stdin.buffer.read(int.from_bytes(header)), type=Job)
        _limit_cpu(ceil(MAX_SECONDS[job.kind] * MAX_CPU_SHARE))
        done = answer(parsers[job.kind], job)
        is_last = _peak_bytes() - start_bytes > MAX_GROWTH_BYTES
        message = msgspec.msgpack.encode(replace(done, is_last=is_last))
        sys.stdout.buffer.write(len(message).to_bytes(LENGTH_BYTES) + message)
        sys.stdout.buffer.flush()
        if is_last:
            return


def answer(parse: Callable[[Job], Any], job: Job) -> Answer:
    """The result of a job, or why there is none."""
    try:
        return Answer(result=msgspec.msgpack.encode(parse(job)))
    except Malformed as error:
        return Answer(message=error.message, hint=error.hint)
    except Exception as error:  # noqa: BLE001 - a parser may fail in any way on a stranger's file
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return Answer(message=f"This {job.kind} can't be read ({reason}).", hint="It is skipped.")


def preload(group: str) -> dict[str, Callable[[Job], Any]]:
    """Import everything that parsing needs, as nothing can be opened later; the parsers by kind of job."""
    from bot.papers.latex_macros import symbols  # noqa: PLC0415

    symbols()
    for name in files("bot.sources").joinpath("charsets.txt").read_text("ascii").split():
        importlib.import_module(f"encodings.{name}")
        "".encode(name.replace("_", "-")) if name not in {"charmap", "idna"} else None
    for module in _PRELOADED[group]:
        importlib.import_module(module)
    return feed_parsers() if group == "feeds" else text_parsers()


def feed_parsers() -> dict[str, Callable[[Job], Any]]:
    """The parsers of lists, by kind of job."""
    from bot.sources.arxiv import parse_announcements, parse_api_response  # noqa: PLC0415
    from bot.sources.feeds import parse_feed  # noqa: PLC0415
    from bot.sources.source import Batch  # noqa: PLC0415

    def dated(parse: Callable[..., Batch], **more: Callable[[Job], object]) -> Callable[[Job], Batch]:
        return lambda job: parse(job.page, job.day, **{name: value(job) for name, value in more.items()})

    return {
        "feed": dated(parse_feed, source=lambda job: job.source),
        "announcements": dated(parse_announcements, cross_lists=lambda job: job.cross_lists),
        "api": lambda job: parse_api_response(job.page),
    }


def text_parsers() -> dict[str, Callable[[Job], Any]]:
    """The parsers of whole papers and their pictures, by kind of job."""
    from bot.sources import picture  # noqa: PLC0415
    from bot.sources.full_text import figures, html, pdf  # noqa: PLC0415

    picture.load_decoders()
    return {
        "html": lambda job: html.passages_of(job.page.body),
        "pdf": lambda job: pdf.passages_of(job.page.body),
        "picture": lambda job: picture.small_jpeg(job.page.body),
        "figures": lambda job: figures.figures_of(job.page.body),
        "figure": lambda job: picture.small_jpeg(job.page.body, picture.FIGURE_PX),
    }


def confine() -> None:
    """Give up what parsing doesn't need; there is no way back."""
    if find_spec("resource") is not None:
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    sys.addaudithook(_refuse)


def _refuse(event: str, _: object) -> None:
    if event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"{event} is refused here")


def _limit_cpu(seconds: int) -> None:
    """So much processor time from now on; the kernel ends the process that takes more."""
    if (resource := sys.modules.get("resource")) is not None:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        end = int(spent.ru_utime + spent.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _peak_bytes() -> int:
    """The most memory that this process ever held; 0 where the system doesn't say."""
    resource = sys.modules.get("resource")
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024 if resource else 0


if __name__ == "__main__":
    main()
