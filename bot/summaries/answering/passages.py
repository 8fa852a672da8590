"""Selects the abstract and the passages of a paper that best match a question. Pure."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from bot.papers.full_text import FullText, Passage
from bot.papers.model import Paper
from bot.summaries.generation.sanitizing import drop_instructions, is_instruction, without_instructions
from bot.summaries.words import word_list

ABSTRACT = "the abstract"
MAX_PASSAGE_CHARS = 9_000  # characters beside the abstract: some 3,000 tokens a question
FLAT, LONG = 1.2, 0.6  # BM25's k1 and b: how soon more of a word adds nothing, and how much length costs
_ENDS = re.compile(r"introduction|conclu|discussion|limitation|summary|page [12]$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{2,}")
_EMPTY = frozenset(word_list("empty_in_questions"))


def passages_for(question: str, paper: Paper, text: FullText | None) -> tuple[Passage, ...]:
    """The abstract and the best-matching passages, without sentences that address the reader."""
    abstract = without_instructions(paper).abstract
    own = (Passage(abstract, ABSTRACT),) if abstract else ()
    near = (
        Passage(drop_instructions(passage.text), "the text" if is_instruction(passage.where) else passage.where)
        for passage in nearest_passages(question, text.passages if text else ())
    )
    return own + tuple(passage for passage in near if passage.text)


def nearest_passages(question: str, passages: Sequence[Passage]) -> list[Passage]:
    """As many passages as fit, in the paper's order; the introduction and conclusion when no word matches."""
    worth = relevance(question, [f"{passage.where} {passage.text}" for passage in passages])
    if not any(worth):
        worth = [float(bool(_ENDS.search(passage.where))) for passage in passages]
    chosen: list[int] = []
    room = MAX_PASSAGE_CHARS
    for at in sorted(range(len(passages)), key=lambda at: (-worth[at], at)):
        if worth[at] > 0 and len(passages[at].text) <= room:
            chosen.append(at)
            room -= len(passages[at].text)
    return [passages[at] for at in sorted(chosen)]


def relevance(question: str, texts: Sequence[str]) -> list[float]:
    """The BM25 score of each text for a question."""
    wanted = stems(question).keys()
    counts = [stems(text) for text in texts]
    spread = Counter(word for count in counts for word in wanted & count.keys())
    mean = sum(count.total() for count in counts) / (len(counts) or 1) or 1.0
    rarity = {word: math.log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for word, n in spread.items()}
    return [sum(rarity[word] * _much(count, word, mean) for word in wanted & count.keys()) for count in counts]


def stems(text: str) -> Counter[str]:
    """The stems of a text's content words, with their counts."""
    return Counter(word[:6] for word in _WORD.findall(text.casefold()) if word not in _EMPTY)


def _much(count: Counter[str], word: str, mean: float) -> float:
    n = count[word]
    return n * (FLAT + 1) / (n + FLAT * (1 - LONG + LONG * count.total() / mean))
