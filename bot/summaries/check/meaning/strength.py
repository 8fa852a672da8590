"""Strength: a hedge is not dropped, and nothing is proved, solved or true of all unless the abstract says so. Pure."""

import itertools
import re
from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Sentence, Token, aligned
from bot.summaries.words import pattern, rows

_HEDGES = {"could", "may", "might", "potentially", "likely", "possibly", "perhaps", "presumably"}
_SOFTENS = re.compile(pattern("softens"))
_HEDGED_WITHIN_TOKENS = 3
_MIN_STEM_CHARS = 4
_RULES = [(re.compile(rf"(?:{said})\Z"), re.compile(support)) for said, support in rows("strong")]
_MEASURED = [(re.compile(weak), re.compile(strong)) for weak, strong in rows("measured")]


def lost_hedges(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """Words of the summary that are stronger than anything in the abstract, or in the sentence it repeats."""
    text = " ".join(sentence.low for sentence in known)
    for token, following in itertools.zip_longest(line.tokens, line.tokens[1:]):
        if token.low.startswith("prov") and (following is None or following.low != "that"):
            continue  # `proves useful` proves nothing
        if any(said.match(token.low) and not support.search(text) for said, support in _RULES):
            yield f"is surer than the abstract (“{token.low}”)"
    near = aligned(line, known)
    if any(_is_widened(line, near, weak, strong) for weak, strong in _MEASURED):
        yield "makes a claim about some a claim about all"
    for n, token in enumerate(line.tokens):
        if len(token.stem) < _MIN_STEM_CHARS or not token.is_content:
            continue
        if any(_SOFTENS.match(before.low) for before in line.tokens[:n]):
            continue
        if _is_only_hedged(token, known) or _is_only_hedged(token, near):
            yield f"drops the hedge of “{token.low}”"


def _is_widened(line: Sentence, near: Sequence[Sentence], weak: re.Pattern[str], strong: re.Pattern[str]) -> bool:
    """Whether the summary says strongly what the sentences it repeats say weakly."""
    if not strong.search(line.low) or weak.search(line.low) or any(strong.search(s.low) for s in near):
        return False
    return any(weak.search(sentence.low) for sentence in near)


def _is_only_hedged(token: Token, sentences: Sequence[Sentence]) -> bool:
    """Whether some sentences have a word, and each time close behind a hedge."""
    places = [(s.tokens, n) for s in sentences for n, other in enumerate(s.tokens) if other.stem == token.stem]
    return bool(places) and all(_is_hedged(tokens, n) for tokens, n in places)


def _is_hedged(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[max(0, at - _HEDGED_WITHIN_TOKENS) : at]
    hedge = next((n for n, token in enumerate(before) if token.low in _HEDGES), None)
    return hedge is not None and not any(token.is_content or token.is_mark for token in before[hedge + 1 :])
