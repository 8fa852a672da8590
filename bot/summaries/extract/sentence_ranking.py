"""Ranks candidate summaries with weights learnt from human one-line summaries. Pure.

Each word has a chance to be in a summary: by what it is, whether the title has it, how often and where it stands. A
line is judged by the chances of its words, its place and length, and cues; small trees add up what that is worth. All
numbers are in `weights.txt`; `tools/train_extract.py` makes it, and sees papers through the features of this file.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise, repeat
from typing import Any

import numpy as np
from msgspec import Struct

from bot.summaries.extract.ranking_weights import Weights, learnt
from bot.summaries.words import table, word_list

USUAL = 20  # words of a summary
STRANGER = 0.03  # the chance of a word that the abstract does not have

_WORD = re.compile(r"[a-z0-9]+")
_ENDING = re.compile(r"(?:ations?|ings?|ed|es|s|ly|e)$")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its ending, roughly."""
    return _ENDING.sub("", word) or word if len(word) > 3 else word


def stems(text: str) -> tuple[str, ...]:
    return tuple(map(stem, _WORD.findall(text.lower())))


def _of(words: str) -> frozenset[str]:
    return frozenset(stems(words))


_EMPTY = _of(" ".join(word_list("said_of_nothing")))
_OURS = _of("we our paper")
_CUES = tuple(_of(words) for words in table("cues").values())
_ANY_CUE = frozenset(chain.from_iterable(_CUES))


class Sentence(Struct, frozen=True):
    """A sentence with its ranking features."""

    stems: tuple[str, ...]
    once: frozenset[str]
    is_ours: bool  # talks about the paper itself
    features: tuple[float, ...]  # of its place and its cues


class AbstractFeatures(Struct, frozen=True, kw_only=True):
    """An abstract with its ranking features."""

    sentences: tuple[Sentence, ...]
    topic: frozenset[str]  # the title's words that say something
    title_pairs: frozenset[tuple[str, str]]
    spread: Mapping[str, int]  # in how many sentences a stem is
    chance: Mapping[str, float]  # of a stem to be in the summary
    most: float  # what the likeliest words come to


class Candidate(Struct, frozen=True):
    """A candidate summary: a shortened sentence, or two joined."""

    line: str
    at: int
    until: int  # the last sentence it says something of


def see(title: str, sentences: Iterable[str], weights: Weights | None = None) -> AbstractFeatures:
    """Read an abstract for ranking."""
    head, parts = stems(title), _sentences(sentences)
    chance = _chances(parts, frozenset(head), weights or learnt())
    return AbstractFeatures(
        sentences=parts,
        topic=frozenset(head) - _EMPTY,
        title_pairs=frozenset(pairwise(head)),
        spread=Counter(chain.from_iterable([sentence.once for sentence in parts])),
        chance=chance,
        most=sum(sorted(chance.values())[-USUAL:]) or 1.0,
    )


def places_of(sentences: Sequence[Sentence], title: frozenset[str], known: Any) -> dict[str, Any]:
    """For each word of an abstract what `known` (`weights.by_place`) has for how often it is there, and where."""
    count = Counter(chain.from_iterable([sentence.stems for sentence in sentences]))
    told = frozenset[str]().union(*[sentence.once for sentence in sentences if sentence.is_ours])
    first, last = sentences[0].once, sentences[-1].once
    return {
        word: known[n if n < 4 else 4][word in title][word in told][word in first][word in last][_size(word)]
        for word, n in count.items()
    }


def of_sentence(seen: AbstractFeatures, at: int) -> list[float]:
    """What is to be known of a sentence before it is looked at closely."""
    sentence = seen.sentences[at]
    return [*_of_words(seen, sentence.once, len(sentence.stems)), *sentence.features]


