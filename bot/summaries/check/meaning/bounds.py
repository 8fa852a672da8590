"""Bounds of numbers: `up to 13%` is not `13%`, and `under 45%` is not `over 45%`. Pure."""

import re
from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Number, Sentence
from bot.summaries.words import table

_BEFORE = re.compile(
    r"(?:^|[\s(])(?:" + "|".join(f"(?P<{name}>{words})" for name, words in table("bounds").items()) + r")"
    r"(?: (?:a|an|the|only|some|total of|about|around|approximately|additional))*[ ~≈+$€]*$"
)
_LIST = re.compile(r"(?:,|and|or|,? and|to|-)[ +$€]*$")
_AGAINST = {("most", "least"), ("least", "most"), ("below", "above"), ("above", "below"), ("least", "below"),
            ("below", "least"), ("nearly", "above"), ("above", "nearly")}  # fmt: skip
_KEPT = {"most", "least", "nearly", "below"}  # dropping these makes a number say more than it did


def changed_bounds(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """Numbers of the summary whose bound the abstract has, and the summary drops or turns."""
    for number in line.numbers:
        there = [
            bound_of(sentence, n) for sentence in known for n, x in enumerate(sentence.numbers) if x.is_same(number)
        ]
        if not there or "" in there:
            continue
        mine = _plain_bound(line, number)
        if not mine and all(bound in _KEPT for bound in there):
            yield f"drops the bound of {number.quantity.said}"
        elif mine and all((mine, bound) in _AGAINST for bound in there):
            yield f"turns the bound of {number.quantity.said}"


def bound_of(sentence: Sentence, index: int) -> str:
    """The kind of bound of a sentence's number; in a list, that of the number before it."""
    number = sentence.numbers[index]
    if own := _plain_bound(sentence, number):
        return own
    between = sentence.low[sentence.numbers[index - 1].end : number.start] if index else ""
    return bound_of(sentence, index - 1) if len(between) <= 12 and _LIST.search(between) else ""


def _plain_bound(sentence: Sentence, number: Number) -> str:
    found = _BEFORE.search(sentence.low[max(0, number.start - 40) : number.start])
    return str(found.lastgroup) if found else ""
