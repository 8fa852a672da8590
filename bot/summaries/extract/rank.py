"""Which way to say which sentence tells most: learnt from people's one-line summaries. Pure.

Each word has a chance to be in a summary: by what it is, whether the title has it, how often and where it stands. A
line is judged by the chances of its words, its place and length, and cues; small trees add up what that is worth. All
numbers are in `weights.txt`; `tools/train_extract.py` makes it, and sees papers through the features of this file.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from msgspec import Struct

from bot.summaries.extract.weights import Weights, learnt

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


_EMPTY = _of(
    "a an the of and or to in for on with by from as at is are be that this which it its we our can via into than these"
    " those their has have been not but also such how show shows propose present introduce use using"
)
_OURS = _of("we our paper")
_CUES = (
    _of("propose present introduce"),
    _of("show demonstrate find prove reveal"),
    _of("novel new"),
    _of("outperform improve improvement achieve reduce state"),
    _of("however although recent recently been remain remains challenge challenging unfortunately"),
    _of("code available github http https"),
    _of("experiment experiments experimental result evaluate evaluation empirical empirically dataset benchmark"),
    _of("it this these they such its their"),
    _of("method approach framework model algorithm architecture"),
    _of("study investigate analyze analysis explore examine"),
)


class Sentence(Struct, frozen=True):
    """A sentence as the ranker sees it."""

    stems: tuple[str, ...]
    once: frozenset[str]
    is_ours: bool  # speaks of the paper itself
    features: tuple[float, ...]  # of its place and its cues


class Seen(Struct, frozen=True, kw_only=True):
    """An abstract as the ranker sees it."""

    sentences: tuple[Sentence, ...]
    topic: frozenset[str]  # the title's words that say something
    title_pairs: frozenset[tuple[str, str]]
    spread: Mapping[str, int]  # in how many sentences a stem is
    chance: Mapping[str, float]  # of a stem to be in the summary
    most: float  # what the likeliest words come to


class Candidate(Struct, frozen=True):
    """A way to say a sentence, or two."""

    line: str
    at: int
    until: int  # the last sentence it says something of


def see(title: str, sentences: Iterable[str], weights: Weights | None = None) -> Seen:
    """Read an abstract for ranking."""
    head, parts = stems(title), _sentences(sentences)
    chance = _chances(parts, frozenset(head), weights or learnt())
    return Seen(
        sentences=parts,
        topic=frozenset(head) - _EMPTY,
        title_pairs=frozenset(pairwise(head)),
        spread=Counter(word for sentence in parts for word in sentence.once),
        chance=chance,
        most=sum(sorted(chance.values())[-USUAL:]) or 1.0,
    )


def about_words(sentences: Sequence[Sentence], title: frozenset[str]) -> dict[str, str]:
    """What is known of each word of an abstract, as a name: how often it is there, and where."""
    count = Counter(word for sentence in sentences for word in sentence.stems)
    told = frozenset[str]().union(*(sentence.once for sentence in sentences if sentence.is_ours))
    first, last = sentences[0].once, sentences[-1].once
    return {
        word: f"{min(n, 4)}{'t' if word in title else '-'}{'o' if word in told else '-'}"
        f"{'f' if word in first else '-'}{'l' if word in last else '-'}{_size(word)}"
        for word, n in count.items()
    }


def of_sentence(seen: Seen, at: int) -> list[float]:
    """What is to be known of a sentence before it is looked at closely."""
    sentence = seen.sentences[at]
    return [*_of_words(seen, sentence.once, len(sentence.stems)), *sentence.features]


def of_line(seen: Seen, said: Candidate, weights: Weights | None = None) -> list[float]:
    """What is to be known of a way to say it."""
    line, words = said.line, stems(said.line)
    once, sentence = frozenset(words), seen.sentences[said.at]
    chances = [seen.chance.get(word, STRANGER) for word in words]
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
        sum([worth(word, 0.0) for word in marks(words)]),
    ]


def marks(words: Sequence[str]) -> list[str]:
    """The words of a line, with the first and the last once more as such."""
    return [*frozenset(words), f"^{words[0]}", f"{words[-1]}$"] if words else []


def best_sentences(seen: Seen) -> tuple[list[int], list[int]]:
    """The sentences, the one most worth a closer look first; those before the paper speaks of itself apart."""
    count = len(seen.sentences)
    worth = np.array([of_sentence(seen, at) for at in range(count)], np.float32) @ learnt().sentence
    order = sorted(range(count), key=lambda at: -worth[at])
    own = next((at for at, sentence in enumerate(seen.sentences) if sentence.is_ours), 0)
    return [at for at in order if at >= own], [at for at in order if at < own]


def best_lines(seen: Seen, said: Sequence[Candidate], weights: Weights | None = None) -> list[int]:
    """The lines, the one that tells most first."""
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
    own, place = weights.words.get, weights.places.get
    return {
        word: 1 / (1 + math.exp(-own(word, 0.0) - place(known, 0.0)))
        for word, known in about_words(sentences, title).items()
    }


def _of_words(seen: Seen, once: frozenset[str], size: int) -> tuple[float, ...]:
    chance, spread, content = seen.chance.get, seen.spread.get, once - _EMPTY
    chances = [chance(word, STRANGER) for word in content]
    telling, topical, several = sum(chances), len(content & seen.topic), len(content) or 1
    total = telling + sum([chance(word, STRANGER) for word in once & _EMPTY])
    central = sum([spread(word, 1) - 1 for word in content]) / len(seen.sentences)
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


def _cues(once: frozenset[str]) -> list[float]:
    return [float(not cue.isdisjoint(once)) for cue in _CUES]


def _size(word: str) -> str:
    return "e" if word in _EMPTY else str(min(len(word) // 3, 4))
