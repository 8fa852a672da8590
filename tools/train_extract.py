"""Learns which sentence, said which way, tells most: writes `bot/summaries/extract/weights.txt`.

    python -m tools.train_extract ../shared/data/scitldr/train.jsonl

Needs scikit-learn and rouge-score; Paperboy itself needs neither. Learnt in three steps: which words get into a
summary (logistic regression), which sentences are worth a look (ridge), which line scores best (boosted trees on
ROUGE-1 + half of 2 + half of L, less the mean of the paper's lines). The last two see only papers whose words were not
learnt from. `--folds 5` says what that reaches on papers not learnt from, and writes nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rouge_score.rouge_scorer import RougeScorer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from bot.summaries.extract import candidates
from bot.summaries.extract import sentence_ranking as rank
from bot.summaries.extract.ranking_weights import DEPTH, FORKS, PLACES, Weights, by_place, parse
from bot.summaries.extract.shortening import split

WEIGHTS = Path(__file__).parents[1] / "bot" / "summaries" / "extract" / "weights.txt"
HEAD = "# Learnt by tools/train_extract.py from SciTLDR's training set (Apache-2.0)."
SEEN_OFTEN = 12  # abstracts a word must be in to have a weight of its own
PRIOR = 20  # abstracts that speak for the mean
INNER = 5  # parts, for papers not learnt from
TREES, RATE, SMALLEST = 120, 0.08, 60
SAID_PRIOR = 150.0
WAYS = list(itertools.product(PLACES[0][1:], *PLACES[1:]))  # for a word to stand in an abstract
NOTHING = parse("")
SCORER = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)


class Example(NamedTuple):
    """A paper, its lines and what each scores: ROUGE-1, 2 and L."""

    title: str
    sentences: list[str]
    target: str
    lines: list[rank.Candidate]
    scores: np.ndarray


class Words(NamedTuple):
    """What is learnt of single words; each kind a kind of line in `weights.txt`."""

    word: dict[str, float]
    place: dict[str, float]
    said: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    chosen = parser.parse_args()
    examples = [read(json.loads(row)) for row in chosen.source.read_text("utf-8").splitlines() if row]
    examples = [example for example in examples if example.lines]
    print(f"{len(examples)} papers, {sum(len(e.lines) for e in examples)} lines")
    if chosen.folds:
        return validate(examples, chosen.folds)
    text = learn(examples)
    WEIGHTS.write_text(text, "utf-8")
    print(f"{len(text):,} bytes")


def read(row: dict[str, list[str] | str]) -> Example:
    sentences, target = split(" ".join(row["source"])), row["target"][0]
    lines = candidates(sentences, range(len(sentences)))
    scores = np.array([score(line.line, target) for line in lines]).reshape(-1, 3)
    return Example(str(row["title"] or ""), sentences, target, lines, scores)


def score(line: str, target: str) -> list[float]:
    found = SCORER.score(target, line)
    return [found[kind].fmeasure for kind in ("rouge1", "rouge2", "rougeL")]


def learn(examples: Sequence[Example]) -> str:
    """The whole of `weights.txt`."""
    unseen = [weights(words) for words in _from_others(examples)]
    seen = [rank.see(e.title, e.sentences, w) for e, w in zip(examples, unseen, strict=True)]
    sentence = " ".join(f"{weight:.4g}" for weight in learn_sentences(examples, seen))
    trees = learn_trees(examples, seen, unseen)
    return "\n".join([HEAD, *_text(learn_words(examples)), f"sentence {sentence}", *trees]) + "\n"


def learn_words(examples: Sequence[Example]) -> Words:
    """How likely a word is in the summary, for itself and for its place; what it is worth in a line."""
    kept: Counter[str] = Counter()
    there: Counter[str] = Counter()
    told = [(_about(example), set(rank.stems(example.target))) for example in examples]
    for words, target in told:
        there.update(words.keys())
        kept.update(words.keys() & target)
    mean = kept.total() / there.total()
    often = {word for word, n in there.items() if n >= SEEN_OFTEN}

    def log_odds(word: str, kept_here: int = 0, here: int = 0) -> float:
        """Against the mean, without what this paper says."""
        ours, others = kept[word] - kept_here + PRIOR * mean, there[word] - here + PRIOR
        return math.log(ours / (others - ours)) - math.log(mean / (1 - mean))

    rows = [
        _parts_of(known) | ({"own": log_odds(word, word in target, 1)} if word in often else {})
        for words, target in told
        for word, known in words.items()
    ]
    vectors = DictVectorizer()
    model = LogisticRegression(C=1.0, max_iter=2_000, fit_intercept=False)
    model.fit(vectors.fit_transform(rows), [word in target for words, target in told for word in words])
    weight = dict(zip(vectors.get_feature_names_out(), model.coef_[0].tolist(), strict=True))
    return Words(
        word={word: weight["own"] * log_odds(word) for word in often},
        place={known: sum(weight.get(part, 0.0) for part in _parts_of(known)) for known in map("".join, WAYS)},
        said=learn_said(examples),
    )


def learn_said(examples: Sequence[Example]) -> dict[str, float]:
    """What it is worth for a line to have a word, or to begin or end with it."""
    said = (rank.stems(line.line) for example in examples for line in example.lines)
    rows = [dict.fromkeys(rank.marks(words, frozenset(words)), 1.0) for words in said]
    count = Counter(name for row in rows for name in row)
    vectors = DictVectorizer()
    table = vectors.fit_transform([{name: 1.0 for name in row if count[name] >= 2 * SEEN_OFTEN} for row in rows])
    model = Ridge(SAID_PRIOR, solver="sparse_cg").fit(table, _gains(examples), sample_weight=_fair(examples))
    return dict(zip(vectors.get_feature_names_out(), (10 * model.coef_).tolist(), strict=True))


def _about(example: Example) -> dict[str, str]:
    seen = rank.see(example.title, example.sentences, NOTHING)
    return rank.places_of(seen.sentences, frozenset(rank.stems(example.title)), by_place(str))


def _parts_of(known: str) -> dict[str, float]:
    """What is known of a word, thing by thing; how often it is there counts apart for the title's words."""
    return {"base": 1.0, known[:2]: 1.0} | {f"{at}{known[at]}": 1.0 for at in range(2, 6)}


