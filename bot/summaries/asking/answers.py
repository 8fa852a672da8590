"""Answers to questions about a paper, from its own text, each with the sentence it rests on.

A model's answer is shown only with a sentence that stands in what it was sent; its words only where they hold nothing
that abstract and passage do not. Without a model, or where it fails, the sentences nearest to the question are shown,
and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import ModelError
from bot.papers.full_text import FullText, Passage
from bot.papers.model import Paper
from bot.summaries.asking.limit import Hourly
from bot.summaries.asking.passages import ABSTRACT, passages_for, relevance
from bot.summaries.check.facts import new_claims, new_names, new_numbers, plain
from bot.summaries.writing import prompt
from bot.summaries.writing.breaker import Breaker
from bot.summaries.writing.budget import Budget
from bot.summaries.writing.writer import Reply, Unanswerable, Writer

REMEMBERED = 500  # answers, so that sharing one does not ask again
NEAREST = 2  # sentences
QUOTE_CHARS = 20  # a shorter quote bears nothing out
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])")
_UNFIT = re.compile(
    r"[<>@\[\]{}`*_~|\\#]|://|\bwww\.|\b[\w-]+\.(?:[a-z]{2,10}/|(?:com|net|org|io|ai|ru|cn|xyz|ly|me)\b)|\n"
)


class Found(Struct, frozen=True, kw_only=True):
    """What can be said to a question."""

    kind: Literal["answered", "silent", "nearest"]
    answer: str = ""  # a model's own words, checked; may be empty where the sentences say it all
    sentences: tuple[Passage, ...] = ()  # as the paper has them, and where
    by: str = ""  # the model
    why: str = ""  # why no model answered, for people
    read: Literal["abstract", "text"] = "abstract"  # what was looked at
    waits: bool = False  # the paper's text could not be had: asked again, more may be found


class Answers:
    """Answers questions; never raises for a model's sake."""

    def __init__(self, writer: Writer | None, budget: Budget | None, breaker: Breaker) -> None:
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self.limits = Hourly()
        self._known: dict[tuple[str, int, str], Found] = {}

    def known(self, paper: Paper, question: str) -> Found | None:
        """An answer that was given before."""
        return self._known.get(_key(paper, question))

    async def of(self, paper: Paper, question: str, text: FullText | None) -> Found:
        """What the paper says to a question; `text` is None where it can't be had now."""
        passages = passages_for(question, paper, text)
        found = await self._asked(passages, question) if passages else Found(kind="silent")
        found = replace(found, read="text" if text and text.passages else "abstract", waits=text is None)
        if not found.why:
            self._remember(_key(paper, question), found)
        return found

    async def _asked(self, passages: Sequence[Passage], question: str) -> Found:
        if self._writer is None:
            return nearest(passages, question, "No language model is set up here.")
        if self._breaker.is_open:
            return nearest(passages, question, "The language model can't be reached just now.")
        if self._budget and await self._budget.room() <= 0:
            return nearest(passages, question, "What the language model may cost for now is spent.")
        try:
            reply = await self._writer.reply("\n\n".join(passage.text for passage in passages), question)
        except ModelError as error:
            if not isinstance(error, Unanswerable):
                self._breaker.failed(error)
            return nearest(passages, question, "The language model gave no answer.")
        self._breaker.worked()
        found = judge(reply, passages, question)
        return replace(found, by=self._writer.model) if found.kind != "nearest" else found

    def _remember(self, key: tuple[str, int, str], found: Found) -> None:
        self._known.pop(key, None)
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[key] = found


def judge(reply: Reply, passages: Sequence[Passage], question: str) -> Found:
    """What of a model's answer may be shown."""
    if not reply.found:
        return Found(kind="silent")
    abstract = next((passage.text for passage in passages if passage.where == ABSTRACT), "")
    for passage in passages:
        if quoted := sentences_of(reply.quote, passage.text):
            sentences = tuple(Passage(sentence, passage.where) for sentence in quoted)
            answer = reply.answer.strip() if is_fit(reply.answer, f"{abstract}\n{passage.text}") else ""
            return Found(kind="answered", answer=answer, sentences=sentences)
    return nearest(
        passages, question, "The language model's answer rested on nothing that the paper says, so it is not shown."
    )


def is_fit(answer: str, text: str) -> bool:
    """Whether an answer may be shown: short, plain words, no number, name or claim that the text does not have."""
    said, known = plain(answer), plain(text)
    if not answer.strip() or len(answer) > prompt.ANSWER_CHARS or _UNFIT.search(answer):
        return False
    names = new_names(answer, known, english=answer.isascii())
    return not (new_numbers(said, known) or names or new_claims(said, known))


def sentences_of(quote: str, text: str) -> tuple[str, ...]:
    """The sentences of a text that a quote was taken from, word for word; none when it was not."""
    wanted = _squeezed(quote.strip(" \t\n\"'“”„«»….*"))
    if len(wanted) < QUOTE_CHARS or wanted not in _squeezed(text):
        return ()
    return tuple(s for s in sentences(text) if wanted in _squeezed(s) or _squeezed(s).rstrip(". ") in wanted)


def nearest(passages: Sequence[Passage], question: str, why: str) -> Found:
    """The sentences that share most with a question, as the paper orders them."""
    said = [Passage(one, passage.where) for passage in passages for one in sentences(passage.text)]
    shared = relevance(question, [one.text for one in said])
    best = sorted((at for at in range(len(said)) if shared[at]), key=lambda at: (-shared[at], at))[:NEAREST]
    return Found(kind="nearest", sentences=tuple(said[at] for at in sorted(best)), why=why)


def sentences(text: str) -> list[str]:
    """A text's sentences, nothing left out."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


def _squeezed(text: str) -> str:
    return " ".join(plain(text).split())


def _key(paper: Paper, question: str) -> tuple[str, int, str]:
    return paper.id, paper.fingerprint, " ".join(question.casefold().split())
