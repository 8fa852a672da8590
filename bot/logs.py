"""Log lines for people or for programs; each names the delivery it is about, also those of other libraries.

A line is one line: control characters in a path, a title or a name are escaped, so that no one can forge a second one.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TypeAlias

_DELIVERY: ContextVar[str] = ContextVar("delivery", default="")
# C0 and C1, line and paragraph separators, and what turns the direction of text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TRACE_INDENT = "    "  # before each line of a traceback: none can look like a log line

Format = Literal["text", "json"]
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@contextmanager
def delivery(key: str) -> Iterator[None]:
    """Everything logged inside, by Paperboy or by a platform's library, names this delivery key."""
    token = _DELIVERY.set(key)
    try:
        yield
    finally:
        _DELIVERY.reset(token)


def set_up(form: Format, *, verbose: bool) -> None:
    """Log to stderr: warnings and errors, with `verbose` everything that Paperboy does."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(_name_delivery)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)


def escape_controls(text: str) -> str:
    """The text with its control characters as they are written in Python: a line feed as `\\n`."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _name_delivery(record: logging.LogRecord) -> bool:
    record.delivery = _DELIVERY.get()
    return True


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = escape_controls(record.message)
        key = getattr(record, "delivery", "")
        line = super().formatMessage(record)
        return f"{line} [{key}]" if key and key not in line else line

    def formatException(self, ei: ExcInfo) -> str:
        return "\n".join(TRACE_INDENT + escape_controls(line) for line in super().formatException(ei).split("\n"))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": escape_controls(record.getMessage()),
            "delivery": getattr(record, "delivery", ""),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in entry.items() if value})
