"""The Anthropic API. The only module that imports the `anthropic` SDK, and only once a key is set.

Answers are parsed by hand and checked like anyone's: the SDK validates no answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from bot.errors import ModelError
from bot.papers.model import Paper
from bot.store.records import SummaryRequest
from bot.summaries.generation import prompt
from bot.summaries.generation.language_model import (
    ApiKeyRejected,
    BatchResult,
    ModelAnswer,
    RecordUsage,
    RefusedByModel,
    TokenUsage,
)
from bot.summaries.generation.sanitizing import paper_of

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

CEILING = 60.0  # seconds for one call, retries included
TIMEOUT = 20.0  # seconds; a later summary arrives with the next edit of the card
RETRIES = 2  # the SDK's own, for 408, 409, 429, 529 and 5xx
T = TypeVar("T")
LATER = "It will be retried later."


class _Line(Struct):
    line: str


class ClaudeModel:
    """Implements `bot.summaries.generation.language_model.Writer`."""

    def __init__(
        self, key: str, model: str, url: str = "", *, thinking: bool = False, spend: RecordUsage | None = None
    ) -> None:
        self._key = key
        self._url = url
        self._thinking = thinking
        self._spend = spend
        self.model = model
        self.prompt = prompt.fingerprint(thinking=thinking)

    async def write(self, paper: Paper, language: str, failures: Sequence[str] = ()) -> str:
        return _decoded(await self._ask(self._for(paper, language, failures)), _Line).line.strip()

    async def reply(self, text: str, question: str) -> ModelAnswer:
        request = prompt.answer_request(self.model, text, question, thinking=self._thinking)
        return _decoded(await self._ask(request), ModelAnswer)

    async def send(self, requests: Mapping[str, SummaryRequest]) -> str:
        async with _translated():
            batch = await self._client.messages.batches.create(
                requests=[
                    {"custom_id": name, "params": self._for(paper_of(asked), asked.language, asked.failures)}  # type: ignore[typeddict-item]
                    for name, asked in requests.items()
                ]
            )
            if not isinstance(batch.id, str):
                raise ModelError("Claude returned no batch id.", LATER)
            return batch.id

    async def results(self, batch: str) -> dict[str, BatchResult] | None:
        import anthropic  # noqa: PLC0415

        async with _translated():
            try:
                status = await self._client.messages.batches.retrieve(batch)
            except anthropic.NotFoundError:
                return {}  # deleted, or another account's
            if status.processing_status != "ended":
                return None
            if not status.results_url:
                return {}  # kept for 29 days only
            return {
                row.custom_id: _written(row.result) async for row in await self._client.messages.batches.results(batch)
            }

    async def aclose(self) -> None:
        if "_client" in self.__dict__:
            await self._client.close()

    def _for(self, paper: Paper, language: str, failures: Sequence[str]) -> dict[str, Any]:
        return prompt.summary_request(self.model, paper, language, failures, thinking=self._thinking)

    async def _ask(self, request: dict[str, Any]) -> object:
        async with _translated():
            answer: object = await self._client.messages.create(**request)
        if self._spend:
            await self._spend(_usage(answer))
        return answer

    @cached_property
    def _client(self) -> AsyncAnthropic:
        import anthropic  # noqa: PLC0415 - takes a second to load

        return anthropic.AsyncAnthropic(
            api_key=self._key, base_url=self._url or None, timeout=TIMEOUT, max_retries=RETRIES
        )


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Bounds a call in time, and turns the SDK's errors into ours."""
    import anthropic  # noqa: PLC0415
    import httpx2  # noqa: PLC0415 - what breaks while results stream in comes as it is

    try:
        async with asyncio.timeout(CEILING):  # a server may ask us to wait for hours, or answer a byte at a time
            yield
    except (anthropic.AuthenticationError, anthropic.PermissionDeniedError) as error:
        raise ApiKeyRejected("Claude rejected the API key.", "Check ANTHROPIC_API_KEY.") from error
    except (anthropic.BadRequestError, anthropic.UnprocessableEntityError) as error:
        raise _refusal(error.message) from error
    except TimeoutError as error:
        raise ModelError("Claude didn't answer in time.", LATER) from error
    except (anthropic.AnthropicError, httpx2.HTTPError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"Claude didn't answer ({type(error).__name__}).", LATER) from error


def _refusal(said: str) -> ModelError:
    """What a 400 means: rarely the paper, mostly the settings or an account without credit."""
    if "content filtering" in said.casefold():
        return RefusedByModel("Blocked by Anthropic's content filter.")
    return ModelError(f"Claude rejected the request: {said[:200]}", "Check the account's credit, and [summaries].")


def _written(result: object) -> BatchResult:
    """The result of one request of a batch."""
    kind = getattr(result, "type", "")
    if kind == "errored":
        error = getattr(getattr(result, "error", None), "error", None)
        refusal = _refusal(str(getattr(error, "message", "")))
        return BatchResult(why_not=str(refusal) if isinstance(refusal, RefusedByModel) else "")
    answer = getattr(result, "message", None)
    if kind != "succeeded" or answer is None:
        return BatchResult()  # cancelled or expired
    try:
        line = _decoded(answer, _Line).line.strip()
        return BatchResult(text=line, why_not="" if line else "Claude returned an empty summary.", usage=_usage(answer))
    except RefusedByModel as error:
        return BatchResult(why_not=str(error), usage=_usage(answer))
    except ModelError:
        return BatchResult(usage=_usage(answer))


def _decoded(answer: object, form: type[T]) -> T:
    """The JSON object in an answer; raises for a refusal, a cut answer or another form."""
    blocks = getattr(answer, "content", None)
    if not isinstance(blocks, list):
        raise ModelError("Claude's answer has an unexpected form.", LATER)
    text = "".join(str(getattr(block, "text", "")) for block in blocks if getattr(block, "type", "") == "text")
    try:
        return msgspec.json.decode(text, type=form)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise RefusedByModel(f"Claude's answer can't be used ({getattr(answer, 'stop_reason', None)}).") from error


def _usage(answer: object) -> TokenUsage:
    """The tokens an answer used; missing figures count as zero."""
    used = getattr(answer, "usage", None)

    def count(name: str) -> int:
        value = getattr(used, name, 0)
        return value if isinstance(value, int) and value > 0 else 0

    return TokenUsage(
        input=count("input_tokens"),
        output=count("output_tokens"),
        cache_read=count("cache_read_input_tokens"),
        cache_write=count("cache_creation_input_tokens"),
    )
