"""Sentences of ours in the third person: `we propose X and show Y` as `proposes X and shows Y`. Pure."""

import re

from bot.summaries.words import pattern, table, word_list

# Verbs of research, as they stand after `we`; those of the second list are nouns or plain forms as often.
_SURE, _UNSURE = word_list("sure_verbs"), word_list("unsure_verbs")
# What is told of methods, models and papers, as it stands before an `s`
TELLING = word_list("telling_verbs")
ADVERB = pattern("adverb")
_AND = re.compile(
    rf"(?P<and>(?:, (?:and )?|\band )(?:{ADVERB} )?)(?:(?P<sure>{'|'.join(_SURE)})\b|(?P<unsure>"
    rf"{'|'.join(_UNSURE)})\b(?= (?:an?|the|its?|them|their|that|how|whether|two|three|several"
    r"|new|this|these|theoretical|empirical|evidence|better|state)\b))"
)
_BARE_LIST = re.compile(r"\bto (?:[\w-]+, )*(?:and )?[\w-]+$")
_BARE = re.compile(r"\b(?:to|can|could|may|might|will|would|helps?|lets?|must|should|not|they) ")

_NO_DEED = frozenset(word_list("no_deeds"))
_PAST = table("past")
_NOT_PAST = frozenset(word_list("not_past"))
_PAST_OF_E = re.compile(pattern("past_of_e"))
_DOUBLED = re.compile(r"([bdgmnprt])\1$")  # `plann-ed`
_HISSING = ("s", "sh", "ch", "x", "z")


def third(verb: str) -> str:
    """`show` as `shows`, `trained` as `trains`; empty for what tells no deed."""
    low = _PAST.get(verb, verb)
    if low in _NO_DEED or len(low) < 3:
        return ""
    if low.endswith("ied"):
        return low[:-3] + "ies"
    if low.endswith("ed") and low not in _NOT_PAST:
        stem = _DOUBLED.sub(r"\1", low[:-2])
        return third(stem + "e" if _PAST_OF_E.search(stem) else stem)
    if low.endswith("s") and not low.endswith(("ss", "us")):
        return low
    if re.search(r"[^aeiou]y$", low):
        return low[:-1] + "ies"
    return low + ("es" if low.endswith(_HISSING) else "s")


def agree(line: str) -> str:
    """Verbs beside the first put in its person: `proposes X and show Y` as `proposes X and shows Y`."""

    def agreed(found: re.Match[str]) -> str:
        before = line[: found.start()]
        clause = before[before.rfind(", ") + 1 :]
        if (found["and"].startswith("and") and _BARE.search(clause)) or _BARE_LIST.search(before):
            return found[0]  # `to learn and improve`, `to learn, improve, …`
        return found["and"] + third(found["sure"] or found["unsure"])

    return _AND.sub(agreed, line)
