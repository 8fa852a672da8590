"""The query parameters of each address, as records: queries are read into them, and OpenAPI is made from them."""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from multidict import MultiMapping

from adapters.site.api.schemas import ApiProblem
from bot.chat.catalog import MAX_PAGE_SIZE, TrendingPeriod

P = TypeVar("P", bound=Struct)

MAX_OFFSET = 10_000

Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE_SIZE, description="Papers in the answer.")]
Offset = Annotated[int, Meta(ge=0, le=MAX_OFFSET, description="Papers to skip; `next` of an answer has it set.")]
Words = Annotated[str, Meta(max_length=500, description="As in `/papers QUERY`, filters included: `cat:cs.CL`.")]


class NoParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No parameters."""


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of a long answer."""

    limit: Limit = 20
    offset: Offset = 0


class Citation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A citation."""

    format: Literal["bibtex", "ris", "csl"] = "bibtex"


class Newest(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Papers that match, newest first."""

    query: Words = ""


class Search(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Papers by keyword and by meaning."""

    q: Annotated[Words, Meta(min_length=1)]


class Trending(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Trending papers."""

    span: TrendingPeriod = "week"
    topic: Words = ""


def read_params(query: MultiMapping[str], kind: type[P]) -> P:
    """The parameters of a request. Raises `ApiProblem`."""
    if repeated := next((name for name in query if len(query.getall(name)) > 1), ""):
        raise ApiProblem(400, f"The parameter {repeated[:50]!r} is given twice. Give it once.")
    try:
        return msgspec.convert(dict(query), kind, strict=False)
    except msgspec.ValidationError as error:
        names = ", ".join(kind.__struct_fields__) or "none"
        raise ApiProblem(400, f"{_name_first(str(error))}. The parameters here: {names}.") from None


def _name_first(error: str) -> str:
    """msgspec's sentence, with the parameter first."""
    text, _, name = error.partition(" - at `$.")
    return f"{name.rstrip('`')}: {text}" if name else text
