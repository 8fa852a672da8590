"""Which papers a list has, for commands and the site alike."""

from datetime import datetime, timedelta

from bot.papers.model import PaperId
from bot.store.sql import Store

MAX_LIST_PAPERS = 500  # of a list, and of one citation file
SPANS: dict[str, timedelta | None] = {"week": timedelta(days=7), "month": timedelta(days=30), "all": None}


async def papers_of(store: Store, owner: str, name: str, now: datetime) -> list[PaperId]:
    """A list of a person or a channel (empty: what they saved), newest first; of a tenant its leaderboard (`week`), or
    one paper (its id)."""
    if "/" in owner and name:
        return await store.people.papers_on_list(owner, name, limit=MAX_LIST_PAPERS)
    if "/" in owner:
        return await store.people.saved_papers(owner, limit=MAX_LIST_PAPERS)
    if name not in SPANS:
        return [name]
    span = SPANS[name]
    ranked = await store.votes.top_papers(owner, now - span if span else None, MAX_LIST_PAPERS)
    return [id for id, _ in ranked]
