"""Makes the summaries of all papers ahead of time, so that a page of fifty needn't make fifty."""

from __future__ import annotations

from bot.app.build import App

AT_ONCE = 50  # papers; takes a tenth of a second


class Ahead:
    """Goes through all papers once, newest first. Papers that arrive later get their summary when they are shown."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._done: int | None = 0  # papers done so far; None: all

    async def step(self) -> None:
        """Summarize the next papers."""
        if self._done is None:
            return
        papers = self._app.store.papers
        ids = await papers.newest_ids(AT_ONCE, offset=self._done)
        await self._app.lines.of(list((await papers.get_papers(ids)).values()))
        self._done = self._done + len(ids) if len(ids) == AT_ONCE else None
