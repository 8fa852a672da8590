"""Answers to questions about a paper, from its own text, each with the sentence it rests on.

A model's answer is shown only with a sentence that stands in the text; its words only where they hold nothing that the
text does not. Without a model, or where it fails, the sentences nearest to the question are shown, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot.errors import ModelError
from bot.papers.model import Paper
from bot.summaries.asking.limit import Hourly
from bot.summaries.check.facts import new_claims, new_names, new_numbers, plain
from bot.summaries.writing import prompt
from bot.summaries.writing.breaker import Breaker
from bot.summaries.writing.budget import Budget
from bot.summaries.writing.material import disarmed
from bot.summaries.writing.writer import Reply, Unanswerable, Writer

REMEMBERED = 500  # answers, so that sharing one does not ask again
NEAREST = 2  # sentences
QUOTE_CHARS = 20  # a shorter quote bears nothing out
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])|(?<=[。！？])")
_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY = frozenset(
    """the and for are was were does did has have had how what which who why when where with that this there their they
    its from into than can could would should will may might much many any some paper abstract authors work about tell
    use used using""".split()  # noqa: SIM905
)
_UNFIT = re.compile(
    r"[<>@\[\]{}`*_~|\\#]|://|\bwww\.|\b[\w-]+\.(?:[a-z]{2,10}/|(?:com|net|org|io|ai|ru|cn|xyz|ly|me)\b)|\n"
)

Texts: TypeAlias = Callable[[Paper], Awaitable[str]]
"""What an answer may rest on. The abstract for now; a paper's HTML or PDF would come in here."""


class Found(Struct, frozen=True, kw_only=True):
    """What can be said to a question."""

    kind: Literal["answered", "silent", "nearest"]
    answer: str = ""  # a model's own words, checked; may be empty where the sentences say it all
    sentences: tuple[str, ...] = ()  # of the text, as it has them
    by: str = ""  # the model
    why: str = ""  # why no model answered, for people


class Answers:
    """Answers questions; never raises for a model's sake."""

    def __init__(
        self, writer: Writer | None, budget: Budget | None, breaker: Breaker, texts: Texts | None = None
    ) -> None:
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self._texts = texts or _abstract
        self.limits = Hourly()
        self._known: dict[tuple[str, int, str], Found] = {}

    def known(self, paper: Paper, question: str) -> Found | None:
        """An answer that was given before."""
        return self._known.get(_key(paper, question))

    async def of(self, paper: Paper, question: str) -> Found:
        """What the paper says to a question."""
        text = await self._texts(paper)
        found = await self._asked(text, question) if text else Found(kind="silent")
        if not found.why:
            self._remember(_key(paper, question), found)
        return found

    async def _asked(self, text: str, question: str) -> Found:
        if self._writer is None:
            return replace(nearest(text, question), why="No language model is set up here.")
        if self._breaker.is_open:
            return replace(nearest(text, question), why="The language model can't be reached just now.")
        if self._budget and await self._budget.room() <= 0:
            return replace(nearest(text, question), why="What the language model may cost for now is spent.")
        try:
            reply = await self._writer.reply(text, question)
        except ModelError as error:
            if not isinstance(error, Unanswerable):
                self._breaker.failed(error)
            return replace(nearest(text, question), why="The language model gave no answer.")
        self._breaker.worked()
        found = judge(reply, text, question)
        return replace(found, by=self._writer.model) if found.kind != "nearest" else found

    def _remember(self, key: tuple[str, int, str], found: Found) -> None:
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[key] = found


def judge(reply: Reply, text: str, question: str) -> Found:
    """What of a model's answer may be shown."""
    if not reply.found:
        return Found(kind="silent")
    quoted = sentences_of(reply.quote, text)
    if not quoted:
        why = "The language model's answer rested on nothing that the abstract says, so it is not shown."
        return replace(nearest(text, question), why=why)
    return Found(kind="answered", answer=reply.answer.strip() if is_fit(reply.answer, text) else "", sentences=quoted)


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


def nearest(text: str, question: str) -> Found:
    """The sentences that share most with a question, as the text orders them."""
    wanted, said = _stems(question), sentences(text)
    shared = {at: len(wanted & _stems(sentence)) for at, sentence in enumerate(said)}
    best = sorted((at for at in shared if shared[at]), key=lambda at: (-shared[at], at))[:NEAREST]
    return Found(kind="nearest", sentences=tuple(said[at] for at in sorted(best)))


def sentences(text: str) -> list[str]:
    """A text's sentences, nothing left out."""
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


async def _abstract(paper: Paper) -> str:
    return disarmed(paper).abstract


def _squeezed(text: str) -> str:
    return " ".join(plain(text).split())


def _stems(text: str) -> set[str]:
    return {word[:6] for word in _WORD.findall(text.casefold()) if word not in _EMPTY}


def _key(paper: Paper, question: str) -> tuple[str, int, str]:
    return paper.id, paper.fingerprint, " ".join(question.casefold().split())
