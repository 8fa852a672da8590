"""A paper that no source has listed yet, requested by its arXiv id: fetched while the person waits, if it is quick."""

import asyncio
import logging

from bot.clock import Clock
from bot.errors import SourceError
from bot.ingest.ingester import Ingester
from bot.papers.model import Listing, Paper, PaperId
from bot.sources.arxiv import NAME, ArxivApi
from bot.sources.source import Batch

log = logging.getLogger(__name__)

MAX_WAIT_S = 2.5  # chats give three seconds in all
ASKED = f"{NAME}-asked"  # a source of its own: a requested paper is on no day's list


class PaperLookup:
    """Fetches one paper from arXiv and stores it."""

    def __init__(self, arxiv: ArxivApi, intake: Ingester, clock: Clock) -> None:
        self._arxiv = arxiv
        self._intake = intake
        self._clock = clock

    async def fetch_paper(self, id: PaperId) -> Paper | None:
        """The paper; None when arXiv does not know it, or does not say in time."""
        if not id.startswith("arxiv:"):
            return None
        try:
            async with asyncio.timeout(MAX_WAIT_S):
                found = await self._arxiv.fetch_papers([id])
        except (SourceError, TimeoutError) as error:
            log.info("lookup of %s failed: %s", id, error)
            return None
        if not found:
            return None
        listing = Listing(paper=found[0], source=ASKED, day=self._clock.now().date())
        await self._intake.store_batch(Batch(listings=(listing,)))
        return found[0]
