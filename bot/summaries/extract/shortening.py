"""Shortens a sentence: drops the lead-in, turns it into the third person, cuts between clauses. Pure.

A cut is made only when the rest is complete: after a clause, never between a verb and its object, never inside a pair.
When in doubt there is no cut: another sentence will do better.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits

from bot.summaries.check import MAX_CHARS, MIN_CHARS
from bot.summaries.verbs import ADVERB, TELLING, agree, third
from bot.summaries.words import pattern

# All of these are looked for in lower case: patterns that ignore case are slow.
_WAITS = re.compile(pattern("waits"))
_HANGS = re.compile(pattern("hangs"))
_HANGS_LONG = re.compile(r"\bthat, (?:if|when|given|while|although|unlike|under|for|in|by|with)\b[^,]*,?[^,]*$")
_WAITS_FOR_TO = re.compile(pattern("waits_for_to"))
_HALF_A_PAIR = re.compile(pattern("half_a_pair"))
_OF_A_PAIR = ("both", "ither", "not", "whether", "between")
_AND_DEED = re.compile(pattern("and_deed"))

SENTENCE_CHARS = 1_500
SHORTEST = 40  # a sentence cut shorter says too little

_GAP = re.compile(r"[.!?]\s+(?=[A-Z“(\"])")
_LAST_LETTERS = frozenset(f"{ascii_lowercase}{digits})%]”\"'")
_CAPITALS = re.compile(r"[A-Z]{2}")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|et al|etc|vs|cf|resp|approx|Fig|Sec|Eq|No)\.$")

# What comes before the deed
_WE = re.compile(
    rf"^(?:(?P<lead>.{{0,300}}?)(?:[,:;—]\s|\b(?:and|work|paper|study|article|here)\s))??"
    rf"[Ww]e,? (?P<how>(?:{ADVERB},? )*)(?P<verb>[a-z]+)\b"
)
_IT = re.compile(
    r"^(?:[^,]{0,120}, )?(?:this|our|the) (?:paper|work|study|article|report|survey|research|authors?) "
    rf"(?P<how>(?:{ADVERB} )*)(?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)
_PAPER = re.compile(r"\b(?:paper|work|study|article|report|survey|research|authors?)\b")
_AIM = re.compile(pattern("aim"), re.IGNORECASE)
_FINDINGS = re.compile(pattern("findings"), re.IGNORECASE)
_LEAD_IN = re.compile(pattern("lead_in"), re.IGNORECASE)
_OURS = re.compile(r"\b([Oo])ur\b")
_OUR_THING = re.compile(r"^This (?=(?:new |novel )?(?:\w+ )?(?:method|approach|model|framework|algorithm|technique)\b)")
_CALLED = re.compile(r",? (?:which|that) we (?:call|term|name|dub|refer to as|denote) ([^,;]{2,60}),")
_CALLED_LAST = re.compile(r",? (?:(?:which|that) )?we (?:call|term|name|dub|refer to as|denote) [^,;]{2,60}$")
_ABOUT_US = re.compile(r"\b(?:[Ww]e|us|ours|I|my|[Tt]h(?:is|e) (?:paper|work|study|article)|[Yy]ours?|[Yy]ou)\b")
_BACK = re.compile(pattern("back"), re.IGNORECASE)
_POINTS_BACK = re.compile(pattern("points_back"))

# Where a clause ends
_CUT = re.compile(pattern("cut"))
_CLAUSE = "which where while when using via through without because whereas by with on across under"
_STANDS_WITHOUT = frozenset(_CLAUSE.split())
_FRONTED = re.compile(pattern("fronted"), re.IGNORECASE)
_FINITE = re.compile(rf"\b(?:is|are|can|has|have|does|do|will|(?:{'|'.join(TELLING)})s?)\b")
_MANNER = re.compile(pattern("manner"), re.IGNORECASE)
_DEED = re.compile(r"(?:[a-z]+ly )?[a-z]+s ")
_CLAIM = re.compile(r"(?:[a-z]+ly )?(?:shows|demonstrates|finds|proves|observes|reveals|argues) (?:[a-z]+ly )?that ")
_CLAIMS = frozenset({"shows", "demonstrates", "finds", "proves", "observes", "reveals"})
_SPACED = re.compile(r" ([,;:.])(?= |$)")
_PARENTHESIS = re.compile(r"\s*\([^()]*\)")


def split(abstract: str) -> list[str]:
    """The sentences of a text."""
    found: list[str] = []
    for part in _parts(abstract):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] += " " + part
        else:
            found.append(part.strip())
    return [sentence for sentence in found if len(sentence) > MIN_CHARS]


def _parts(text: str) -> Iterator[str]:
    """What stands between ends of sentences, abbreviations' included."""
    start = 0
    for gap in _GAP.finditer(text):
        at = gap.start()
        after_name = text[gap.end()] in ascii_uppercase and _CAPITALS.fullmatch(text, at - 2, at)
        if text[at - 1 : at] in _LAST_LETTERS or (at >= 2 and after_name):
            yield text[start : at + 1]
            start = gap.end()
    yield text[start:]


