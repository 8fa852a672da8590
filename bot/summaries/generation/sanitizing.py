"""Removes sentences that address the reader from an abstract before a model or the check sees it. Pure.

A sentence that gives orders says nothing about the research. Left in, a model could obey it; and since a summary may
say what the abstract says, the order's own words would support the obedient answer.
"""

import re
from functools import lru_cache

from msgspec.structs import replace

from bot.papers.model import Paper
from bot.store.records import SummaryRequest
from bot.summaries.words import pattern

_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|(?<=[。！？])|\n+")
_TO_SOMEBODY = re.compile(pattern("addresses_reader"), re.IGNORECASE)
_ORDER = re.compile(pattern("order"), re.IGNORECASE)
_ELSEWHERE = re.compile(pattern("order_elsewhere"), re.IGNORECASE)
_ENCODED = re.compile(pattern("encoded"))


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