def _text(words: Words) -> Iterator[str]:
    for kind, weights in words._asdict().items():
        yield from (f"{kind} {name} {weight:.2f}" for name, weight in sorted(weights.items()) if abs(weight) >= 0.05)


def learn_sentences(examples: Sequence[Example], seen: Sequence[rank.Seen]) -> list[float]:
    """How good the best line of a sentence is, by what the sentence shows."""
    rows, gains = [], []
    for example, view in zip(examples, seen, strict=True):
        best = dict.fromkeys(range(len(example.sentences)), 0.0)
        for line, gain in zip(example.lines, gain_of(example), strict=True):
            best[line.at] = max(best[line.at], gain)
        rows += [rank.of_sentence(view, at) for at in best]
        gains += [gain - np.mean(list(best.values())) for gain in best.values()]
    return Ridge(10.0).fit(np.array(rows), gains).coef_.tolist()


def learn_trees(examples: Sequence[Example], seen: Sequence[rank.Seen], unseen: Sequence[Weights]) -> list[str]:
    """What a line is worth, a tree a line: features, thresholds, leaves."""
    triples = zip(examples, seen, unseen, strict=True)
    rows = np.array([rank.of_line(view, line, known) for e, view, known in triples for line in e.lines], np.float32)
    model = GradientBoostingRegressor(
        n_estimators=TREES,
        learning_rate=RATE,
        max_depth=DEPTH,
        min_samples_leaf=SMALLEST,
        subsample=0.4,
        max_features=0.15,
        random_state=0,
    )
    model.fit(rows, _gains(examples), sample_weight=_fair(examples))
    return [_line(tree.tree_) for tree in model.estimators_[:, 0]]


def _line(tree: object) -> str:
    """A tree filled up to its full depth."""
    forks, leaves = [(0, math.inf)] * FORKS, [0.0] * (FORKS + 1)

    def fill(node: int, place: int) -> None:
        if place >= FORKS:
            leaves[place - FORKS] = RATE * float(tree.value[node, 0, 0])
            return
        left, right = tree.children_left[node], tree.children_right[node]
        if left >= 0:
            forks[place] = (int(tree.feature[node]), float(tree.threshold[node]))
        fill(left if left >= 0 else node, 2 * place + 1)
        fill(right if left >= 0 else node, 2 * place + 2)

    fill(0, 0)
    return " ".join(
        ["tree", *(str(f) for f, _ in forks), *(f"{t:.6g}" for _, t in forks), *(f"{v:.5f}" for v in leaves)]
    )


def gain_of(example: Example) -> np.ndarray:
    return example.scores @ np.array([1.0, 0.5, 0.5])


def _gains(examples: Sequence[Example]) -> np.ndarray:
    """How much better each line is than its paper's others."""
    return np.concatenate([gain_of(example) - gain_of(example).mean() for example in examples])


def _fair(examples: Sequence[Example]) -> np.ndarray:
    """A paper with many lines does not count as many papers."""
    return np.concatenate([np.full(len(example.lines), len(example.lines) ** -0.5) for example in examples])


def validate(examples: Sequence[Example], folds: int) -> None:
    """ROUGE on papers that were not learnt from."""
    reached = []
    for part, rest in _parts(examples, folds):
        known = parse(learn(rest))
        for example in part:
            best = rank.best_lines(rank.see(example.title, example.sentences, known), example.lines, known)[0]
            reached.append([*example.scores[best], *example.scores[gain_of(example).argmax()]])
    print("reached and best possible:", np.round(100 * np.mean(reached, axis=0), 2))


def weights(words: Words) -> Weights:
    return parse("\n".join(_text(words)))


def _from_others(examples: Sequence[Example]) -> list[Words]:
    """For each paper, words learnt from others."""
    found = {id(e): words for part, rest in _parts(examples, INNER) for words in [learn_words(rest)] for e in part}
    return [found[id(example)] for example in examples]


def _parts(examples: Sequence[Example], count: int) -> Iterator[tuple[list[Example], list[Example]]]:
    """The papers in so many parts, each with all the others."""
    order = random.Random(0).sample(range(len(examples)), len(examples))  # noqa: S311
    for k in range(count):
        yield [examples[i] for i in order[k::count]], [examples[i] for n, i in enumerate(order) if n % count != k]


if __name__ == "__main__":
    main()
