"""What writes lines and answers, when there is something that can."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from bot.errors import ModelError
from bot.papers.model import Paper
from bot.store.records import SummaryRequest


class Unanswerable(ModelError):
    """The model will not write about this paper: asking again costs, and brings nothing."""


class KeyRefused(ModelError):
    """Nothing will be written until somebody mends the key."""


class Usage(Struct, frozen=True, kw_only=True):
    """What answers took, in tokens."""

    requests: int = 1
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            requests=self.requests + other.requests,
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
        )


Spend: TypeAlias = Callable[[Usage], Awaitable[None]]
"""Told what each answer took, whatever it is worth."""


class Written(Struct, frozen=True, kw_only=True):
    """What came of one request of a batch; neither text nor reason: nothing yet, it may be asked anew."""

    text: str = ""
    why_not: str = ""  # asking again brings nothing
    usage: Usage | None = None


class Reply(Struct, frozen=True, kw_only=True):
    """An answer as the model gave it, unchecked."""

    found: bool
    answer: str
    quote: str


class Writer(Protocol):
    """A language model that is asked for one line a paper."""

    @property
    def model(self) -> str: ...

    @property
    def prompt(self) -> str:
        """A hash of what it is asked: another question may get another line."""
        ...

    async def write(self, paper: Paper, language: str, failures: Sequence[str] = ()) -> str:
        """A line; `failures` says what was wrong with the one before. Raises `ModelError`, as all verbs do."""
        ...

    async def reply(self, text: str, question: str) -> Reply:
        """An answer from a text."""
        ...

    async def send(self, requests: Mapping[str, SummaryRequest]) -> str:
        """Ask for many lines at a lower price; returns the name of the batch."""
        ...

    async def results(self, batch: str) -> dict[str, Written] | None:
        """What came of a batch, None while it is under way; what is missing may be asked for anew."""
        ...

    async def aclose(self) -> None: ...
