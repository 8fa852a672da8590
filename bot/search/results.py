"""The results of a search."""

from enum import Enum

from msgspec import Struct

from bot.languages import mark
from bot.papers.model import PaperId

NO_MODEL = mark("Keyword search only: no embedding model is available.")
NO_WORDS = mark("No paper has these words.")
ONLY_NEAR = mark("No paper has these words. These are near in meaning:")


class Mode(Enum):
    """The kinds of search."""

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
    notice: str = ""  # for people, about this search
    words: tuple[str, ...] = ()  # words and phrases searched for
    corrected: str = ""  # the words searched for instead, when those typed are in no paper
