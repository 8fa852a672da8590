"""What a search comes to."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from bot.papers.model import PaperId

NO_MODEL = "Searching by word only: no embedding model works here."


class Mode(Enum):
    """How a search looks for papers."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Hit(Struct, frozen=True, kw_only=True):
    """A paper found, and why."""

    id: PaperId
    score: float
    why: tuple[str, ...] = ()


class Results(Struct, frozen=True, kw_only=True):
    """A page of hits."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    notice: str = ""  # what the reader should know of this search
    corrected: str = ""  # the words searched for, when those typed are nowhere
