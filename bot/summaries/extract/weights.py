"""What `tools/train_extract.py` learnt, as `weights.txt` holds it: a line of text each. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DEPTH = 3  # of the trees
FORKS = 2**DEPTH - 1  # of a tree; it has a leaf more


class Trees(Struct, frozen=True):
    """Small regression trees, filled up to one depth so that all are walked at once."""

    feature: NDArray[np.intp]  # trees × forks
    threshold: Floats  # trees × forks: above it, right
    leaf: Floats  # all leaves in a row

    def worth(self, lines: Sequence[Sequence[float]]) -> Floats:
        """The sum of the leaves that each line falls on."""
        table = np.array(lines, np.float32)
        right = (table[:, self.feature.ravel()] > self.threshold.ravel()).reshape(len(lines), *self.feature.shape)
        first, second = right[..., 0], np.where(right[..., 0], right[..., 2], right[..., 1])
        third = np.where(
            first, np.where(second, right[..., 6], right[..., 5]), np.where(second, right[..., 4], right[..., 3])
        )
        leaf = 4 * first + 2 * second + third + np.arange(0, self.leaf.size, FORKS + 1)
        worth: Floats = self.leaf[leaf].sum(axis=1, dtype=np.float32)
        return worth


class Weights(Struct, frozen=True):
    """Everything learnt."""

    words: Mapping[str, float]  # how much oftener than others a word is in summaries (log-odds)
    places: Mapping[str, float]  # the same for what is known of a word in its abstract, as `rank.about_words` names it
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
    trees = np.array([row[1:] for row in rows if row[0] == "tree"], np.float32).reshape(-1, 3 * FORKS + 1)
    return Weights(
        words=_named("word", rows),
        places=_named("place", rows),
        said=_named("said", rows),
        sentence=np.array([number for row in rows if row[0] == "sentence" for number in row[1:]], np.float32),
        trees=Trees(
            feature=trees[:, :FORKS].astype(np.intp),
            threshold=trees[:, FORKS : 2 * FORKS],
            leaf=trees[:, 2 * FORKS :].ravel(),
        ),
    )


def _named(kind: str, rows: Sequence[Sequence[str]]) -> dict[str, float]:
    return {row[1]: float(row[2]) for row in rows if row[0] == kind}
