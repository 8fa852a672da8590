"""Looks up papers on arXiv that aren't in the store: limited per person and in total, because arXiv limits us."""

import math
from collections.abc import Awaitable, Callable

from bot.chat.event import Person
from bot.clock import Clock
from bot.errors import AskError
from bot.http_server.rate_limit import RateLimiter
from bot.languages import tr, tr_count
from bot.papers.model import Paper, PaperId

MAX_LOOKUPS_AT_ONCE = 3  # arXiv takes one request every three seconds; a lookup waits for less than that
MAX_PER_PERSON_AN_HOUR = 20
MAX_IN_TOTAL_AN_HOUR = 200
HOUR_S = 3_600


class Lookups:
    """Looks up papers within the limits."""

    def __init__(self, fetch_paper: Callable[[PaperId], Awaitable[Paper | None]], clock: Clock) -> None:
        self._fetch_paper = fetch_paper
        self._per_person = RateLimiter(clock, policy="person", limit=MAX_PER_PERSON_AN_HOUR, window_s=HOUR_S)
        self._in_total = RateLimiter(clock, policy="total", limit=MAX_IN_TOTAL_AN_HOUR, window_s=HOUR_S)
        self._running = 0

    async def fetch_paper(self, id: PaperId, who: Person) -> Paper | None:
        """The paper; None when arXiv doesn't know it or doesn't answer in time. Raises `AskError` at a limit."""
        if self._running >= MAX_LOOKUPS_AT_ONCE:
            raise AskError(tr("I'm looking up other papers on arXiv right now."), tr("Try again in a few seconds."))
        check_limits(
            (self._per_person, who.key, tr("You've reached the limit of {limit} arXiv lookups an hour.")),
            (self._in_total, "", tr("Everyone here has reached the limit of {limit} arXiv lookups an hour.")),
        )
        self._running += 1
        try:
            return await self._fetch_paper(id)
        finally:
            self._running -= 1


def check_limits(*limits: tuple[RateLimiter, str, str]) -> None:
    """Count one more for the key of each limit. Raises `AskError` with the problem of the one that is exceeded."""
    for limiter, key, problem in limits:
        if (allowance := limiter.take(key)).is_exceeded:
            minutes = math.ceil(allowance.reset_s / 60)
            again = tr_count("Try again in {count} minute.", "Try again in {count} minutes.", minutes)
            raise AskError(problem.format(limit=allowance.limit), again)
