"""The full text of a paper for a person who is waiting: from the store, or from arXiv if it answers in time."""

import asyncio
import logging
from datetime import timedelta

from bot.clock import Clock
from bot.errors import PaperboyError
from bot.papers.full_text import NO_FULL_TEXT, FullText
from bot.papers.model import Paper
from bot.sources.full_text import ArxivTexts
from bot.store.sql.full_texts import FullTexts

log = logging.getLogger(__name__)

MAX_WAIT_S = 12.0  # the HTML, arXiv's three seconds, the PDF
MAX_CONCURRENT_TEXTS = 5  # each delays arXiv's lists by three seconds
KEPT = timedelta(days=7)
KEPT_MISSING = timedelta(days=1)  # arXiv makes the HTML of a new paper within hours


class FullTextReader:
    """Fetches full texts, each once however many people ask; one that comes too late is there for the next question."""

    def __init__(
        self, source: ArxivTexts | None, texts: FullTexts, clock: Clock, *, patience: float = MAX_WAIT_S
    ) -> None:
        self._source = source
        self._texts = texts
        self._clock = clock
        self._patience = patience
        self._under_way: dict[tuple[str, int], asyncio.Task[FullText | None]] = {}

    async def full_text(self, paper: Paper) -> FullText | None:
        """The text of a paper; None when it isn't available now."""
        if self._source is None or not paper.id.startswith("arxiv:"):
            return NO_FULL_TEXT
        if known := await self._texts.get_text(paper.id, paper.version, self._clock.now()):
            return known
        key = (paper.id, paper.version)
        if key not in self._under_way and len(self._under_way) >= MAX_CONCURRENT_TEXTS:
            return None
        fetching = self._under_way.get(key) or self._begin(self._source, paper)
        done, _ = await asyncio.wait({fetching}, timeout=self._patience)
        return fetching.result() if done else None

    async def aclose(self) -> None:
        """Cancel running fetches."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, source: ArxivTexts, paper: Paper) -> asyncio.Task[FullText | None]:
        key = (paper.id, paper.version)
        task = self._under_way[key] = asyncio.create_task(self._fetch(source, paper))
        task.add_done_callback(lambda _: self._under_way.pop(key))
        return task

    async def _fetch(self, source: ArxivTexts, paper: Paper) -> FullText | None:
        try:
            found = await source.full_text(paper.id)
            now = self._clock.now()
            until = now + (KEPT if found.passages else KEPT_MISSING)
            await self._texts.store_text(paper.id, paper.version, found, now=now, until=until)
        except PaperboyError as error:
            log.info("full text of %s: %s", paper.id, error)
            return None
        return found
