"""What a call of a language model returns, and what else can come of it.

CallError            the call brought nothing usable; asking again later may help
├── NothingDone      the server surely did nothing; it may answer in a moment
├── RefusedByModel   the model won't write about this paper, now or later
├── AccountRejected  every call will fail until the settings or the account change
├── BudgetSpent      the call wasn't made: the budget doesn't cover it
├── NoBatches        this server takes no batches
└── ResultsGone      the results of a batch can't be had any more, though they may have been paid for
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from bot.errors import ModelError

LATER = "It will be tried again later."
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
T = TypeVar("T")


class TokenUsage(Struct, frozen=True, kw_only=True):
    """The tokens that some answers used."""

    requests: int = 1
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class CallError(ModelError):
    """A call that brought nothing usable.

    `usage`: what it cost all the same. `is_doubtful`: the work may have been done and charged, but no answer came.
    `retry_after_s`: how long the server asks us to wait, in seconds.
    """

    def __init__(
        self,
        message: str,
        hint: str = LATER,
        *,
        usage: TokenUsage | None = None,
        is_doubtful: bool = False,
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(message, hint)
        self.usage = usage
        self.is_doubtful = is_doubtful
        self.retry_after_s = retry_after_s

    @property
    def may_have_cost(self) -> bool:
        return self.is_doubtful or self.usage is not None


class NothingDone(CallError):
    """The server surely did nothing: too many requests, overloaded, no connection."""


class RefusedByModel(CallError):
    """The model refuses to write about this paper; asking again costs and changes nothing."""


class AccountRejected(CallError):
    """A rejected key, an unknown model, no credit: nothing works until that is changed."""


class BudgetSpent(CallError):
    """The budget doesn't cover the call, which wasn't made."""


class NoBatches(CallError):
    """The server takes no batches."""


class ResultsGone(CallError):
    """A batch's results were deleted or have expired; `paid_share` of them may have been charged."""

    def __init__(self, message: str, *, paid_share: float) -> None:
        super().__init__(message, "")
        self.paid_share = paid_share


class Completion(Struct, frozen=True, kw_only=True):
    """The text of an answer, and what it cost."""

    text: str
    usage: TokenUsage


class Line(Struct, frozen=True):
    """A summary as the model returned it, unchecked."""

    line: str


class ModelAnswer(Struct, frozen=True, kw_only=True):
    """An answer as the model returned it, unchecked."""

    found: bool
    answer: str
    quote: str


def decode(completion: Completion, form: type[T]) -> T:
    """The JSON object in an answer, with or without a code fence or words around it.

    Raises `CallError` for another form.
    """
    try:
        found = _OBJECT.search(completion.text)
        return msgspec.json.decode(found[0] if found else completion.text, type=form)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise CallError("Claude's answer isn't in the form that was asked for.", usage=completion.usage) from error


def summary_line(completion: Completion) -> str:
    """The summary in an answer. Raises `CallError` if there is none."""
    line = decode(completion, Line).line.strip()
    if not line:
        raise CallError("Claude returned an empty summary.", usage=completion.usage)
    return line


def total(completions: Sequence[Completion | CallError | None]) -> TokenUsage | None:
    """What some results cost together; None for nothing."""
    used = [one.usage for one in completions if one and one.usage]
    return sum(used[1:], start=used[0]) if used else None
