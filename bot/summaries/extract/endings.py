"""Decides where a sentence can be cut: whether the first part depends on the rest. Pure.

The lists are cautious: a cut too few costs little, a cut too many reads badly.
"""

import re
from functools import lru_cache

from bot.summaries.words import pattern

# All of these are looked for in lower case: patterns that ignore case are slow.
_WAITS = re.compile(pattern("waits"))
_HANGS = re.compile(pattern("hangs"))
_HANGS_LONG = re.compile(r"\bthat, (?:if|when|given|while|although|unlike|under|for|in|by|with)\b[^,]*,?[^,]*$")
_WAITS_FOR_TO = re.compile(pattern("waits_for_to"))
_HALF_A_PAIR = re.compile(pattern("half_a_pair"))
_OF_A_PAIR = ("both", "ither", "not", "whether", "between")
_AND_DEED = re.compile(pattern("and_deed"))


def waits(kept: str, rest: str) -> bool:
    """Whether the kept part depends on the rest."""
    if rest.startswith("and ") and not _AND_DEED.match(rest):
        return True
    low = kept.lower()
    if _waits_for_more(low.replace("-", " ").rpartition(" ")[2]) or _hangs(low):
        return True
    if kept.count("(") != kept.count(")") or kept.count('"') % 2 or kept.count("“") != kept.count("”"):
        return True
    if rest.startswith("to ") and _WAITS_FOR_TO.search(low):
        return True
    return rest.startswith(("and ", "or ")) and "," in kept[-60:]  # the last of a list


@lru_cache(maxsize=16_384)
def _waits_for_more(word: str) -> bool:
    return _WAITS.fullmatch(word) is not None


def _hangs(low: str) -> bool:
    """The costly checks, run only when they can match."""
    _, *last = low.rsplit(" ", 5)
    if _HANGS.search(" ".join(last) if len(last) == 5 else low):
        return True
    if "that, " in low and _HANGS_LONG.search(low):
        return True
    return any(word in low for word in _OF_A_PAIR) and _HALF_A_PAIR.search(low) is not None
