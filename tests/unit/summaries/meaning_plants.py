"""True sentences of recorded abstracts, and the same sentences with their meaning turned.

Every number and name of a turned sentence is the abstract's own: only what it says of them is false.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence

from bot.summaries.check import MAX_CHARS
from bot.summaries.extract.shortening import split, trims
from tests.unit.summaries.plants import Said, hugging_face

Turn = Callable[[str, random.Random], str]
FOREIGN = ("medical images", "legal contracts", "satellite data", "protein folding", "weather maps", "musical scores")
_VERBS = {
    "improves": "does not improve",
    "reduces": "does not reduce",
    "outperforms": "does not outperform",
    "achieves": "does not achieve",
    "enables": "does not enable",
    "preserves": "does not preserve",
    "generalizes": "does not generalize",
    "supports": "does not support",
    "requires": "does not require",
    "eliminates": "does not eliminate",
}
_OPPOSITES = {
    "improves": "degrades",
    "improving": "degrading",
    "increases": "decreases",
    "increasing": "decreasing",
    "reduces": "increases",
    "reducing": "increasing",
    "outperforms": "underperforms",
    "outperforming": "underperforming",
    "higher": "lower",
    "lower": "higher",
    "faster": "slower",
    "fewer": "more",
    "gains": "losses",
    "surpasses": "trails",
    "surpassing": "trailing",
    "boosts": "lowers",
    "boosting": "lowering",
}
_NUMBER = r"\d+(?:\.\d+)?(?:%|x|×)?"


def _replaced(line: str, words: dict[str, str]) -> str:
    """A line with the first of some words replaced, at its start too."""
    found = re.search(rf"\b(?:{'|'.join(words)})\b", line, re.IGNORECASE)
    if not found:
        return line
    new = words[found[0].lower()]
    return line[: found.start()] + (new.capitalize() if found[0][0].isupper() else new) + line[found.end() :]


def bound(line: str, chance: random.Random) -> str:
    """`up to` and the like dropped, or turned."""
    if re.search(r"\bup to (?=[+$]?\d)", line):
        return re.sub(r"\bup to (?=[+$]?\d)", "", line, count=1)
    if re.search(r"\b(?:at least|nearly|almost|under|less than|fewer than) (?=\d)", line):
        return re.sub(r"\b(?:at least|nearly|almost|under|less than|fewer than) (?=\d)", "", line, count=1)
    return re.sub(r"\b(over|more than|above) (?=\d)", "under ", line, count=1)


def negation(line: str, chance: random.Random) -> str:
    """A negation put in, or taken out."""
    if (taken := re.sub(r"\b(do|does|did|can|is|are) ?not ", r"", line, count=1)) and taken != line:
        return taken
    return _replaced(line, _VERBS)


def direction(line: str, chance: random.Random) -> str:
    """A change or comparison turned round."""
    spans = re.sub(rf"\bfrom ({_NUMBER}) to ({_NUMBER})", r"from \2 to \1", line, count=1)
    return spans if spans != line else _replaced(line, _OPPOSITES)


def attribution(line: str, chance: random.Random) -> str:
    """Two numbers changed over, each with the name or measure of the other."""
    found = list(re.finditer(rf"(?<![\w.-]){_NUMBER}(?![\w.-]*[A-Za-z-])", line))
    pairs = [(a, b) for a, b in itertools.pairwise(found) if a[0] != b[0] and a[0][-1].isdigit() == b[0][-1].isdigit()]
    pairs = [(a, b) for a, b in pairs if re.search(r"(?:on|for|in|of|by) ", line[a.end() : b.start()])]
    if not pairs:
        return line
    a, b = pairs[0]
    return line[: a.start()] + b[0] + line[a.end() : b.start()] + a[0] + line[b.end() :]


def hedge(line: str, chance: random.Random) -> str:
    """A hedge dropped, or a suggestion made a proof."""
    for said, surer in (
        (r"\b(?:may|might|could) (?:potentially )?be\b", "is"),
        (r"\b(?:may|might|could) (?:potentially )?", ""),
        (r"\b(?:[Ss]uggest|[Ii]ndicate)(s?) that", r"Prove\1 that"),
        (r"\bmost\b", "all"),
        (r"\b(?:often|sometimes|typically|frequently)\b", "always"),
    ):
        if (turned := re.sub(said, surer, line, count=1)) != line:
            return turned
    return line


def scope(line: str, chance: random.Random) -> str:
    """A setting added to a list of settings."""
    return re.sub(
        r"\b(on|across|for) (\w+(?: \w+)?) and (?=\w)", rf"\1 \2, {chance.choice(FOREIGN)} and ", line, count=1
    )


TURNS: tuple[Turn, ...] = (bound, negation, direction, attribution, hedge, scope)


def true_sentences() -> Iterator[Said]:
    """Sentences of recorded abstracts within a summary's length: true as they stand."""
    for paper in hugging_face():
        for sentence in split(paper.abstract):
            for line in trims(sentence)[:1]:
                if len(line) <= MAX_CHARS:
                    yield Said(line, paper)


def turned(true: Sequence[Said], each: int, turns: Sequence[Turn] = TURNS) -> list[Said]:
    """False sentences: up to `each` of every kind, of different papers."""
    chance = random.Random(11)
    found: list[Said] = []
    for turn in turns:
        seen: set[str] = set()
        for said in chance.sample(true, len(true)):
            line = turn(said.line, chance)
            if line != said.line and len(line) <= MAX_CHARS and said.paper.id not in seen:
                seen.add(said.paper.id)
                found.append(Said(line, said.paper, turn.__name__))
            if len(seen) == each:
                break
    return found
