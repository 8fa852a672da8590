"""What of a model's answer may be shown. Pure.

The answer is held against the sentences that it quotes, by the same check as a summary: numbers, names, claims and
meaning.
"""

import difflib
import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from bot.languages import mark
from bot.papers.full_text import Passage
from bot.summaries.answering.passages import relevance, stems
from bot.summaries.check import speaks_to_reader
from bot.summaries.check.claims import new_claims, new_names, new_numbers, plain
from bot.summaries.check.meaning import meaning_faults
from bot.summaries.generation import prompt
from bot.summaries.generation.language_model import ModelAnswer
from bot.summaries.generation.sanitizing import is_instruction
from bot.summaries.words import pattern

NEAREST_SENTENCES = 2
MIN_QUOTE_CHARS = 20  # a shorter quote supports nothing
MIN_QUOTE_SHARE = 0.8  # of a quote's words that stand in a sentence, in order; the others carry no meaning
MIN_SHARED_WORDS = 0.5  # share of an answer's content words that the quoted sentences or the question have
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])")
_UNFIT = re.compile(pattern("unfit_answer"))
_ORDER = re.compile(pattern("order_in_answer"), re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:the|of|and|is|are|it|with|by|from|that|its|to|than|what|which|how|does|do|why)\b", re.I)
_WORD = re.compile(r"[^\W_]+")
_SAYS_SOMETHING = re.compile(r"\d|\w\W+\w|\w{12}")  # a bare “Yes” can't be checked


class PaperAnswer(Struct, frozen=True, kw_only=True):
    """An answer to a question, or the closest sentences."""

    kind: Literal["answered", "silent", "nearest"]
    answer: str = ""  # in the model's own words; empty when they failed the check and only the sentences are shown
    sentences: tuple[Passage, ...] = ()  # quoted from the paper, with their section
    by: str = ""  # the model
    why: str = ""  # why no model answered, as shown to people
    read: Literal["abstract", "text"] = "abstract"  # what was searched
    waits: bool = False  # the full text was unavailable; asking later may find more


def judge(reply: ModelAnswer, passages: Sequence[Passage], question: str, title: str) -> PaperAnswer:
    """The part of a model's answer that may be shown."""
    if not reply.found:
        return PaperAnswer(kind="silent")
    found = ([Passage(one, passage.where) for one in sentences_of(reply.quote, passage.text)] for passage in passages)
    quoted = tuple(next(filter(None, found), ())) or _mended(reply.quote, passages)
    if not quoted:
        why = mark("The language model's answer isn't supported by the paper, so it isn't shown.")
        return nearest(passages, question, why)
    text = " ".join(sentence.text for sentence in quoted)
    answer = reply.answer.strip() if is_fit(reply.answer, text, title=title, question=question) else ""
    return PaperAnswer(kind="answered", answer=answer, sentences=quoted)


def is_fit(answer: str, text: str, *, title: str = "", question: str = "") -> bool:
    """Whether an answer may be shown: short, plain, to the point, no instruction to the reader, and saying nothing that
    the quoted text and the title don't.

    In a language other than English only numbers and names are compared.
    """
    answer = answer.strip()
    if len(answer) > prompt.ANSWER_CHARS or _UNFIT.search(answer) or not _SAYS_SOMETHING.search(answer):
        return False
    if speaks_to_reader(answer) or is_instruction(answer) or (_ORDER.search(answer) and answer not in text):
        return False
    said, known, share = plain(answer), plain(f"{title} . {text}"), _shared_words(answer, text, question)
    english = share >= MIN_SHARED_WORDS or _ENGLISH.search(f"{answer} {question}") is not None
    if new_numbers(said, known) or new_names(answer, known, english=english) or new_claims(said, known):
        return False
    return not english or (share >= MIN_SHARED_WORDS and not meaning_faults(answer, title, text))


def _shared_words(answer: str, text: str, question: str) -> float:
    """The share of an answer's content words that the quoted sentences or the question have; 0 if only the latter."""
    words, there = stems(answer).keys(), stems(text).keys()
    known = sum(word in there or word in stems(question) for word in words)
    return known / len(words) if words & there else 0.0


def sentences_of(quote: str, text: str) -> tuple[str, ...]:
    """The sentences of a text that contain a quote word for word; empty when there are none."""
    wanted = plain(quote.strip(" \t\n\"'“”„«»….*"))
    if len(wanted) < MIN_QUOTE_CHARS or wanted not in plain(text):
        return ()
    return tuple(s for s in sentences(text) if wanted in plain(s) or plain(s).rstrip(". ") in wanted)


def _mended(quote: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The sentence that a nearly verbatim quote comes from: it has the quote's words in order, but for small ones."""
    words = _WORD.findall(plain(quote))
    if len(quote) < MIN_QUOTE_CHARS:
        return ()
    for passage in passages:
        for sentence in sentences(passage.text):
            there = _WORD.findall(plain(sentence))
            same = sum(block.size for block in difflib.SequenceMatcher(None, words, there).get_matching_blocks())
            is_near = same >= MIN_QUOTE_SHARE * len(words) and stems(quote).keys() <= stems(sentence).keys()
            if is_near and not new_numbers(plain(quote), plain(sentence)) and not meaning_faults(quote, "", sentence):
                return (Passage(sentence, passage.where),)
    return ()


def nearest(passages: Sequence[Passage], question: str, why: str) -> PaperAnswer:
    """The sentences that share the most words with a question, in the paper's order."""
    said = [Passage(one, passage.where) for passage in passages for one in sentences(passage.text)]
    shared = relevance(question, [one.text for one in said])
    best = sorted((at for at in range(len(said)) if shared[at]), key=lambda at: (-shared[at], at))[:NEAREST_SENTENCES]
    return PaperAnswer(kind="nearest", sentences=tuple(said[at] for at in sorted(best)), why=why)


def sentences(text: str) -> list[str]:
    """All sentences of a text."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