def trim(sentence: str) -> str:
    """The longest shortened form of a sentence; empty when there is none."""
    return max(trims(sentence), key=len, default="")


def trims(sentence: str) -> list[str]:
    """The shortened forms within a summary's length, complete ones first; empty when there are none."""
    line = " ".join(sentence[:SENTENCE_CHARS].split())
    if any(mark in line for mark in (" ,", " ;", " :", " .")):
        line = _SPACED.sub(r"\1", line)
    line = line.rstrip(" .;:,")
    found: dict[str, None] = {}
    for told in _told(line):
        bare = _PARENTHESIS.sub("", told) if "(" in told else told
        for whole in dict.fromkeys((told, bare)):
            fitting = [whole] if len(whole) < MAX_CHARS else []
            free = _stands(whole)  # then its beginnings are too
            found |= dict.fromkeys(_sentence(cut) for cut in (*fitting, *_cuts(whole)) if free or _stands(cut))
    return list(found)


def _stands(line: str) -> bool:
    """Whether it can be read alone: without `we` and without references to earlier sentences."""
    return not _ABOUT_US.search(line) and not _BACK.search(line)


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:] + ("" if line.endswith(("?", "!")) else ".")


def _told(line: str) -> list[str]:
    """A sentence without its lead-in, in the third person; its claim alone too, where it can stand so."""
    if " that " in line and (found := _FINDINGS.match(line)):
        return [_ours(line[found.end() :])]
    if spoken := _spoken(line):
        return _deed(spoken, line)
    while (shorter := _LEAD_IN.sub("", line)) != line:
        line = shorter
    line = _OUR_THING.sub("The ", line[:1].upper() + line[1:])
    return [] if _POINTS_BACK.match(line) else [_ours(line)]


def _spoken(line: str) -> re.Match[str] | None:
    """`We propose`, `this paper presents`, `our aim is to show`."""
    we = _WE.match(line) if "we " in line or "We " in line or "e, " in line else None
    return we or (_IT.match(line) if _PAPER.search(line) else None) or (_AIM.match(line) if " is to " in line else None)


def _deed(spoken: re.Match[str], line: str) -> list[str]:
    verb, rest = third(spoken["verb"]), line[spoken.end() :]
    if not verb:
        return []
    if " we " in rest:
        rest = _CALLED_LAST.sub("", _CALLED.sub(r", \1,", rest))
    claim = rest.removeprefix(" that ") if verb in _CLAIMS else rest
    alone = [claim] if claim != rest and not _POINTS_BACK.match(claim.capitalize()) else []
    how = " ".join(word for word in spoken["how"].split() if _MANNER.fullmatch(word))
    return [_ours(agree(f"{how} {verb}{rest}".strip())), *map(_ours, alone)]


def _ours(line: str) -> str:
    return _OURS.sub(lambda found: "The" if found[1] == "O" else "the", line) if "ur" in line else line


def _cuts(line: str) -> Iterator[str]:
    """The line up to where a clause ends."""
    deed = _DEED.match(line) is not None  # it begins with its verb
    claim = deed and _CLAIM.match(line) is not None
    fronted = not deed and _FRONTED.match(line) is not None
    for found in _CUT.finditer(line, SHORTEST, MAX_CHARS + 10):
        kept, rest = line[: found.start()].rstrip(" ,;:"), line[found.end() :]
        if len(kept) >= MAX_CHARS:
            return
        if len(kept) < SHORTEST:
            continue
        main = kept.partition(", ")[2] if fronted else kept.partition(" that ")[2] if claim else kept
        if not deed and not (found["strong"] or rest.partition(" ")[0] in _STANDS_WITHOUT):
            continue
        if ((deed and not claim) or _FINITE.search(main)) and not waits(kept, rest):
            yield kept


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
