"""Removes sentences that address the reader from an abstract before a model or the check sees it. Pure.

A sentence that gives orders says nothing about the research. Left in, a model could obey it; and since a summary may
say what the abstract says, the order's own words would support the obedient answer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from bot.papers.model import Paper
from bot.store.records import SummaryRequest

_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|(?<=[。！？])|\n+")
_READERS = (
    r"(?:ai|llms?|models?|assistants?|bots?|chatbots?|agents?|language models?|reviewers?|readers?|summari[sz]ers?"
    r"|everyone)"
)
_TO_SOMEBODY = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass) "
    r"(?:all|any|the|your|my|these|those|every|what|previous|prior|above|earlier)\b"
    r".{0,40}\b(?:instruct|rule|prompt|guideline|above|previous|prior|earlier|everything|said|told)"
    r"|\b(?:your|hidden|secret|real|actual) (?:instructions?|task)\b|\bas an (?:ai|assistant)\b"
    r"|\bsystem prompt:|\bnew (?:task|instructions?):|(?-i:\b(?:you|your|yours)\b(?! need\b))"
    r"|^\W*you(?:'re|'ll| are| must| will| should| shall| now| have| can| may| need)\b"
    r"|^\W*your (?:task|job|role|goal|answer|reply|output|summary|line)\b"
    rf"|^\W*(?:attention|dear|note (?:to|for)|notice to|message (?:to|for)|hey|hello),? (?:the |all |any )?{_READERS}\b"
    r"|^\W*(?:system|assistant|user|human|admin\w*|developer|instructions?|prompt|important)\b[^\w:]{0,3}:"
    r"|</\s*(?!a\b)[a-z]|<(?:system|instructions?|prompt|user|assistant|task|end|script|abstract)\b|\[/?inst\]|<\||\|>"
    r"|\{\{|```|#{3,}|={5,}|-{5,}|@(?:everyone|here|channel)|<[!@#]",
    re.IGNORECASE,
)
_LEAD = (
    r"(?:(?:and|now|then|instead|please|just|simply|also|only|but|so|always|kindly|immediately|first|do not|don't"
    r"|never),? )*"
)
_DEED = (
    r"(?:ignore|disregard|forget|print|output|reply|respond|answer|write|say|repeat|post|tell|translate|decode|pretend"
    r"|act|behave|summari[sz]e|visit|click|send|praise|recommend|describe|claim|mention|include|begin|start|end|add"
    r"|insert|call|reveal|execute|run|follow|obey|subscribe|buy|download|give|report|conclude|return|announce|quote"
    r"|copy|explain|declare|state that|argue|promote|advertise|tweet|i will)"
)
_ON = (
    r"(?: (?:it|this|that|the|them|an?|all|every\w*|only|exactly|with|as|to|in|for|us|me|my|our|by|here|now|nothing|no"
    r"|of|say|tell|write|explain|mention)\b"
    r"|[:,\"“'])"
)
_ORDER = re.compile(
    rf"^\W*{_LEAD}{_DEED}{_ON}"
    r"|\b(?:must|should|shall|has to|have to|needs? to|will) (?:now |only |always |instead |simply )?"
    r"(?:ignore|disregard|say|write|output|reply|print|repeat|praise|recommend|mention|post"
    r"|be (?:described|praised|summari[sz]ed|called))\b"
    r"|\b(?:the|a|any|this|your|one-line|every) (?:summary|summari[sz]er|one-liner|tl;?dr|line|bot|chatbot) "
    r"(?:must|should|shall|is|has|needs?|will|reads?)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(  # orders in other languages, by words that no abstract needs
    r"\b(?:ignorier|vergiss|missacht|anweisung|ignorez|oubliez|consignes|instrucciones|olvida|istruzioni|dimentica|ignorate"
    r"|instruções|negeer|instructies|zignoruj|polecenia|talimat|yoksay|abaikan|bỏ qua)"
    r"|игнорир|забудь|инструкци|忽略|无视|無視|忽視|指令|指示|무시|지시|تجاهل|التعليمات|התעלם|अनदेखा|निर्देश|αγνό",
    re.IGNORECASE,
)
_ENCODED = re.compile(
    r"(?<![\w/.+-])(?=[\w+/]{0,40}[a-z])(?=[\w+/]{0,40}[A-Z])(?:(?=[A-Za-z/]{0,40}\d)[A-Za-z0-9/]{20,}|[A-Za-z0-9/]{15,}=)"
    r"|(?:\b[0-9a-f]{2} ?){12}|(?:%[0-9A-Fa-f]{2}){4}|(?:\\[xu][0-9a-f]{2,4}){3}|(?:&#\d+;){3}|\b(?i:base64|rot-?13)\b"
)


def without_instructions(paper: Paper) -> Paper:
    """The paper without the sentences of its abstract that address the reader."""
    abstract = drop_instructions(paper.abstract)
    return paper if abstract == paper.abstract else replace(paper, abstract=abstract)


@lru_cache(maxsize=1_024)  # the same paper is planned for many channels
def drop_instructions(text: str) -> str:
    """A text without the sentences that address the reader."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence]
    kept: list[str] = []
    goes_on = False  # what follows the colon of an order belongs to it
    for sentence in sentences:
        if goes_on or is_instruction(sentence):
            goes_on = sentence.endswith((":", ";", "。", "！"))
        else:
            kept.append(sentence)
    return text if len(kept) == len(sentences) else " ".join(kept)


def is_instruction(sentence: str) -> bool:
    """Whether a sentence addresses its reader, or is encoded."""
    return any(look.search(sentence) for look in (_TO_SOMEBODY, _ORDER, _ELSEWHERE, _ENCODED))


def paper_of(asked: SummaryRequest) -> Paper:
    """The paper of a summary request."""
    return Paper(id=asked.paper, title=asked.title, abstract=asked.abstract, version=asked.version)
