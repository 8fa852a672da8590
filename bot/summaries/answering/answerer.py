"""Answers questions about a paper from its own text, each with the sentence that supports it.

A model's answer is shown only with a sentence quoted from the text it was sent, and only if the answer says no more
than that sentence (`judging.py`). Without a model, or when it fails, the sentences closest to the question are shown,
and the answer says so.
"""

import logging
from collections.abc import Sequence

from msgspec.structs import replace

from bot.clock import Clock
from bot.http_server.rate_limit import RateLimiter
from bot.languages import mark
from bot.papers.full_text import FullText, Passage
from bot.papers.model import Paper
from bot.recent import RecentDict
from bot.summaries.answering.judging import PaperAnswer, judge, nearest
from bot.summaries.answering.passages import passages_for
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.circuit_breaker import CircuitBreaker
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.language_model import CallError, ModelAnswer, RefusedByModel, decode

log = logging.getLogger(__name__)

MAX_PER_PERSON_AN_HOUR, MAX_PER_CHANNEL_AN_HOUR = 10, 30  # questions; cost has its own limit, the budget
MAX_CACHED_ANSWERS = 500  # so that sharing an answer does not ask the model again


class QuestionAnswerer:
    """Answers questions; a failing model never raises."""

    def __init__(
        self, writer: ClaudeModel | None, budget: Budget | None, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        self._writer = writer
        self._budget = budget
        self._breaker = breaker
        self.per_person = RateLimiter(clock, policy="person", limit=MAX_PER_PERSON_AN_HOUR, window_s=3_600)
        self.per_channel = RateLimiter(clock, policy="channel", limit=MAX_PER_CHANNEL_AN_HOUR, window_s=3_600)
        self._known = RecentDict[tuple[str, int, str], PaperAnswer](MAX_CACHED_ANSWERS)

    def known(self, paper: Paper, question: str) -> PaperAnswer | None:
        """A cached answer."""
        return self._known.get(_key(paper, question))

    async def of(self, paper: Paper, question: str, text: FullText | None) -> PaperAnswer:
        """Answer a question from a paper; `text` is None when the full text is unavailable."""
        passages = passages_for(question, paper, text)
        found = await self._asked(passages, question, paper.title) if passages else PaperAnswer(kind="silent")
        found = replace(found, read="text" if text and text.passages else "abstract", waits=text is None)
        if not found.why:
            self._known[_key(paper, question)] = found
        return found

    async def _asked(self, passages: Sequence[Passage], question: str, title: str) -> PaperAnswer:
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
        found = judge(reply, passages, question, title)
        return replace(found, by=self._writer.model) if found.kind != "nearest" else found


def _key(paper: Paper, question: str) -> tuple[str, int, str]:
    return paper.id, paper.fingerprint, " ".join(question.casefold().split())
