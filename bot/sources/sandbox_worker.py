"""The process that reads a stranger's file: a form's name as argument, the file on stdin, its passages on stdout."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import msgspec

MAX_MEMORY_BYTES = 768_000_000  # bytes of address space, the interpreter's own included
MAX_CPU_S = 15  # of processor time


def main() -> None:
    """Read one file."""
    _bound()
    body = sys.stdin.buffer.read()
    sys.setrecursionlimit(500)
    if sys.argv[1] == "pdf":
        from bot.sources.full_text.pdf import passages_of  # noqa: PLC0415 - only what is needed is loaded
    else:
        from bot.sources.full_text.html import passages_of  # noqa: PLC0415
    sys.stdout.buffer.write(msgspec.json.encode(passages_of(body)))


def _bound() -> None:
    """Where the system can hold us to it (not on Windows); whoever started us watches the clock too."""
    if find_spec("resource") is None:
        return
    import resource  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))


if __name__ == "__main__":
    main()
