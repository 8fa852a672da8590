"""Causes: a summary gives a reason only where the abstract connects the two. Pure."""

import itertools
import re
from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Sentence, Token
from bot.summaries.words import pattern

_CAUSE = re.compile(pattern("cause"))
_CAUSAL = re.compile(pattern("causal"))
_MIN_STEMS = 2


def new_causes(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """Reasons that no sentence of the abstract, nor two in a row, gives."""
    for found in _CAUSE.finditer(line.low):
        cause = _stems([token for token in line.tokens if token.start >= found.end()])
        effect = _stems([token for token in line.tokens if token.end <= found.start()])
        if len(cause) < _MIN_STEMS or not effect:
            continue
        pairs = [*((one, None) for one in known), *itertools.pairwise(known)]
        if not any(_connects(first, second, cause, effect) for first, second in pairs):
            yield "gives a reason that the abstract does not"


def _connects(first: Sentence, second: Sentence | None, cause: set[str], effect: set[str]) -> bool:
    """Whether one sentence, or two with a word of cause in the second, have both sides."""
    stems = first.stems | (second.stems if second else frozenset())
    text = second.low if second else first.low
    return bool(_CAUSAL.search(text)) and len(stems & cause) >= min(_MIN_STEMS, len(cause)) and bool(stems & effect)


def _stems(tokens: Sequence[Token]) -> set[str]:
    return {token.stem for token in tokens if token.is_content}
