"""The posts of an edition, as a layout has them. Pure: a post has the same key however often, and by whichever process,
it is planned."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from bot.chat.event import Place
from bot.chat.message import Message
from bot.papers.model import PaperId
from bot.store.records import DeliveryKey, EditionFacts, Post, Subscription
from bot.views import digest
from bot.views.digest import Entry

MIN_CATEGORY_SHARE = 0.25  # of the papers, from which an edition is about their category
KEY_CHARS = 25  # the limit of Discord's `nonce`

Fit = Callable[[Message], Sequence[Message]]
"""A message in as many pages as the platform needs."""


def delivery_key(place: Place, subscription: str, edition: str, part: str) -> DeliveryKey:
    """The key of one part of an edition for one subscription of a channel."""
    said = "\0".join((place.tenant, place.channel, subscription, edition, part))
    return base64.b32encode(hashlib.sha256(said.encode()).digest()).decode().lower()[:KEY_CHARS]


def compose(
    subscription: Subscription,
    edition: str,
    facts: EditionFacts,
    entries: Sequence[Entry],
    *,
    now: datetime,
    fit: Fit,
    in_one: bool = False,
) -> tuple[Post, ...]:
    """The posts of an edition, as its layout has it; `in_one`: all in one message, which is never edited.

    The first of them says what the edition is about, and notifies the role of the subscription.
    """
    post = partial(_post, subscription, edition, now)
    if subscription.layout == "compact" or in_one:
        first, *more = fit((digest.all_in_one if in_one else digest.digest_alone)(facts, entries))
        papers = tuple(entry.paper.id for entry in entries)
        head = replace(post(first), papers=papers, edition_facts=None if in_one else facts)
        rest = tuple(post(page, part=f"head.{n}") for n, page in enumerate(more, 2))
    else:
        rest = compose_replies(subscription, edition, entries, now=now, fit=fit)
        if subscription.layout == "cards":
            head = post(fit(digest.above_cards(facts, entries))[0])
        else:
            head = replace(post(fit_digest(facts, entries, fit)), edition_facts=facts)
    labelled = replace(head.message, topics=_topics(subscription, entries), ping=subscription.ping)
    return (replace(head, message=labelled), *rest)


def _topics(subscription: Subscription, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The topic of the subscription, and the main categories that a quarter of the papers or more share."""
    main = Counter(entry.paper.categories[0] for entry in entries if entry.paper.categories)
    shared = [category for category, count in main.most_common() if count >= len(entries) * MIN_CATEGORY_SHARE]
    return tuple(filter(None, (subscription.query, *shared)))


def fit_digest(
    facts: EditionFacts, entries: Sequence[Entry], fit: Fit, links: Mapping[PaperId, str] = digest.NO_LINKS
) -> Message:
    """The digest above a thread in one message: the last papers lose their summary until it fits, then their place."""
    rows = min(len(entries), digest.MAX_DIGEST_ROWS)
    for summaries in range(rows, 0, -1):
        most = min(rows, 2 * summaries)
        pages = fit(digest.digest(facts, entries, links=links, max_rows=most, max_summaries=summaries))
        if len(pages) == 1:
            return pages[0]
    return fit(digest.above_cards(facts, entries))[0]


def fit_digest_alone(facts: EditionFacts, entries: Sequence[Entry], fit: Fit, count: int) -> Sequence[Message]:
    """The digest alone in `count` messages; the last papers lose their summary until it fits. Empty: it doesn't."""
    for summaries in range(len(entries), -1, -1):
        pages = fit(digest.digest_alone(facts, entries, max_summaries=summaries))
        if len(pages) == count:
            return pages
    return ()


def compose_replies(
    subscription: Subscription, edition: str, entries: Sequence[Entry], *, now: datetime, fit: Fit
) -> tuple[Post, ...]:
    """One card per paper, in the edition's thread or after its first message: for its first papers and late ones."""
    is_threaded = subscription.layout != "cards"
    parent = delivery_key(subscription.place, subscription.id, edition, "head") if is_threaded else ""
    post = partial(_post, subscription, edition, now)
    return tuple(
        # A card is shortened to fit one message.
        replace(
            post(fit(digest.entry(entry))[0], part=entry.paper.id),
            parent=parent,
            papers=(entry.paper.id,),
            reasons=entry.reasons,
        )
        for entry in entries
    )


def _post(subscription: Subscription, edition: str, now: datetime, message: Message, *, part: str = "head") -> Post:
    key = delivery_key(subscription.place, subscription.id, edition, part)
    return Post(
        key=key,
        place=subscription.place,
        message=message,
        subscription=subscription.id,
        edition=edition,
        part=part,
        due=now,
    )
