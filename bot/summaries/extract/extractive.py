"""Extractive summaries: the most informative sentence of the abstract, shortened. Pure.

The likeliest sentences about the paper's own work are shortened in every possible way (`shortening.py`), all candidates
are ranked (`sentence_ranking.py`), two short ones may be joined, and the best that passes the check is taken.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.papers.model import Paper
from bot.summaries.check import MAX_CHARS, MIN_CHARS, check
from bot.summaries.extract import sentence_ranking as rank
from bot.summaries.extract.shortening import split, trim, trims
from bot.summaries.words import pattern

__all__ = ["candidates", "extract", "split", "trim"]

CLOSELY = 3  # sentences
ABSTRACT_CHARS = 20_000
FIRST_CHARS, SECOND_CHARS = 100, 80  # of two deeds in one line

_NAMED = re.compile(pattern("named"))
_ONLY_NAMED = re.compile(pattern("only_named"))
KIND_CHARS = 80  # of a line without the name: a shorter one says too little
_FIRST = re.compile(pattern("first_deed"))
_SECOND = re.compile(pattern("second_deed"))


def extract(paper: Paper) -> str:
    """The best extractive summary that passes the check; empty when there is none."""
    sentences = split(paper.abstract[:ABSTRACT_CHARS])
    if not sentences:
        return ""
    seen = rank.see(paper.title, sentences)
    likely = (candidates(sentences, part) for part in _parts(seen))
    return next((line for lines in likely for line in _passing(paper, seen, lines)), "")


def _parts(seen: rank.AbstractFeatures) -> Iterator[Sequence[int]]:
    """The sentences to look at: the likeliest of the paper's own, its others, and those before it speaks of itself."""
    count, first = len(seen.sentences), rank.own_from(seen)
    yield (closely := rank.likeliest(seen, range(first, count), CLOSELY))
    yield [at for at in range(first, count) if at not in closely]
    yield range(first)


def candidates(sentences: Sequence[str], at: Iterable[int]) -> list[rank.Candidate]:
    """The ways to say these sentences, and two deeds in one."""
    said = [rank.Candidate(line, n, n) for n in sorted(at) for line in trims(sentences[n])]
    return [one for one in said if len(one.line) >= MIN_CHARS] + _both(said)


def _passing(paper: Paper, seen: rank.AbstractFeatures, found: Sequence[rank.Candidate]) -> Iterator[str]:
    """The candidates that pass the check, best first."""
    if found:
        lines = (found[at].line for at in rank.best_lines(seen, found))
        yield from (
            said for line in lines for said in _ways(line, paper.title) if not check(said, paper, meaning=False)
        )


def _ways(line: str, title: str) -> Iterator[str]:
    """`Proposes X, a method that …` as `A method that …`, where the title has X; then the line as it is.

    None for `Proposes X.`, which says no more than the title.
    """
    bare = _ONLY_NAMED.fullmatch(line)
    if bare and bare["name"].casefold() in title.casefold():
        return
    named = _NAMED.fullmatch(line)
    if named and len(named["kind"]) >= KIND_CHARS:
        names = (named["name"], named["short"] or named["name"])
        if any(name.casefold() in title.casefold() for name in names):
            yield named["kind"][:1].upper() + named["kind"][1:]
    yield line


def _both(said: Sequence[rank.Candidate]) -> list[rank.Candidate]:
    """`Proposes X.` and `Shows Y.` as `Proposes X, and shows Y.`"""
    first = [
        one for one in said if len(one.line) <= FIRST_CHARS and ", and " not in one.line and _FIRST.match(one.line)
    ]
    second = [one for one in said if len(one.line) <= SECOND_CHARS and _SECOND.match(one.line)]
    return [
        rank.Candidate(f"{a.line[:-1]}, and {b.line[0].lower()}{b.line[1:]}", a.at, b.at)
        for a in first
        for b in second
        if b.at > a.at and len(a.line) + len(b.line) + 4 <= MAX_CHARS
    ]
