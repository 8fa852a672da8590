"""Log lines for people or for programs; each carries the delivery it is about, whoever wrote it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

_DELIVERY: ContextVar[str] = ContextVar("delivery", default="")

Form = Literal["text", "json"]


@contextmanager
def about(delivery: str) -> Iterator[None]:
    """Whatever is logged inside, by us or by a platform's library, names this delivery key."""
    token = _DELIVERY.set(delivery)
    try:
        yield
    finally:
        _DELIVERY.reset(token)


def set_up(form: Form, *, verbose: bool) -> None:
    """Logs on stderr: what an operator must know, or everything we do."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(_name_delivery)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)


def _name_delivery(record: logging.LogRecord) -> bool:
    record.delivery = _DELIVERY.get()
    return True


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        delivery = getattr(record, "delivery", "")
        line = super().format(record)
        return f"{line} [{delivery}]" if delivery and delivery not in line else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "delivery": getattr(record, "delivery", ""),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)
