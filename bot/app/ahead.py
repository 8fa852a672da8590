"""Makes the summaries of all papers ahead of time, so that a page of fifty needn't make fifty."""

from __future__ import annotations

from bot.app.build import App
from bot.papers.filter import Filter

AT_ONCE = 50  # papers; a tenth of a second of work


class Ahead:
    """Goes through the papers once, newest first; those that come later are few, and get theirs when they are shown."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._done: int | None = 0  # papers behind us; None: all

    async def step(self) -> None:
        """The next few."""
        if self._done is None:
            return
        papers = self._app.store.papers
        ids = await papers.newest_ids(Filter(), AT_ONCE, offset=self._done)
        await self._app.lines.of(list((await papers.get_papers(ids)).values()))
        self._done = self._done + len(ids) if len(ids) == AT_ONCE else None
