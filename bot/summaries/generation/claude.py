"""The Anthropic API. The only module that imports the `anthropic` SDK, and only once a key is set.

The SDK's own retries are off: it would also repeat calls that may have been charged.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.store.records import SummaryBatch, SummaryRequest
from bot.summaries.generation import prompt
from bot.summaries.generation.api_errors import call_error, refusal
from bot.summaries.generation.language_model import (
    CallError,
    Completion,
    NoBatches,
    NothingDone,
    RefusedByModel,
    ResultsGone,
    TokenUsage,
)

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types.messages import MessageBatch

BATCH_TIMEOUT_S = 60.0  # for a batch or its results as a whole
ATTEMPTS = 3  # of a call that surely did nothing: too many requests, overloaded, no connection
PAUSE_S = 0.5  # before the second attempt, doubled before the third
LONGEST_PAUSE_S = 2.0  # a server that asks for more is left alone; the circuit breaker knows for how long
CLOCK_SKEW = timedelta(minutes=5)  # between our clock and the API's
BATCHES_PER_PAGE = 100
MISSING = {404, 405, 501}  # no such batch; or no batches at all, on another server with this API
USAGE_FIELDS = {"input": "input_tokens", "output": "output_tokens"}
USAGE_FIELDS |= {"cache_read": "cache_read_input_tokens", "cache_write": "cache_creation_input_tokens"}
ACCEPTED_STOPS = {"end_turn", "stop_sequence"}


class ClaudeModel:
    """Claude, which writes summaries and answers. Each method that calls it raises `CallError`."""

    def __init__(self, key: str, model: str, url: str = "", *, thinking: bool = False, timeout_s: float = 20.0) -> None:
        self._key = key
        self._url = url
        self._thinking = thinking
        self._timeout_s = timeout_s
        self.model = model
        self.prompt = prompt.fingerprint(thinking=thinking)  # another prompt may give another summary

    def summary_request(self, request: SummaryRequest) -> dict[str, Any]:
        """What is sent for a summary."""
        return prompt.summary_request(self.model, request, thinking=self._thinking)

    def answer_request(self, text: str, question: str) -> dict[str, Any]:
        """What is sent for an answer from a text."""
        return prompt.answer_request(self.model, text, question, thinking=self._thinking)

    async def complete(self, request: dict[str, Any]) -> Completion:
        """The answer to a request."""
        for attempt in range(ATTEMPTS):
            try:
                async with _translated(self._timeout_s):
                    return _completion(await self._client.messages.create(**request))
            except NothingDone as error:
                pause = max(error.retry_after_s, PAUSE_S * 2**attempt)
                if attempt == ATTEMPTS - 1 or pause > LONGEST_PAUSE_S:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def send_batch(self, batch: SummaryBatch) -> str:
        """Submit many requests at a lower price; returns the provider's id."""
        rows = [
            {"custom_id": f"{batch.id}-{number}", "params": self.summary_request(request)}
            for number, request in enumerate(batch.requests)
        ]
        async with _translated(BATCH_TIMEOUT_S, on_missing=NoBatches("This server takes no batches.")):
            made = await self._client.messages.batches.create(requests=rows)  # type: ignore[arg-type]
            if not isinstance(made.id, str):
                raise CallError("Claude returned no batch id.", is_doubtful=True)
            return made.id

    async def find_batch(self, batch: SummaryBatch) -> str | None:
        """The provider's id of an unconfirmed batch; empty if it isn't there, None if that can't be said yet."""
        is_certain = True
        async with _translated(BATCH_TIMEOUT_S):
            async for found in self._client.messages.batches.list(limit=BATCHES_PER_PAGE):
                if found.created_at < batch.sent - CLOCK_SKEW:
                    break
                if found.created_at > batch.sent + CLOCK_SKEW or _count(found) != len(batch.requests):
                    continue
                if found.processing_status != "ended":
                    is_certain = False  # only results have the names of requests
                elif found.results_url and await self._is_of(found.id, batch):
                    return found.id
        return "" if is_certain else None

    async def batch_results(self, batch: SummaryBatch) -> list[Completion | CallError | None] | None:
        """The results in the order of the requests, None while it is under way. No result: not done, and not paid."""
        gone = ResultsGone(f"Claude no longer has batch {batch.provider_id}.", paid_share=1.0)
        async with _translated(BATCH_TIMEOUT_S, on_missing=gone):
            status = await self._client.messages.batches.retrieve(batch.provider_id)
            if status.processing_status != "ended":
                return None
            if not status.results_url:
                share = status.request_counts.succeeded / max(1, _count(status))
                raise ResultsGone(f"The results of batch {batch.provider_id} are archived.", paid_share=share)
            rows = await self._client.messages.batches.results(batch.provider_id)
            found = {row.custom_id: _result(row.result) async for row in rows}
        return [found.get(f"{batch.id}-{number}") for number in range(len(batch.requests))]

    async def aclose(self) -> None:
        if "_client" in self.__dict__:
            await self._client.close()

    async def _is_of(self, provider_id: str, batch: SummaryBatch) -> bool:
        async for row in await self._client.messages.batches.results(provider_id):
            return row.custom_id.startswith(f"{batch.id}-")
        return False

    @cached_property
    def _client(self) -> AsyncAnthropic:
        import anthropic  # noqa: PLC0415 - takes a second to load

        return anthropic.AsyncAnthropic(
            api_key=self._key, base_url=self._url or None, timeout=max(self._timeout_s, BATCH_TIMEOUT_S), max_retries=0
        )


