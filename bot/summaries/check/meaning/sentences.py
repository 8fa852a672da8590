"""Sentences as the rules of meaning read them: words with stems, names, and numbers with their units. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

from bot.summaries.check.quantities import Quantity, located_quantities
from bot.summaries.words import word_list

_SENTENCE = re.compile(r"(?<=[.!?;])(?<!\bvs\.)(?<!e\.g\.)(?<!i\.e\.)(?<!et al\.)\s+(?=[\"“(A-Z0-9])|\n+|;\s+")
_TOKEN = re.compile(
    r"(?=[\w.@+-]*(?:[A-Z][\w.@+-]*[A-Z\d]|[a-z]\d))[^\W_](?:[\w@+']|[.-](?=\w))*"  # GPT-4o is one word
    r"|[^\W_](?:[\w@+']|\.(?=\w))*|[^\w\s]"
)
_EMPTY = frozenset(word_list("empty_words"))
_ENDINGS = re.compile(r"(?:ations?|ational|ically|ingly|edly|ings?|ers?|ed|ies|es|s|ly|al|ity|ive|ion|ment|e|y)$")

_UNITS = {"%", "×", "points", "$", "€"}  # of results; a number with another unit, or none, may belong to a name
_ALIGNED_SHARE = 0.6
MAX_TEXT_CHARS = 8_000  # of an abstract; what follows is not compared
MAX_SENTENCE_CHARS = 900
MAX_NUMBERS = 16  # of a sentence


class Token:
    """A word or a mark of a sentence, with its place in the text."""

    __slots__ = ("end", "low", "start", "stem", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.low = text.lower()
        self.stem = stem(self.low)

    @property
    def is_mark(self) -> bool:
        return not self.text[0].isalnum()

    @property
    def is_content(self) -> bool:
        return self.low[0].isalpha() and len(self.low) > 1 and self.low not in _EMPTY


class Number:
    """A number with its unit, its place in the text, and the place of the token that it starts at."""

    __slots__ = ("at", "end", "quantity", "start")

    def __init__(self, quantity: Quantity, start: int, end: int, at: int) -> None:
        self.quantity = quantity
        self.start = start
        self.end = end
        self.at = at

    def is_same(self, other: Number) -> bool:
        """Whether two numbers have one value, and no different units."""
        mine, others = self.quantity, other.quantity
        return mine.value == others.value and (mine.unit == others.unit or "" in {mine.unit, others.unit})


class Sentence:
    """A sentence, read once; what rules need of it is computed when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.low = text.lower() if len(text.lower()) == len(text) else text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(Token(found[0], found.start()) for found in _TOKEN.finditer(self.text))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words that carry meaning."""
        return frozenset(token.stem for token in self.tokens if token.is_content)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Its numbers, but those that are part of a name."""
        found: dict[int, Number] = {}
        for quantity, start, end in located_quantities(self.low):
            at = next((n for n, token in enumerate(self.tokens) if token.end > start), len(self.tokens))
            token = self.tokens[at] if at < len(self.tokens) else None
            if token and token.start < start and self.text[token.start].isalpha():
                continue
            if start > 1 and self.text[start - 1] in "-@" and self.text[start - 2].isalnum():
                continue  # the 3 of GPT-3, the 1 of Pass@1
            is_spelt_out = quantity.unit == "" and quantity.said.isalpha()
            is_after_name = at > 0 and is_name(self.tokens[at - 1].text, first=at == 1)
            if is_spelt_out or (is_after_name and quantity.unit not in _UNITS):  # `AIME 2024`, `ImageNet 256px`
                continue
            found[start] = Number(quantity, start, end, at)  # of a range, the reading with the unit comes last
        return tuple(number for _, number in sorted(found.items())[:MAX_NUMBERS])

    @cached_property
    def names(self) -> tuple[Token, ...]:
        """Words written as names: with a capital inside or beside a digit, or a capital in mid-sentence."""
        return tuple(token for n, token in enumerate(self.tokens) if is_name(token.text, first=n == 0))

    def between(self, start: int, end: int) -> list[Token]:
        """The tokens from one place of the text to another."""
        return [token for token in self.tokens if token.start >= start and token.end <= end]


def read_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text."""
    whole = unicodedata.normalize("NFKC", text[:MAX_TEXT_CHARS]).replace("’", "'").replace("–", "-")
    parts = (" ".join(part.split()) for part in _SENTENCE.split(whole))
    return tuple(Sentence(part[:MAX_SENTENCE_CHARS]) for part in parts if part)


def aligned(line: Sentence, known: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that a summary's sentence repeats: those with most of its words of meaning."""
    wanted = max(3, math.ceil(_ALIGNED_SHARE * len(line.stems)))
    return [sentence for sentence in known if len(line.stems & sentence.stems) >= wanted]


def is_name(word: str, *, first: bool = False) -> bool:
    """Whether a word is written as a name."""
    capitals = sum(map(str.isupper, word))
    if capitals and (capitals > 1 or any(map(str.isdigit, word)) or any(map(str.isupper, word[1:]))):
        return True
    return capitals == 1 and word[0].isupper() and not first and len(word) > 2


def stem(word: str) -> str:
    """A word without its ending, roughly, so that `improves` and `improvement` are one."""
    if len(word) <= 4:
        return word.rstrip("s") if len(word) == 4 else word
    return _ENDINGS.sub("", word)[:8] or word
