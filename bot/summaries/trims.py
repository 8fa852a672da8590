"""The shorter ways to say a sentence: without its lead-in, in the third person, cut between clauses. Pure.

A cut is made only where what stays is whole: after a clause, never between a verb and what it needs, never inside
a pair. Where that cannot be told, there is no cut: another sentence says it better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.summaries.check import FEWEST_CHARS, MOST_CHARS
from bot.summaries.verbs import TELLING, agree, third

SENTENCE_CHARS = 1_500
SHORTEST = 40  # a sentence cut shorter says too little

_END = re.compile(r"(?<=[a-z0-9)%\]”\"'][.!?])\s+(?=[A-Z“(\"])|(?<=[A-Z]{2}[.!?])\s+(?=[A-Z])")
_ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|et al|etc|vs|cf|resp|approx|Fig|Sec|Eq|No)\.$")

# What comes before the deed
_ADVERB = r"(?:[a-z]+ly|also|first|then|thus|hence|here|further|next|now|instead|therefore)"
_WE = re.compile(
    rf"^(?:(?P<lead>.{{0,300}}?)(?:[,:;—]\s|\b(?:and|work|paper|study|article|here)\s))??"
    rf"[Ww]e,? (?P<how>(?:{_ADVERB},? )*)(?P<verb>[a-z]+)\b"
)
_IT = re.compile(
    r"^(?:[^,]{0,120}, )?(?:this|our|the) (?:paper|work|study|article|report|survey|research|authors?) "
    rf"(?P<how>(?:{_ADVERB} )*)(?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)
_PAPER = re.compile(r"\b(?:paper|work|study|article|report|survey|research|authors?)\b")
_AIM = re.compile(
    r"^(?:[^,]{0,80}, )?(?:our|the) (?:main |primary |key )?(?:aim|goal|objective|contribution|idea)"
    r"(?: (?:of|in|for) this (?:paper|work|study|article))? is (?P<how>)to (?P<verb>[a-z]+)\b",
    re.IGNORECASE,
)
_FINDINGS = re.compile(
    r"^(?:[^,]{0,60}, )?(?:(?:our|the|these|this|all|extensive|detailed|thorough|experimental|empirical|numerical"
    r"|theoretical|simulation|preliminary|main|initial) ){0,4}(?:results?|experiments?|experimentation|findings?"
    r"|evaluations?|evidence|stud(?:y|ies)|analys[ei]s)(?: (?:on|in|from|of|with|for|across) [^,]{3,80}?)?,?"
    r"(?: (?:\w+ly|also|further))? (?:show|demonstrate|suggest|indicate|reveal|confirm|highlight|prove)s?"
    r"(?: \w+ly)? that ",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:in this (?:paper|work|study|article|report)|here|therefore|thus|hence|to (?:this|that) end"
    r"|specifically|moreover"
    r"|furthermore|additionally|finally|in particular|in response|motivated by this|in addition|as a result"
    r"|consequently"
    r"|importantly|notably|interestingly|surprisingly|indeed|overall|in summary|more (?:specifically|generally"
    r"|precisely)"
    r"|in contrast|in general|however|also|further|concretely|empirically|at the same time|for (?:example|instance)"
    r"|on the other hand|unfortunately|in fact|as such|first|second|third|then|lastly|instead|inspired by this"
    r"|amazingly"
    r"|by (?:doing so|contrast)|in doing so|in (?:our )?(?:the )?(?:numerical )?experiments"
    r"|to (?:address|tackle|overcome|bridge|fill|mitigate|solve|resolve|alleviate|answer)[^,]{1,120})(?:,\s*)",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b([Oo])ur\b")
_OUR_THING = re.compile(r"^This (?=(?:new |novel )?(?:\w+ )?(?:method|approach|model|framework|algorithm|technique)\b)")
_CALLED = re.compile(r",? (?:which|that) we (?:call|term|name|dub|refer to as|denote) ([^,;]{2,60}),")
_CALLED_LAST = re.compile(r",? (?:(?:which|that) )?we (?:call|term|name|dub|refer to as|denote) [^,;]{2,60}$")
_ABOUT_US = re.compile(r"\b(?:[Ww]e|us|ours|I|my|[Tt]h(?:is|e) (?:paper|work|study|article)|[Yy]ours?|[Yy]ou)\b")
_POINTS_BACK = re.compile(
    r"(?:It|They|These|Those|He|She|Such|This|That|Both|Doing|Its|Their|Here|There|But|And|Or|So)\b"
)

# Where a clause ends
_CUT = re.compile(
    r"(?P<strong>[,;] (?=(?:which|where|while|whereas|and|by|with|using|via|through|without|such as|including"
    r"|leading|thereby"
    r"|thus|but|resulting|making|achieving|enabling|allowing|even|especially|particularly|compared|based"
    r"|yielding|providing"
    r"|showing|outperforming|demonstrating|improving|reducing|supporting|requiring|revealing|covering|enhancing"
    r"|uncovering"
    r"|finding|offering|setting|surpassing|highlighting|ensuring|exhibiting|maintaining|addressing|facilitating"
    r"|delivering"
    r"|matching|reaching|suggesting|indicating|establishing|eliminating|preserving|mitigating|boosting"
    r"|significantly|so|because|since|when|rather|instead|both|it|they|this|these)\b)"
    r"|[;:] |\s[–—-]{1,3}\s)"
    r"|(?P<weak> (?=(?:which|where|while|whereas|when|using|via|through|without|by|because|so that|such that|such as"
    r"|as well as|with|based on|compared to|including|for|that|to|leading to|even|in|on|across|over|under"
    r"|during|after|before"
    r"|from|and)\b))"
)
_STANDS_WITHOUT = frozenset(
    "which where while when using via through without because whereas by with on across under".split()
)  # noqa: SIM905
_WAITS = re.compile(  # words that no line ends with
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
    r"|use|case"
    r"|one|type|kind|class|family|form|range|variety|series|effect|role|impact|called|despite|along|deal|first"
    r"|second|relevant|given|unlike|upon|towards?|against|about|much|exactly"
    r"|(?:lead|rel|foc|depend|consist|correspond|belong|account|allow|enable|make|help|require|use|result"
    r"|improve|achieve"
    r"|present|propose|introduce|provide|describe|develop|attempt|tend|seek|fail|learn|operate|act|perform|work|refer"
    r"|show|find|prove|argue|suggest|reveal|interact|differ|benefit|suffer|arise|demonstrat|validat|evaluat"
    r"|verif|attend|struggl|struggle|focus|compar|analyz|analyse|contain|include|yield)(?:y|ies|us|uses|e|s|es)?"
    r"|(?!(?:learn|train|model|process|cluster|reason|understand|embedd|sett|plann|tun|cod|mapp|forgett|match"
    r"|prun|sampl"
    r"|comput|hash|pool|rout|transl)ing)\w+ing|\w{3,}ed)",
    re.IGNORECASE,
)
_HANGS = re.compile(  # ends that say too little to end with
    r"\b(?:that|which|who) (?:is |are |can |has |have )?(?:\w+ly )?\w+$"
    r"|\b(?:depend|rel|focus)(?:s|ies|es) \w+ly$|, (?:an?|the) (?:\w+ )?\w+$|: \w+$|\bthat, (?:if|when|given"
    r"|while|although|unlike|under|for|in|by|with)\b[^,]*,?[^,]*$",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"[\s-]+")
_WAITS_FOR_TO = re.compile(
    r"\b(?:allow|enabl|help|mak|forc|encourag|train|teach|us|requir|let|caus|want|need|abilit|able|how|eas"
    r"|possible|way"
    r"|learn|tr(?:y|ie)|seek|attempt|fail|tend|aim|lead|due|compar|extend|appl|generali|transfer|adapt|map"
    r"|relat|connect"
    r"|reduc|respect|optimi|access|solution|contrast|alternative|robust|addition|when|what|whether"
    r"|from)[a-z]*(?: \S+){0,6}$",
    re.IGNORECASE,
)
_HALF_A_PAIR = re.compile(
    r"\b(?:both|either|neither|not only|whether|not)\b(?!.*\b(?:and|or|but|nor)\b)|\bbetween (?:an?"
    r"|the) [^,]*$(?<!s)",
    re.I,
)
_FRONTED = re.compile(
    r"(?:while|when|if|for|by|with|in|on|as|although|though|since|because|given|to|at|under|after|before"
    r"|despite|unlike|from"
    r"|using|through|whereas|however|recent\w*)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(rf"\b(?:is|are|can|has|have|does|do|will|(?:{'|'.join(TELLING.split())})s?)\b")
_MANNER = re.compile(
    r"(?!final|additional|specifical|further|consequent|important|notab|last|second)[a-z]+ly", re.IGNORECASE
)
_DEED = re.compile(r"(?:[a-z]+ly )?[a-z]+s ")
_CLAIMS = frozenset({"shows", "demonstrates", "finds", "proves", "observes", "reveals"})
_PARENTHESIS = re.compile(r"\s*\([^()]*\)")


def split(abstract: str) -> list[str]:
    """The sentences of a text."""
    found: list[str] = []
    for part in _END.split(abstract):
        if found and _ABBREVIATED.search(found[-1]):
            found[-1] += " " + part
        else:
            found.append(part.strip())
    return [sentence for sentence in found if len(sentence) > FEWEST_CHARS]


def trim(sentence: str) -> str:
    """The most of a sentence that makes a line; empty when nothing does."""
    return max(trims(sentence), key=len, default="")


def trims(sentence: str) -> list[str]:
    """The ways to say it within a line's length, whole ones first; none when it cannot be said so."""
    line = " ".join(sentence[:SENTENCE_CHARS].split()).rstrip(" .;:,")
    found: dict[str, None] = {}
    for told in _told(line):
        bare = _PARENTHESIS.sub("", told) if "(" in told else told
        for whole in dict.fromkeys((told, bare)):
            fitting = [whole] if len(whole) < MOST_CHARS else []
            found |= dict.fromkeys(_sentence(cut) for cut in (*fitting, *_cuts(whole)) if not _ABOUT_US.search(cut))
    return list(found)


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:] + ("" if line.endswith(("?", "!")) else ".")