@asynccontextmanager
async def _translated(timeout_s: float, *, on_missing: CallError | None = None) -> AsyncIterator[None]:
    """Bounds a call in time (seconds), and turns the SDK's errors into ours."""
    import anthropic  # noqa: PLC0415
    import httpx2  # noqa: PLC0415 - what breaks while results stream in comes as it is

    try:
        async with asyncio.timeout(timeout_s):  # a server may answer a byte at a time
            yield
    except TimeoutError as error:
        raise call_error(error) from error
    except anthropic.APIStatusError as error:
        is_missing = on_missing is not None and error.status_code in MISSING
        raise (on_missing if is_missing else call_error(error)) from error  # type: ignore[misc]
    except (anthropic.AnthropicError, httpx2.HTTPError, ValueError, TypeError, AttributeError) as error:
        raise call_error(error) from error


def _completion(answer: object) -> Completion:
    """The text of an answer. Raises `CallError` for an answer that isn't complete or was refused."""
    usage, stop, blocks = _usage(answer), getattr(answer, "stop_reason", None), getattr(answer, "content", None)
    if not isinstance(blocks, list):
        raise CallError("Claude's answer has an unexpected form.", is_doubtful=True)
    if stop == "refusal":
        raise RefusedByModel("Claude refused to write about this paper.", "", usage=usage)
    if stop not in ACCEPTED_STOPS:
        raise CallError(f"Claude's answer isn't complete ({str(stop)[:40]}).", usage=usage)
    text = "".join(str(getattr(block, "text", "")) for block in blocks if getattr(block, "type", "") == "text")
    return Completion(text=text, usage=usage)


def _result(result: object) -> Completion | CallError | None:
    """The result of one request of a batch; None if it wasn't done: errored, cancelled or expired."""
    match getattr(result, "type", ""):
        case "succeeded":
            try:
                return _completion(getattr(result, "message", None))
            except CallError as error:
                return error
        case "errored":
            found = getattr(getattr(result, "error", None), "error", None)
            return refusal(str(getattr(found, "message", "")))
    return None


def _count(batch: MessageBatch) -> int:
    counts = batch.request_counts
    return counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired


def _usage(answer: object) -> TokenUsage:
    """The tokens an answer used; missing figures count as zero."""
    found = {name: getattr(getattr(answer, "usage", None), field, 0) for name, field in USAGE_FIELDS.items()}
    return TokenUsage(**{name: count for name, count in found.items() if isinstance(count, int) and count > 0})
