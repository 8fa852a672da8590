"""What somebody typed, understood: words, phrases, filters, or one paper. Anything is a query; nothing is an error."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from msgspec import Struct

from bot.chat.message import clean
from bot.papers.filter import Filter
from bot.papers.ids import arxiv_id
from bot.papers.model import PaperId

MOST_CHARS = 500  # of a query that are read
MOST_WORDS = 32

_TOKEN = re.compile(
    r"(?<![\w-])(?P<key>after|before|cat|category|author|source):"
    r"(?:[\"“”„](?P<quoted>[^\"“”„]*)(?:[\"“”„]|$)|(?P<bare>\S+))",
    re.IGNORECASE,
)
_PHRASE = re.compile(r'["“”„]([^"“”„]+)["“”„]')
_WORD = re.compile(r"[^\W_]+(?:[.'’+#-]?[^\W_]+)*[+#]*")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")

# Words that say nothing about a paper: articles, prepositions, question words, and what people write around a wish.
STOP = frozenset(
    """a about an and any are as at be been by can could did do does for from had has have how i if in into is it its
    me my of on or our papers paper research so some such than that the their them then there these they this those to
    using use used via was we were what when where which while who whose why will with would you your works work
    studies study show give list please find""".split()  # noqa: SIM905 - a list of a hundred strings reads worse
)


class Query(Struct, frozen=True, kw_only=True):
    """A query in its parts."""

    text: str = ""  # what is left for meaning: words and phrases, without filters
    words: tuple[str, ...] = ()  # for keyword search, without words that say nothing
    phrases: tuple[str, ...] = ()
    filter: Filter = Filter()
    paper: PaperId | None = None  # the whole query names this paper
    ignored: tuple[str, ...] = ()  # filters that could not be read

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases)


def parse(raw: str) -> Query:
    """The query in `raw`."""
    typed = unicodedata.normalize("NFC", clean(raw.encode("utf-8", "ignore").decode(), MOST_CHARS))
    if known := arxiv_id(typed.partition("|")[0].lstrip("<")) or arxiv_id(typed.replace(" ", ":", 1)):
        return Query(text=typed, paper=known[0])
    given: dict[str, list[str]] = {}
    ignored: list[str] = []

    def take(match: re.Match[str]) -> str:
        key = match["key"].casefold()
        values = [match["quoted"]] if match["quoted"] is not None else match["bare"].split(",")
        for value in filter(None, (value.strip(' "“”„,;.') for value in values)):
            if key in {"after", "before"} and _day(value) is None:
                ignored.append(match[0])
            else:
                given.setdefault("cat" if key == "category" else key, []).append(value)
        return " "

    rest = _TOKEN.sub(take, typed)
    phrases = tuple(" ".join(_WORD.findall(phrase)) for phrase in _PHRASE.findall(rest))
    filter_ = _filter(given)
    return Query(
        text=" ".join(rest.replace('"', " ").split()),
        words=_telling(_WORD.findall(_PHRASE.sub(" ", rest)), needed=filter_.is_open),
        phrases=tuple(phrase for phrase in phrases if phrase)[:8],
        filter=filter_,
        ignored=tuple(ignored),
    )


def _telling(words: list[str], *, needed: bool) -> tuple[str, ...]:
    """The words that say something; where none does, all, if there is nothing else to go by."""
    once = list({word.casefold(): word for word in words}.values())
    telling = [word for word in once if word.casefold() not in STOP]
    return tuple((telling or (once if needed else []))[:MOST_WORDS])


def _filter(given: dict[str, list[str]]) -> Filter:
    return Filter(
        after=_day(given["after"][-1]) if "after" in given else None,
        before=_day(given["before"][-1]) if "before" in given else None,
        categories=tuple(given.get("cat", ())),
        authors=tuple(given.get("author", ())),
        sources=tuple(given.get("source", ())),
    )


def _day(raw: str) -> date | None:
    """`2024`, `2024-05` or `2024-05-27`: the first day of it."""
    match = _DAY.fullmatch(raw)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None
