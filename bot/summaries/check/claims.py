"""The claims of a text that its paper must support. Pure.

Numbers are in `quantities.py`, names in `names.py`. When in doubt a rule refuses: the next best summary is at hand.
"""

import re

from bot.summaries.check.names import new_names, plain
from bot.summaries.check.quantities import new_numbers
from bot.summaries.words import pattern

__all__ = ["new_claims", "new_names", "new_numbers", "plain"]

_FIRST = re.compile(pattern("first"))
_CLAIM = re.compile(pattern("superlative"))
_BEST_OF = re.compile(pattern("best_of"))
_BEST_YET = re.compile(pattern("best_yet"))
_MOST = re.compile(r"\b(?:most \w+|best|strongest)\b")
_PROVEN = re.compile(r"\b(?:guarante|provabl|proof|prov(?:e|es|en|ing)\b|theor)")
_SAME = {"sota": "state of the art", "cutting edge": "state of the art"}
_BETTER = re.compile(pattern("better"))
_COMPARES = ("outperform", "surpass", "superior", "beat")


def new_claims(line: str, known: str) -> list[str]:
    """Superlatives of the line that `known` does not make (both plain)."""
    if not (said := [found[1] for found in _CLAIM.finditer(_BEST_OF.sub("", line))]) and "first" not in line:
        return []
    known = _BEST_OF.sub("", known)
    first = ["first"] if _FIRST.search(line) and not _FIRST.search(known) else []
    return first + [claim for claim in dict.fromkeys(said) if not _is_made(claim, known)]


def _is_made(claim: str, known: str) -> bool:
    """A claim is made in its own words; a comparison, in any words of comparing."""
    if claim.startswith(_COMPARES):
        return _BETTER.search(known) is not None
    if claim.startswith("most "):
        return _MOST.search(known) is not None
    if claim.startswith("guarantee"):
        return _PROVEN.search(known) is not None
    claim = _SAME.get(claim, claim)
    stem = re.sub(r"(?<=\w{3})(ed|ing|s)$", "", claim)
    is_best_yet = claim == "state of the art" and _BEST_YET.search(known) is not None
    return is_best_yet or re.search(rf"\b{stem}", known) is not None
