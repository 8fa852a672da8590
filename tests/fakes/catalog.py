"""The core's reading side over a real store, with what comes from outside left out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.store_catalog import StoreCatalog
from bot.chat.catalog import LinkedRepos
from bot.chat.event import Ref
from bot.clock import Clock
from bot.papers.model import PaperId
from bot.search import Search
from bot.store.sql import Store
from bot.summaries import SummaryService


def reader(
    store: Store, search: Search, lines: SummaryService, clock: Clock, *, sources: Sequence[str] = ("huggingface",)
) -> StoreCatalog:
    """Nothing on Hugging Face names the papers, and no message has an address."""

    async def linked(id: PaperId) -> LinkedRepos:
        return LinkedRepos()

    def address(ref: Ref) -> str:
        return ""

    return StoreCatalog(store, search, lines, clock, sources=sources, linked=linked, address=address)
