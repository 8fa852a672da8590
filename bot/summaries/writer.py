"""What writes lines, when there is something that can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.errors import ModelError
from bot.papers.model import Paper


class Unanswerable(ModelError):
    """The model will not write about this paper: asking again costs, and brings nothing."""


class KeyRefused(ModelError):
    """Nothing will be written until somebody mends the key."""


class Writer(Protocol):
    """A language model that is asked for one line a paper."""

    @property
    def model(self) -> str: ...

    @property
    def prompt(self) -> str:
        """A hash of what it is asked: another question may get another line."""
        ...

    async def write(self, paper: Paper, language: str, failures: Sequence[str] = ()) -> str:
        """A line; `failures` says what was wrong with the one before. Raises `ModelError`."""
        ...

    async def aclose(self) -> None: ...
