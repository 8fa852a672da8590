"""Writes a summary: requests it within the budget, checks it, and requests it once more with its faults."""

from msgspec.structs import replace

from bot.papers.model import Paper
from bot.store.records import Reservation, SummaryRequest
from bot.summaries.check import check
from bot.summaries.generation import prompt
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.language_model import BudgetSpent, summary_line
from bot.summaries.generation.sanitizing import paper_of, without_instructions


class SummaryWriter:
    """Has a model write summaries."""

    def __init__(self, model: ClaudeModel, budget: Budget) -> None:
        self._model = model
        self._budget = budget

    def request_for(self, paper: Paper, language: str = "en") -> SummaryRequest:
        """The request for a paper's first summary."""
        shown = without_instructions(paper)
        return SummaryRequest(
            paper=paper.id,
            version=paper.version,
            language=language,
            model=self._model.model,
            prompt=self._model.prompt,
            title=shown.title,
            abstract=shown.abstract[: prompt.ABSTRACT_CHARS],
        )

    def reservation(self, request: SummaryRequest) -> Reservation:
        """The money for a request, not yet set aside."""
        return self._budget.reservation(self._model.summary_request(request))

    async def write(
        self, request: SummaryRequest, reservation: Reservation | None = None
    ) -> tuple[str, tuple[str, ...]]:
        """A summary and its faults; one that has faults is requested a second time with them.

        Without a reservation the money is set aside first. Raises `CallError`, `BudgetSpent` if money is lacking.
        """
        body = self._model.summary_request(request)
        reservation = reservation or await self._budget.reserve(body)
        if reservation is None:
            raise BudgetSpent(
                "The budget for Claude is used up.", "Raise it in [summaries], or try again when it's renewed."
            )
        text = summary_line(await self._budget.pay(reservation, self._model.complete(body)))
        failures = check(text, paper_of(request), request.language)
        if failures and not request.failures:
            return await self.write(replace(request, failures=failures, refused=text))
        return text, failures
