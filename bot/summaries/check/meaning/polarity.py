"""Negations: what the abstract denies is not asserted, and what it asserts is not denied. Pure."""

import re
from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Sentence, aligned
from bot.summaries.words import pattern, word_list

_NOT = {"not", "no", "never", "cannot", "without", "nor", "neither", "unable", "hardly", "barely", "rarely", "none"}
_DENIES = re.compile(pattern("denies"))
_AUXILIARY = re.compile(pattern("denied_by_auxiliary"))
_STRICT = {"cannot", "not", "n't", "never"}
_VERB_BEFORE = set("do does did can could is are was were will would has have cannot".split())  # noqa: SIM905
_END = {",", ";", ":", ".", "but", "while", "yet", "although", "whereas", "(", ")"}
_SCOPE_TOKENS = 6
_BE = {"is", "are", "was", "were", "be", "been", "remains", "remain", "becomes", "become"}
_SKIP = set(word_list("skipped_when_denied"))


def turned_negations(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """What the summary denies and the abstract asserts, and the other way round."""
    denied = set(_denied_heads(line, _NOT))
    for head in sorted(denied):
        places = [(s, n) for s in known for n, token in enumerate(s.tokens) if token.stem == head and token.is_content]
        if places and not any(_is_denied(sentence, n) for sentence, n in places):
            yield f"denies “{head}”, which the abstract says"
    yield from _asserted(line, known, denied)
    yield from _elided(line, known)
    yield from _unprefixed(line, known)


def _denied_heads(sentence: Sentence, cues: set[str]) -> Iterator[str]:
    """The first word of meaning behind each negation."""
    for n, token in enumerate(sentence.tokens):
        if token.low in cues or token.low.endswith("n't"):
            scope = sentence.tokens[n + 1 : n + 1 + _SCOPE_TOKENS]
            if token.low == "not" and scope and scope[0].low in {"only", "just", "merely"}:
                continue
            head = next((t for t in scope if (t.is_content and t.low not in _SKIP) or t.text in _END), None)
            if head and head.is_content:
                yield head.stem


def _is_denied(sentence: Sentence, at: int) -> bool:
    """Whether a word stands near something that denies it, in its clause."""
    tokens = sentence.tokens
    low = at
    while low and at - low < _SCOPE_TOKENS and tokens[low - 1].text not in {";", ":", ".", ")"}:
        low -= 1
    high = next((n for n in range(at + 1, min(at + 4, len(tokens))) if tokens[n].text in _END), at + 4)
    near = [*tokens[low:at], *tokens[at + 1 : high]]
    return any(_DENIES.match(token.low) or token.low.startswith(("un", "non")) for token in near)


def _asserted(line: Sentence, known: Sequence[Sentence], denied: set[str]) -> Iterator[str]:
    """A verb that the abstract has only behind `not` or `cannot`, and the summary without."""
    near = aligned(line, known)
    for sentence in near or known:
        for head in _strictly_denied(sentence):
            if head in denied or head not in line.stems or len(head) < 4:
                continue
            shared = (line.stems & sentence.stems) - {head}
            everywhere = [
                (s, n) for s in (near or known) for n, t in enumerate(s.tokens) if t.stem == head and t.is_content
            ]
            at = next(n for n, token in enumerate(line.tokens) if token.stem == head)
            if (
                len(shared) >= (3 if near else 4)
                and all(_is_denied(s, n) for s, n in everywhere)
                and not _is_denied(line, at)
            ):
                yield f"says “{head}”, which the abstract denies"


def _strictly_denied(sentence: Sentence) -> Iterator[str]:
    for n, token in enumerate(sentence.tokens):
        before = sentence.tokens[n - 1].low if n else ""
        if token.low == "cannot" or (token.low in _STRICT and before in _VERB_BEFORE):
            scope = sentence.tokens[n + 1 : n + 4]
            head = next((t for t in scope if t.is_content and t.low not in _SKIP), None)
            if head and not any(t.text in _END for t in scope[: scope.index(head)]):
                yield head.stem


def _elided(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`Prompts cannot.` where the summary says that prompts can, or denies it of what could."""
    for sentence in known:
        if not (found := _AUXILIARY.search(sentence.text)):
            continue
        subject = found["subject"].lower()
        at = line.low.find(subject)
        rest = line.low[at + len(subject) :].split() if at >= 0 else []
        is_negated = bool(rest) and (rest[0] in _NOT or rest[0].endswith("n't"))
        if rest and not (is_negated or "not" in rest[:3] or "cannot" in rest[:2]):
            yield f"says of “{subject}” what the abstract denies"


def _unprefixed(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`solved` where the abstract has `unsolved` only."""
    words = {token.low for sentence in known for token in sentence.tokens}
    for n, token in enumerate(line.tokens):
        if n == 0 or line.tokens[n - 1].low not in _BE or len(token.low) < 5 or token.low in words:
            continue
        opposites = {f"{prefix}{token.low}" for prefix in ("un", "in", "im", "non", "ir")}
        if not opposites.isdisjoint(words) and not _is_denied(line, n):
            yield f"says “{token.low}”, the abstract the opposite"
