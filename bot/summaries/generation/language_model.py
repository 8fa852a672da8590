"""The protocol of a language model that writes summaries and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from bot.errors import ModelError
from bot.papers.model import Paper
from bot.store.records import SummaryRequest


class RefusedByModel(ModelError):
    """The model refuses to write about this paper; asking again costs and changes nothing."""


class ApiKeyRejected(ModelError):
    """The API key was rejected; nothing works until it is replaced."""


class TokenUsage(Struct, frozen=True, kw_only=True):
    """The tokens that some answers used."""

    requests: int = 1
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            requests=self.requests + other.requests,
            input=self.input + other.input,
            output=self.output + other.output,
            cache_read=self.cache_read + other.cache_read,
            cache_write=self.cache_write + other.cache_write,
        )


RecordUsage: TypeAlias = Callable[[TokenUsage], Awaitable[None]]
"""Records the tokens of each answer, useful or not."""


class BatchResult(Struct, frozen=True, kw_only=True):
    """The result of one request of a batch; neither text nor reason: no result, it may be requested again."""

    text: str = ""
    why_not: str = ""  # final: asking again changes nothing
    usage: TokenUsage | None = None


class ModelAnswer(Struct, frozen=True, kw_only=True):
    """An answer as the model returned it, unchecked."""

    found: bool
    answer: str
    quote: str


class LanguageModel(Protocol):
    """A language model that writes one summary per paper."""

    @property
    def model(self) -> str: ...

    @property
    def prompt(self) -> str:
        """A hash of the prompt: another prompt may give another summary."""
        ...

    async def write(self, paper: Paper, language: str, failures: Sequence[str] = ()) -> str:
        """A summary; `failures` says what was wrong with the one before. Raises `ModelError`, as all methods do."""
        ...

    async def reply(self, text: str, question: str) -> ModelAnswer:
        """An answer from a text."""
        ...

    async def send(self, requests: Mapping[str, SummaryRequest]) -> str:
        """Submit many requests at a lower price; returns the batch id."""
        ...

    async def results(self, batch: str) -> dict[str, BatchResult] | None:
        """The results of a batch, None while it is under way; missing ones may be requested again."""
        ...

    async def aclose(self) -> None: ...
