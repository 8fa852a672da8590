"""Who should read a paper: people of the channel who want to be named beside papers like those they read."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

import numpy as np

from bot.chat.event import Place
from bot.chat.message import Span
from bot.delivery.channel_taste import MAX_SAVED
from bot.papers.model import PaperId
from bot.search import Search
from bot.search.query import parse_query
from bot.store.records import Reader
from bot.store.sql import Store
from bot.votes.taste import Floats, mean_of_nearest

MAX_NAMED_A_DAY = 3  # papers beside which a person is named in one channel
MAX_NAMED_ON_A_CARD = 2  # people
MIN_COSINE_TO_NAME = 0.5  # of a paper to what a person reads: docs/ranking.md has the measurements


async def likely_readers(
    store: Store, search: Search, place: Place, ids: Collection[PaperId], now: datetime
) -> dict[PaperId, tuple[Span, ...]]:
    """The people to name beside each paper, the nearest first; none without vectors."""
    if not (readers := await store.our_people.readers_in(place)):
        return {}
    near: list[tuple[float, PaperId, Reader]] = []
    shown = await store.outbox.papers_shown_since(place, now - timedelta(days=1))
    for reader in readers:
        scores = await _nearness(store, search, reader, {*shown, *ids})
        left = MAX_NAMED_A_DAY - sum(id in shown for _, id in scores)
        near += [(score, id, reader) for score, id in [one for one in scores if one[1] not in shown][: max(left, 0)]]
    ties = defaultdict[PaperId, tuple[Span, ...]](tuple)
    for _, id, reader in sorted(near, key=lambda item: -item[0]):
        if len(ties[id]) < MAX_NAMED_ON_A_CARD:
            person = reader.person.partition("/")[2]
            ties[id] += (Span(person, person=True, tie="notified" if reader.is_notified else "reader"),)
    return ties


async def _nearness(
    store: Store, search: Search, reader: Reader, ids: Collection[PaperId]
) -> list[tuple[float, PaperId]]:
    """The papers near to what a person saved, follows and wrote about, nearest first."""
    vectors, saved = search.vectors_for(ids), await store.people.saved_papers(reader.person, limit=MAX_SAVED)
    texts = [reader.about, *(parse_query(t).text for t in await store.people.followed_topics(reader.person))]
    written = [await search.embed_text(text) for text in texts if text]
    read: list[Floats] = [*search.vectors_for(saved).values(), *(one for one in written if one is not None)]
    if not read or not vectors:
        return []
    scores = mean_of_nearest(np.stack(list(vectors.values())) @ np.stack(read).T)
    found = ((float(score), id) for score, id in zip(scores, vectors, strict=True))
    return sorted((one for one in found if one[0] >= MIN_COSINE_TO_NAME), reverse=True)
