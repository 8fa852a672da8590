"""Answers questions about a paper from its own text, each with the sentence that supports it.

A model's answer is shown only with a sentence quoted word for word from the text it was sent, and only if the answer
adds no number, name or claim to abstract and passage. Without a model, or when it fails, the sentences closest to the
question are shown, and the answer says so.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.languages import mark
from bot.papers.full_text import FullText, Passage
from bot.papers.model import Paper
from bot.recent import RecentDict
from bot.summaries.answering.hourly_limit import HourlyLimit
from bot.summaries.answering.passages import ABSTRACT, passages_for, relevance
from bot.summaries.check import speaks_to_reader
from bot.summaries.check.claims import new_claims, new_names, new_numbers, plain
from bot.summaries.generation import prompt
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.language_model import CallError, LanguageModel, ModelAnswer, RefusedByModel, decode

log = logging.getLogger(__name__)

MAX_CACHED_ANSWERS = 500  # so that sharing an answer does not ask the model again
NEAREST_SENTENCES = 2  # sentences
MIN_QUOTE_CHARS = 20  # a shorter quote supports nothing
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])")
_UNFIT = re.compile(
    r"[<>@\[\]{}`*_~|\\#]|://|\bwww\.|\b[\w-]+\.(?:[a-z]{2,10}/|(?:com|net|org|io|ai|ru|cn|xyz|ly|me)\b)|\n"
)


class PaperAnswer(Struct, frozen=True, kw_only=True):
    """An answer to a question, or the closest sentences."""

    kind: Literal["answered", "silent", "nearest"]
    answer: str = (
        ""  # the model's own words, checked; empty when they failed the check and only the sentences are shown
    )
    sentences: tuple[Passage, ...] = ()  # quoted from the paper, with their section
    by: str = ""  # the model
    why: str = ""  # why no model answered, as shown to people
    read: Literal["abstract", "text"] = "abstract"  # what was searched
    waits: bool = False  # the full text was unavailable; asking later may find more


class QuestionAnswerer:
    """Answers questions; a failing model never raises."""

    def __init__(self, writer: LanguageModel | None, budget: Budget | None, breaker: CircuitBreaker) -> None:
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self.limits = HourlyLimit()
        self._known = RecentDict[tuple[str, int, str], PaperAnswer](MAX_CACHED_ANSWERS)

    def known(self, paper: Paper, question: str) -> PaperAnswer | None:
        """A cached answer."""
        return self._known.get(_key(paper, question))

    async def of(self, paper: Paper, question: str, text: FullText | None) -> PaperAnswer:
        """Answer a question from a paper; `text` is None when the full text is unavailable."""
        passages = passages_for(question, paper, text)
        found = await self._asked(passages, question) if passages else PaperAnswer(kind="silent")
        found = replace(found, read="text" if text and text.passages else "abstract", waits=text is None)
        if not found.why:
            self._known[_key(paper, question)] = found
        return found

    async def _asked(self, passages: Sequence[Passage], question: str) -> PaperAnswer:
        if self._writer is None or self._budget is None:
            return nearest(passages, question, mark("No language model is set up here."))
        if self._breaker.is_open:
            return nearest(passages, question, mark("The language model is unavailable right now."))
        request = self._writer.answer_request("\n\n".join(passage.text for passage in passages), question)
        reservation = await self._budget.reserve(request)
        if reservation is None:
            return nearest(passages, question, mark("The budget for the language model is used up for now."))
        try:
            reply = decode(await self._budget.pay(reservation, self._writer.complete(request)), ModelAnswer)
        except CallError as error:
            log.warning("no answer about a paper: %s", error)
            if not isinstance(error, RefusedByModel):
                self._breaker.failed(error)
            return nearest(passages, question, mark("The language model didn't answer."))
        self._breaker.worked()
        found = judge(reply, passages, question)
        return replace(found, by=self._writer.model) if found.kind != "nearest" else found


def judge(reply: ModelAnswer, passages: Sequence[Passage], question: str) -> PaperAnswer:
    """The part of a model's answer that may be shown."""
    if not reply.found:
        return PaperAnswer(kind="silent")
    abstract = next((passage.text for passage in passages if passage.where == ABSTRACT), "")
    for passage in passages:
        if quoted := sentences_of(reply.quote, passage.text):
            sentences = tuple(Passage(sentence, passage.where) for sentence in quoted)
            answer = reply.answer.strip() if is_fit(reply.answer, f"{abstract}\n{passage.text}") else ""
            return PaperAnswer(kind="answered", answer=answer, sentences=sentences)
    return nearest(
        passages, question, mark("The language model's answer isn't supported by the paper, so it isn't shown.")
    )


def is_fit(answer: str, text: str) -> bool:
    """Whether an answer may be shown: short, plain, about the paper and not to the reader, and without numbers, names
    or claims that aren't in the text."""
    said, known = plain(answer), plain(text)
    if not answer.strip() or len(answer) > prompt.ANSWER_CHARS or _UNFIT.search(answer) or speaks_to_reader(answer):
        return False
    names = new_names(answer, known, english=answer.isascii())
    return not (new_numbers(said, known) or names or new_claims(said, known))


def sentences_of(quote: str, text: str) -> tuple[str, ...]:
    """The sentences of a text that contain a quote word for word; empty when there are none."""
    wanted = _squeezed(quote.strip(" \t\n\"'“”„«»….*"))
    if len(wanted) < MIN_QUOTE_CHARS or wanted not in _squeezed(text):
        return ()
    return tuple(s for s in sentences(text) if wanted in _squeezed(s) or _squeezed(s).rstrip(". ") in wanted)


def nearest(passages: Sequence[Passage], question: str, why: str) -> PaperAnswer:
    """The sentences that share the most words with a question, in the paper's order."""
    said = [Passage(one, passage.where) for passage in passages for one in sentences(passage.text)]
    shared = relevance(question, [one.text for one in said])
    best = sorted((at for at in range(len(said)) if shared[at]), key=lambda at: (-shared[at], at))[:NEAREST_SENTENCES]
    return PaperAnswer(kind="nearest", sentences=tuple(said[at] for at in sorted(best)), why=why)


def sentences(text: str) -> list[str]:
    """All sentences of a text."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


def _squeezed(text: str) -> str:
    return " ".join(plain(text).split())


def _key(paper: Paper, question: str) -> tuple[str, int, str]:
    return paper.id, paper.fingerprint, " ".join(question.casefold().split())