def of_line(seen: AbstractFeatures, said: Candidate, weights: Weights | None = None) -> list[float]:
    """What is to be known of a way to say it."""
    line, words = said.line, stems(said.line)
    once, sentence = frozenset(words), seen.sentences[said.at]
    chances = list(map(seen.chance.get, words, repeat(STRANGER)))
    likely = sum(map(min, chances, chances[1:]))  # of two words in a row to be in the summary both
    worth = (weights or learnt()).said.get
    return [
        *_of_words(seen, once, len(words)),
        *sentence.features,
        *_cues(once),
        said.until - said.at,
        likely,
        2 * likely / (len(words) + USUAL),
        len(seen.title_pairs.intersection(pairwise(words))) / (len(seen.title_pairs) or 1),
        len(line),
        len(words) / (len(sentence.stems) or 1),
        line.count(","),
        sum(map(worth, marks(words, once), repeat(0.0))),
    ]


def marks(words: Sequence[str], once: frozenset[str]) -> list[str]:
    """The words of a line, with the first and the last once more as such."""
    return [*once, f"^{words[0]}", f"{words[-1]}$"] if words else []


def own_from(seen: AbstractFeatures) -> int:
    """The sentence from which on the paper speaks of itself; 0 where none says so."""
    return next((at for at, sentence in enumerate(seen.sentences) if sentence.is_ours), 0)


def likeliest(seen: AbstractFeatures, among: Sequence[int], count: int) -> Sequence[int]:
    """Those of some sentences that are most worth a closer look."""
    if len(among) <= count:
        return among
    worth = np.array([of_sentence(seen, at) for at in among], np.float32) @ learnt().sentence
    return [among[at] for at in np.argsort(-worth, kind="stable")[:count]]


def best_lines(seen: AbstractFeatures, said: Sequence[Candidate], weights: Weights | None = None) -> list[int]:
    """The candidates, the most informative first."""
    if len(said) < 2:
        return list(range(len(said)))
    worth = (weights or learnt()).trees.worth([of_line(seen, one, weights) for one in said])
    return [int(at) for at in np.argsort(-worth, kind="stable")]


def _sentences(sentences: Iterable[str]) -> tuple[Sentence, ...]:
    words = [stems(sentence) for sentence in sentences]
    once = [frozenset(sentence) for sentence in words]
    ours = [not _OURS.isdisjoint(sentence) for sentence in once]
    count = len(words)
    return tuple(
        Sentence(
            words[at],
            once[at],
            ours[at],
            (at, at / max(count - 1, 1), count - 1 - at, count, ours[at], sum(ours[:at]), *_cues(once[at])),
        )
        for at in range(count)
    )


def _chances(sentences: Sequence[Sentence], title: frozenset[str], weights: Weights) -> dict[str, float]:
    own, exp = weights.words.get, math.exp
    placed = places_of(sentences, title, weights.places)
    return {word: 1 / (1 + exp(-own(word, 0.0) - place)) for word, place in placed.items()}


def _of_words(seen: AbstractFeatures, once: frozenset[str], size: int) -> tuple[float, ...]:
    chance, spread, content = seen.chance.get, seen.spread.get, once - _EMPTY
    chances = list(map(chance, content, repeat(STRANGER)))
    telling, topical, several = sum(chances), len(content & seen.topic), len(content) or 1
    total = telling + sum(map(chance, once & _EMPTY, repeat(STRANGER)))
    central = (sum(map(spread, content, repeat(1))) - len(content)) / len(seen.sentences)
    return (
        size,
        total,
        total / (size or 1),
        2 * total / (size + USUAL),
        total / seen.most,
        telling,
        telling / several,
        max(chances, default=0.0),
        topical,
        topical / (len(seen.topic) or 1),
        topical / several,
        central,
        central / several,
    )


def _cues(once: frozenset[str]) -> Sequence[float]:
    return _cues_of(once & _ANY_CUE)


@lru_cache(maxsize=8_192)
def _cues_of(words: frozenset[str]) -> tuple[float, ...]:
    return tuple(float(not cue.isdisjoint(words)) for cue in _CUES)


@lru_cache(maxsize=65_536)
def _size(word: str) -> int:
    """How long a word is, roughly; 5 for one that says nothing."""
    return 5 if word in _EMPTY else min(len(word) // 3, 4)
