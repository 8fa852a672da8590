"""A line without a model: the sentence of the abstract that says most, trimmed. Pure.

Abstracts go from the known to the new to the result. The sentence that begins "we propose" or "we show" is the one
that tells; its lead-in and its last clauses go when it is too long.
"""

from __future__ import annotations

import re

from bot.papers.model import Paper
from bot.summaries.check import FEWEST_CHARS, MOST_CHARS, check

SENTENCE_CHARS = 1_500
CUT = 1.0  # what it costs a sentence to lose its end

_SENTENCE = re.compile(r"(?<=[a-z0-9)%\]”][.!?])\s+(?=[A-Z“(])|(?<=[A-Z]{2}[.!?])\s+(?=[A-Z])")
_CUES = (
    (
        re.compile(r"\b(we|this (paper|work)|our) (here |then |thus |further )?(propose|present|introduce)s?\b", re.I),
        5.0,
    ),
    (re.compile(r"\b(we|this (paper|work)) (develop|design|describe|study|investigate|release)s?\b", re.I), 4.0),
    (re.compile(r"\b(we|results|experiments) (\w+ly )?(show|demonstrate|find|prove|reveal)s?\b", re.I), 3.5),
    (re.compile(r"\b(novel|new|first)\b", re.I), 1.0),
    (re.compile(r"\b(outperform|improv|achiev|reduc|faster|without)\w*\b", re.I), 0.8),
    (
        re.compile(r"\b(however|although|recent(ly)?|has been|have been|remains|challeng\w+|in recent years)\b", re.I),
        -2.0,
    ),
    (re.compile(r"\b(code|available|github|project page|https?)\b", re.I), -4.0),
    (
        re.compile(r"^(to (address|tackle|bridge|fill|mitigate)|specifically|moreover|furthermore|finally)\b", re.I),
        -0.5,
    ),
)
_LEAD_INS = re.compile(
    r"^(in this (paper|work|study|article|report),?|here,?|therefore,?|thus,?|hence,?|to this end,?"
    r"|specifically,?|moreover,?|furthermore,?|additionally,?|finally,?|in particular,?"
    r"|in response,?|motivated by this,?"
    r"|to (address|tackle|overcome|bridge|fill|mitigate|solve|resolve|alleviate|answer)[^,]{1,120},)\s+",
    re.I,
)
_ACTOR = re.compile(
    r"^(we|this (paper|work|study|article)|our (paper|work|study))\s+(also |first |then |here |further )?", re.I
)
_OUR = re.compile(r"\bour\b", re.I)
_VERBS = frozenset(
    """propose present introduce show demonstrate develop design describe investigate explore examine analyze analyse
    provide offer release build construct create establish evaluate extend find formulate give identify improve learn
    leverage make observe obtain outline perform prove reveal report study suggest tackle train use argue address
    address compare conduct consider derive devise discuss employ enable highlight implement optimize predict
    proposes presents introduces shows provides offers studies investigates describes explores""".split()  # noqa: SIM905
)
_VERB = re.compile(r"^([a-z]+)\b", re.I)
_ADVERB = re.compile(r"^([a-z]+ly) ", re.I)
_AND_VERB = re.compile(rf"(\band )({'|'.join(sorted(v for v in _VERBS if not v.endswith('s')))})\b")
_TAIL = re.compile(
    r"(?:,|;|:|\s[–—-])\s|\s(?=(?:which|while|where|by|with|for|to|and|that|using|through|via|without)\s)"
)
_DANGLING = re.compile(
    r"[\s,;:–—-]+(a|an|the|of|and|or|to|for|with|in|on|by|that|which|where|while|as|is|are|can|its|their|from|both|called"
    r"|named|namely|such|via|using|through|without|than|into|be|unless|if|when|but|not|between|across|how|under|over|at"
    r"|more|most|very|each|every|these|those|this|it|they|has|have|been|being|also|only|even|including|during|within)$",
    re.I,
)


def extract(paper: Paper) -> str:
    """The best line that the abstract itself offers and that passes the check; empty when there is none."""
    sentences = split(paper.abstract)
    lines = [trim(sentence) for sentence in sentences]
    ranked = sorted(
        range(len(sentences)),
        key=lambda i: -score(sentences[i], i, len(sentences), paper.title) + CUT * _is_cut(lines[i], sentences[i]),
    )
    return next((lines[i] for i in ranked if not check(lines[i], paper)), "")


def split(abstract: str) -> list[str]:
    """The sentences of a text."""
    return [sentence.strip() for sentence in _SENTENCE.split(abstract) if len(sentence.strip()) > FEWEST_CHARS]


def score(sentence: str, position: int, count: int, title: str) -> float:
    """How much a sentence tells of the paper."""
    cues = sum(weight for cue, weight in _CUES if cue.search(sentence))
    words = set(re.findall(r"\w{4,}", sentence.casefold()))
    of_title = set(re.findall(r"\w{4,}", title.casefold()))
    overlap = len(words & of_title) / max(len(of_title), 1)
    place = 0.8 * position / max(count - 1, 1)  # the new comes after the known
    too_long = max(0, len(sentence) - 220) / 120
    return cues + 3.0 * overlap + place - too_long


def trim(sentence: str) -> str:
    """The sentence without lead-ins, in the third person, cut between clauses until it fits."""
    line = " ".join(sentence[:SENTENCE_CHARS].split())
    while (shorter := _LEAD_INS.sub("", line)) != line:
        line = shorter
    line = _OUR.sub(lambda match: "The" if match[0][0] == "O" else "the", _impersonal(line))
    line = re.sub(r"\s*\([^()]*\)", "", line) if len(line) > MOST_CHARS else line
    line = _fit(line.rstrip(" .")).rstrip(" ,;:")
    return line[:1].upper() + line[1:] + "." if line else ""


def _is_cut(line: str, sentence: str) -> bool:
    """Whether words at the end had to go."""
    return line.rstrip(".")[-12:] != sentence.strip().rstrip(".")[-12:]


def _impersonal(line: str) -> str:
    """`We propose X and show Y` as `Proposes X and shows Y`; a sentence of ours that is told otherwise stays,
    and fails the check."""
    rest = _ACTOR.sub("", line)
    if rest == line:
        return line
    adverb, verb = _ADVERB.match(rest), None
    if adverb:
        rest = rest[adverb.end() :]
    verb = _VERB.match(rest)
    if verb is None or verb[1].casefold() not in _VERBS:
        return rest if verb and not line.casefold().startswith("we") else line
    told = f"{_third(verb[1])}{' ' + adverb[1] if adverb else ''}{rest[verb.end() :]}"
    return _AND_VERB.sub(lambda found: f"{found[1]}{_third(found[2])}", told)


def _third(verb: str) -> str:
    low = verb.casefold()
    if low.endswith("s") and low != "discuss":
        return low
    if low.endswith("y"):
        return low[:-1] + "ies"
    return low + ("es" if low.endswith(("s", "sh", "ch", "x")) else "s")


def _fit(line: str) -> str:
    """Cut at the last clause that leaves it short enough; never inside a word."""
    room = MOST_CHARS - 1
    if len(line) <= room:
        return line
    cuts = [match.start() for match in _TAIL.finditer(line) if FEWEST_CHARS * 2 <= match.start() <= room]
    if not cuts:
        return ""  # no clause ends there: another sentence says it better
    line = line[: cuts[-1]]
    while (shorter := _DANGLING.sub("", line)) != line:
        line = shorter
    return line
