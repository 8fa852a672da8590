"""Decides where a sentence can be cut: whether the first part depends on the rest. Pure.

The lists are cautious: a cut too few costs little, a cut too many reads badly.
"""

from __future__ import annotations

import re
from functools import lru_cache

# All of these are looked for in lower case: patterns that ignore case are slow.
_WAITS = re.compile(  # words that no summary ends with
    r"(?:an?|the|of|and|or|to|for|with|in|on|by|that|which|where|while|as|is|are|can|its|their|from|both|was"
    r"|were|namely|such|via|using|through|without|than|into|be|unless|if|when|but|not|between|across|how|under"
    r"|over|at"
    r"|more|most|less|very|each|every|these|those|this|it|they|has|have|been|also|only|even|during|within|able"
    r"|ability"
    r"|need|due|rather|instead|well|so|order|respect|according|whether|what|why|far|same|aware|capable"
    r"|similar\w*|known"
    r"|available|robust|sensitive|invariant|equivalent|close|prior|relative|eas\w+|hard\w*|difficult|possible"
    r"|necessary"
    r"|sufficient|either|neither|nor|whose|who|no|any|all|some|many|other|two|three|several|different|various"
    r"|new|novel"
    r"|vs|potential|search|view|fact|idea|notion|problem|task|question|way|goal|aim|possibility|lack|number|set"
    r"|use|cases?"
    r"|one|type|kind|class|family|form|range|variety|series|effect|role|impact|called|despite|along|deal|first"
    r"|second|relevant|given|unlike|upon|towards?|against|about|much|exactly|found|learnt|built|shown|done|seen|taken"
    r"|(?:lead|rel|foc|depend|consist|correspond|belong|account|allow|enable|make|help|require|use|result"
    r"|improve|achieve"
    r"|present|propose|introduce|provide|describe|develop|attempt|tend|seek|fail|learn|operate|act|perform|work|refer"
    r"|show|find|prove|argue|suggest|reveal|interact|differ|benefit|suffer|arise|demonstrat|validat|evaluat"
    r"|verif|attend|struggl|struggle|focus|compar|analyz|analyse|contain|include|yield)(?:y|ies|us|uses|e|s|es)?"
    r"|(?!(?:learn|train|model|process|cluster|reason|understand|embedd|sett|plann|tun|cod|mapp|forgett|match"
    r"|prun|sampl"
    r"|comput|hash|pool|rout|transl)ing)\w+ing|\w{3,}ed)"
)
_HANGS = re.compile(  # the last four words, where they say too little to end with
    r"\b(?:that|which|who) (?:is |are |can |has |have )?(?:\w+ly )?\w+$"
    r"|\bof an? \w+$|\b(?:depend|rel|focus)(?:s|ies|es) \w+ly$|, (?:an?|the) (?:\w+ )?\w+$|: \w+$"
)
_HANGS_LONG = re.compile(r"\bthat, (?:if|when|given|while|although|unlike|under|for|in|by|with)\b[^,]*,?[^,]*$")
_WAITS_FOR_TO = re.compile(
    r"\b(?:allow|enabl|help|mak|forc|encourag|train|teach|us|requir|let|caus|want|need|abilit|able|how|eas"
    r"|possible|way"
    r"|learn|tr(?:y|ie)|seek|attempt|fail|tend|aim|lead|due|compar|extend|appl|generali|transfer|adapt|map"
    r"|relat|connect"
    r"|reduc|respect|optimi|access|solution|contrast|alternative|robust|addition|when|what|whether"
    r"|from)[a-z]*(?: \S+){0,6}$"
)
_HALF_A_PAIR = re.compile(
    r"\b(?:both|either|neither|not only|whether|not)\b(?!.*\b(?:and|or|but|nor)\b)|\bbetween (?:an?"
    r"|the) [^,]*$(?<!s)"
)
_OF_A_PAIR = ("both", "ither", "not", "whether", "between")
_AND_DEED = re.compile(
    r"and (?:\w+ly |then |further |also )?(?:\w+s (?:an?|the|that|its|it|how|to)\b|(?:it|they|the \w+) )"
)


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
