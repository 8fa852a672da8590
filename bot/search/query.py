"""Parses a search query: words, phrases, filters, or one paper. Anything is a query; nothing is an error."""

import re
import tomllib
import unicodedata
from datetime import date
from enum import Enum
from importlib.resources import files

from msgspec import Struct

from bot.analyzer import split_words
from bot.chat.message import clean
from bot.papers.filter import Filter, Names
from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId

MAX_QUERY_CHARS = 500  # the rest is ignored
MAX_WORDS = 32
MAX_DIGITS = 7  # of a number of stars

_TOKEN = re.compile(
    r"(?<![\w-])(?P<without>[-–−]?)(?P<key>after|before|cat|category|author|lab|source|sort|stars|has|is|max):"
    r"(?:[\"“”„](?P<quoted>[^\"“”„]*)(?:[\"“”„]|$)|(?P<bare>\S+))",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(r'(?<!\S)[-–−](?:["“”„]([^"“”„]+)["“”„]|([^\W_]\S*))')
_PHRASE = re.compile(r'["“”„]([^"“”„]+)["“”„]')
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")

_WORDS = tomllib.loads(files("bot.search").joinpath("query_words.toml").read_text("utf-8"))
STOP, ASKING, _BEFORE_SUBJECT = (frozenset(_WORDS[name].split()) for name in ("stop", "asking", "asked"))
ASKED = STOP | ASKING | _BEFORE_SUBJECT

_CATEGORY = re.compile(  # arXiv's archives that are divided, with a division
    r"(?<![\w.:/–−-])([-–−]?)((?:astro-ph|cond-mat|cs|econ|eess|math|nlin|physics|q-bio|q-fin|stat)\.[A-Za-z]{2})(?![\w.-])"
)
_NAMES = {"cat": "categories", "author": "authors", "lab": "labs", "source": "sources"}  # fields of `Names`
_MAX = re.compile(r"([1-9]\d?)(?:/topic)?")


class Sort(Enum):
    """The orders of results, and the field of the index that each goes by."""

    BEST = ""
    NEW = "published"
    VOTES = "upvotes"


_SORTS = {"best": Sort.BEST, "new": Sort.NEW, "newest": Sort.NEW, "votes": Sort.VOTES}


class Query(Struct, frozen=True, kw_only=True):
    """A query in its parts."""

    text: str = ""  # what is left for meaning: words and phrases, without filters
    gist: str = ""  # the same without the words that only ask: `which papers propose …`
    gist_words: tuple[str, ...] = ()  # every word of the gist outside of phrases, in order
    words: tuple[str, ...] = ()  # for keyword search, without words that say nothing
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()  # words and phrases that must not occur
    filter: Filter = Filter()
    sort: Sort = Sort.BEST
    paper_id: PaperId | None = None  # the whole query names this paper
    ignored: tuple[str, ...] = ()  # filters that could not be read

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases)


def parse_query(raw: str) -> Query:
    """The query in `raw`."""
    typed = unicodedata.normalize("NFC", clean(raw.encode("utf-8", "ignore").decode(), MAX_QUERY_CHARS))
    if known := arxiv_id(typed.partition("|")[0].lstrip("<")) or arxiv_id(typed.replace(" ", ":", 1)):
        return Query(text=typed, paper_id=known[0])
    given: dict[str, list[str]] = {}
    ignored: list[str] = []

    def take(match: re.Match[str]) -> str:
        key = match["key"].casefold()
        key = ("-" if match["without"] else "") + ("cat" if key == "category" else key)
        values = [match["quoted"]] if match["quoted"] is not None else match["bare"].split(",")
        for value in filter(None, (value.strip(' "“”„,;.') for value in values)):
            if _is_readable(key, value.casefold()):
                given.setdefault(key, []).append(value)
            else:
                ignored.append(match[0])
        return " "

    def take_category(match: re.Match[str]) -> str:
        given.setdefault("-cat" if match[1] else "cat", []).append(match[2])
        return " "

    rest = _CATEGORY.sub(take_category, _TOKEN.sub(take, typed))
    if "is" in given and "cat" not in given:
        ignored.append("is:new")
    excluded = tuple(" ".join(split_words(phrase or word)) for phrase, word in _EXCLUDED.findall(rest))
    rest = _EXCLUDED.sub(" ", rest)
    phrases = tuple(" ".join(split_words(phrase)) for phrase in _PHRASE.findall(rest))
    filter_ = _filter(given)
    gist = _gist(rest)
    said = split_words(_PHRASE.sub(" ", gist))
    return Query(
        text=_plain(rest),
        gist=_plain(gist),
        gist_words=tuple(said),
        words=_telling(said, needed=filter_.is_empty),
        phrases=tuple(phrase for phrase in phrases if phrase)[:8],
        excluded=tuple(filter(None, excluded))[:MAX_WORDS],
        sort=_SORTS[given["sort"][-1]] if "sort" in given else Sort.BEST,
        filter=filter_,
        ignored=tuple(ignored),
    )


def _gist(text: str) -> str:
    """The subject of a question. A text that isn't a question stays as it is: `address matching` is a subject."""
    words = text.split()
    if not words or _bare(words[0]) not in ASKING:
        return text
    subject = next((n for n, word in enumerate(words) if _bare(word) not in ASKED), 0)
    return " ".join(words[subject:])


def _bare(word: str) -> str:
    return word.strip(".,?!:;").casefold()


def _plain(text: str) -> str:
    return " ".join(text.replace('"', " ").split())


def _telling(words: list[str], *, needed: bool) -> tuple[str, ...]:
    """The words without those that say nothing about a paper; all words, if nothing else is left and it is needed."""
    once = list({word.casefold(): word for word in words}.values())
    telling = [word for word in once if word.casefold() not in STOP]
    return tuple((telling or (once if needed else []))[:MAX_WORDS])


def _is_readable(key: str, value: str) -> bool:
    match key:
        case "after" | "before":
            return _day(value) is not None
        case "sort":
            return value in _SORTS
        case "stars":
            return value.rstrip("+").isdecimal() and len(value) <= MAX_DIGITS
        case "has" | "is":
            return value == {"has": "code", "is": "new"}[key]
        case "max":
            return _MAX.fullmatch(value) is not None
    return key.lstrip("-") in _NAMES


def _filter(given: dict[str, list[str]]) -> Filter:
    last = {key: values[-1] for key, values in given.items()}
    is_new = "is" in given and "cat" in given
    most = _MAX.match(last.get("max", ""))
    return Filter(
        **_names(given, ""),
        without=Names(**_names(given, "-")),
        after=_day(last.get("after", "")),
        before=_day(last.get("before", "")),
        min_stars=int(last.get("stars", "0").rstrip("+")),
        has_code="has" in given,
        is_new=is_new,
        max_per_topic=int(most[1]) if most else 0,
    )


def _names(given: dict[str, list[str]], sign: str) -> dict[str, tuple[str, ...]]:
    return {field: tuple(given.get(sign + key, ())) for key, field in _NAMES.items()}


def _day(raw: str) -> date | None:
    """`2024`, `2024-05` or `2024-05-27`: the first day of it."""
    match = _DAY.fullmatch(raw)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None
