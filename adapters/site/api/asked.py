"""What can be asked for, as records: a query is read into them, and the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct
from multidict import MultiMapping

from adapters.site.api.problem import Problem
from bot.chat.catalog import MAX_PAGE_SIZE, TrendingPeriod

A = TypeVar("A", bound=Struct)

MOST_OFFSET = 10_000

Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE_SIZE, description="Papers in the answer.")]
Offset = Annotated[int, Meta(ge=0, le=MOST_OFFSET, description="Papers to skip; `next` of an answer has it set.")]
Words = Annotated[str, Meta(max_length=500, description="As after `/papers`, filters included: `cat:cs.CL`.")]


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No parameters."""


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a long answer."""

    limit: Limit = 20
    offset: Offset = 0


class Newest(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Papers that match, newest first."""

    query: Words = ""


class Search(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Papers by word and by meaning."""

    q: Annotated[Words, Meta(min_length=1)]


class Trending(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is talked about."""

    span: TrendingPeriod = "week"
    topic: Words = ""


def read(query: MultiMapping[str], kind: type[A]) -> A:
    """The parameters of a request. Raises `Problem`."""
    if twice := next((name for name in query if len(query.getall(name)) > 1), ""):
        raise Problem(400, f"The parameter {twice[:50]!r} stands there twice. Give it once.")
    try:
        return msgspec.convert(dict(query), kind, strict=False)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__) or "none"
        raise Problem(400, f"{_said(str(error))}. The parameters here: {known}.") from None


def _said(error: str) -> str:
    """msgspec's sentence, with the parameter first."""
    what, _, where = error.partition(" - at `$.")
    return f"{where.rstrip('`')}: {what}" if where else what