def _told(line: str) -> list[str]:
    """A sentence without its lead-in, in the third person; its claim alone too, where it can stand so."""
    if " that " in line and (found := _FINDINGS.match(line)):
        claim = line[found.end() :]
        return [_ours(claim)] if _FINITE.search(claim) else []
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
    alone = [claim] if claim != rest and _FINITE.search(claim) else []
    how = " ".join(word for word in spoken["how"].split() if _MANNER.fullmatch(word))
    return [_ours(agree(f"{how} {verb}{rest}".strip())), *map(_ours, alone)]


def _ours(line: str) -> str:
    return _OURS.sub(lambda found: "The" if found[1] == "O" else "the", line)


def _cuts(line: str) -> Iterator[str]:
    """The line up to where a clause ends."""
    deed = _DEED.match(line) is not None  # it begins with its verb
    fronted = not deed and _FRONTED.match(line) is not None
    for found in _CUT.finditer(line, SHORTEST, MOST_CHARS + 10):
        kept, rest = line[: found.start()].rstrip(" ,;:"), line[found.end() :]
        if len(kept) >= MOST_CHARS:
            return
        if len(kept) < SHORTEST:
            continue
        main = kept.partition(", ")[2] if fronted else kept
        if not deed and not (found["strong"] or rest.partition(" ")[0] in _STANDS_WITHOUT):
            continue
        if (deed or _FINITE.search(main)) and not _waits(kept, rest):
            yield kept


def _waits(kept: str, rest: str) -> bool:
    """Whether what is kept waits for the rest."""
    if rest.startswith("and ") and not third_after_and(rest):
        return True
    if _WAITS.fullmatch(_LAST_WORD.split(kept[-40:])[-1]) or _HANGS.search(kept) or _HALF_A_PAIR.search(kept):
        return True
    if kept.count("(") != kept.count(")") or kept.count('"') % 2 or kept.count("“") != kept.count("”"):
        return True
    if rest.startswith("to ") and _WAITS_FOR_TO.search(kept):
        return True
    return rest.startswith(("and ", "or ")) and "," in kept[-60:]  # the last of a list


_AND_DEED = re.compile(
    r"and (?:\w+ly |then |further |also )?(?:\w+s (?:an?|the|that|its|it|how|to)\b|(?:it|they|the \w+) )"
)


def third_after_and(rest: str) -> bool:
    """Whether a second deed follows, so that the first can stand alone."""
    return _AND_DEED.match(rest) is not None
