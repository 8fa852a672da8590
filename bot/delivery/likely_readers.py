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
MIN_STANDING = 1.5  # of a paper in a person's list, in standard deviations: docs/ranking.md has the measurements
MIN_COSINE_TO_NAME = 0.4  # of a paper to what they read, however far the others are
MIN_LISTED = 10  # papers that tell what is usual for a person
USUAL = 0.4, 0.1  # the mean cosine and its deviation, where fewer are listed


async def likely_readers(
    store: Store, search: Search, place: Place, ids: Collection[PaperId], *, listed: Collection[PaperId], now: datetime
) -> dict[PaperId, tuple[Span, ...]]:
    """The people to name beside each of the papers `ids`, which are among those `listed`; none without vectors."""
    if not (readers := await store.our_people.readers_in(place)):
        return {}
    near: list[tuple[float, PaperId, Reader]] = []
    shown = await store.outbox.papers_shown_since(place, now - timedelta(days=1))
    for reader in readers:
        scores = await _nearness(store, search, reader, {*shown, *listed})
        left = MAX_NAMED_A_DAY - sum(id in shown for _, id in scores)
        near += [
            (score, id, reader)
            for score, id in [one for one in scores if one[1] in ids and one[1] not in shown][: max(left, 0)]
        ]
    ties = defaultdict[PaperId, tuple[Span, ...]](tuple)
    for _, id, reader in sorted(near, key=lambda item: -item[0]):
        if len(ties[id]) < MAX_NAMED_ON_A_CARD:
            person = reader.person.partition("/")[2]
            ties[id] += (Span(person, person=True, tie="notified" if reader.is_notified else "reader"),)
    return ties


async def _nearness(store: Store, search: Search, reader: Reader, ids: set[PaperId]) -> list[tuple[float, PaperId]]:
    """The papers near to what a person saved, follows and wrote about, nearest first."""
    vectors, saved = search.vectors_for(ids), await store.people.saved_papers(reader.person, limit=MAX_SAVED)
    texts = [reader.about, *(parse_query(t).text for t in await store.people.followed_topics(reader.person))]
    written = [await search.embed_text(text) for text in texts if text]
    read: list[Floats] = [*search.vectors_for(saved).values(), *(one for one in written if one is not None)]
    if not read or not vectors:
        return []
    cosines = mean_of_nearest(np.stack(list(vectors.values())) @ np.stack(read).T)
    found = zip(map(float, standing(cosines)), vectors, cosines, strict=True)
    near = ((score, id) for score, id, cosine in found if score >= MIN_STANDING and cosine >= MIN_COSINE_TO_NAME)
    return sorted(near, reverse=True)


def standing(cosines: Floats) -> Floats:
    """How far each paper of a list is above what is usual for a person, in standard deviations."""
    mean, deviation = (cosines.mean(), cosines.std()) if len(cosines) >= MIN_LISTED else USUAL
    return np.asarray((cosines - mean) / (deviation + 1e-6), np.float32)
