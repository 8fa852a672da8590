"""The table of what a test can do to this Discord, in the process or over HTTP: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.discord.server import Server

Op = Callable[..., Any]
OPS: dict[str, Op] = {}


def op(do: Op) -> Op:
    """Put an operation into the table under its own name."""
    OPS[do.__name__] = do
    return do


class NotOffered(Exception):
    """A person can't do this: no such command, button or right. Discord would not have shown it."""


__all__ = ["OPS", "NotOffered", "Op", "Server", "op"]
