"""What `tools/train_extract.py` learnt, as `weights.txt` holds it: a line of text each. Pure but for the file."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DEPTH = 3  # of the trees
PLACES = ("01234", "-t", "-o", "-f", "-l", "01234e")  # as `weights.txt` names them, a letter each
FORKS = 2**DEPTH - 1  # of a tree; it has a leaf more


class Trees(Struct, frozen=True):
    """Small regression trees, filled up to one depth so that all are walked at once.

    Which way a line goes at the forks of a tree is one number of eight bits; a table has the leaf of each.
    """

    feature: NDArray[np.intp]  # eight a tree: its forks, and one that every line passes on the left
    threshold: Floats  # likewise: above it, right
    leaf: Floats  # 256 a tree
    first: NDArray[np.intp]  # of a tree's leaves

    def worth(self, lines: Sequence[Sequence[float]]) -> Floats:
        """The sum of the leaves that each line falls on."""
        table = np.array(lines, np.float32)
        turns = np.packbits(table.take(self.feature, axis=1) > self.threshold).reshape(len(lines), -1)
        worth: Floats = self.leaf.take(turns + self.first).sum(axis=1, dtype=np.float32)
        return worth


def _trees(feature: Floats, threshold: Floats, leaf: Floats) -> Trees:
    """From a row a tree: forks from the root down, leaves from left to right."""
    turns = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.intp)  # 256 × 8
    at = np.zeros(256, np.intp)
    for _ in range(DEPTH):
        at = 2 * at + 1 + turns[np.arange(256), at]
    count = len(feature)
    return Trees(
        feature=np.hstack([feature.astype(np.intp), np.zeros((count, 1), np.intp)]).ravel(),
        threshold=np.hstack([threshold, np.full((count, 1), np.inf, np.float32)]).ravel(),
        leaf=leaf[:, at - FORKS].ravel(),
        first=np.arange(count) * 256,
    )


class Weights(Struct, frozen=True):
    """Everything learnt."""

    words: Mapping[str, float]  # how much oftener than others a word is in summaries (log-odds)
    places: Any  # the same for how often a word is in its abstract, and where: `by_place`
    said: Mapping[str, float]  # what it is worth for a line to have a word, or to begin or end with it
    sentence: Floats  # one weight a feature of a sentence
    trees: Trees


@cache
def learnt() -> Weights:
    """The weights in the package."""
    return parse(files("bot.summaries.extract").joinpath("weights.txt").read_text("utf-8"))


def parse(text: str) -> Weights:
    """Read lines of a kind, a name where there is one, and numbers."""
    rows = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    places = _named("place", rows)
    trees = np.array([row[1:] for row in rows if row[0] == "tree"], np.float32).reshape(-1, 3 * FORKS + 1)
    return Weights(
        words=_named("word", rows),
        places=by_place(lambda name: places.get(name, 0.0)),
        said=_named("said", rows),
        sentence=np.array([number for row in rows if row[0] == "sentence" for number in row[1:]], np.float32),
        trees=_trees(trees[:, :FORKS], trees[:, FORKS : 2 * FORKS], trees[:, 2 * FORKS :]),
    )


def by_place(value: Callable[[str], object], name: str = "") -> Any:
    """What `value` says of each way for a word to stand in an abstract, in tuples of tuples.

    By how often it is there, whether title, sentences of the paper's own, the first and the last have it, its size.
    """
    if len(name) == len(PLACES):
        return value(name)
    return tuple(by_place(value, name + mark) for mark in PLACES[len(name)])


def _named(kind: str, rows: Sequence[Sequence[str]]) -> dict[str, float]:
    return {row[1]: float(row[2]) for row in rows if row[0] == kind}
