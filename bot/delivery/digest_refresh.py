"""What posts show now: cards, and digests with the order and the votes of their papers and links to their cards."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.adapter import CanLink, CanPost
from bot.chat.fit import fit
from bot.chat.message import Card, Message, Papers
from bot.delivery.posts import fit_digest, fit_digest_alone
from bot.delivery.selection import rank
from bot.languages import speaking
from bot.papers.model import PaperId, Tally
from bot.store.records import Delivery, DeliveryState
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.views.card import NO_PICTURE
from bot.views.digest import Entry, entry

DIGEST_LIFETIME = timedelta(days=1)  # older digests are left as they are
MIN_EDIT_INTERVAL = timedelta(minutes=1)  # between two edits of a digest
EDITS_PER_AGE = 20  # later the interval is this part of the digest's age: some 100 edits a day at the most
OPEN = {DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.UNSURE}


class DigestKey(Struct, frozen=True):
    """Names the digests of one edition of a subscription: several messages where it is long."""

    subscription: str
    edition: str


def digests_among(posts: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """The digests that can be edited; none when they are too old, one is missing, or this layout has none."""
    found = [delivery for delivery in posts if delivery.post.part.partition(".")[0] == "head"]
    can_be_edited = all(d.ref and d.sent and not d.reason and now - d.sent < DIGEST_LIFETIME for d in found)
    return found if found and found[0].post.edition_facts and can_be_edited else []


def is_open(posts: Sequence[Delivery]) -> bool:
    """Whether some of an edition's posts are still to be sent."""
    return any(delivery.state in OPEN for delivery in posts)


def next_edit_at(digests: Sequence[Delivery], posts: Sequence[Delivery], messages: Sequence[Message]) -> datetime:
    """When the digests may be edited next: at once when the last card is there to link to."""
    sent = max(delivery.sent for delivery in digests if delivery.sent)
    last = max(delivery.edited or sent for delivery in digests)
    shown = _urls([delivery.post.message for delivery in digests])
    if not is_open(posts) and any(url != shown.get(id, url) for id, url in _urls(messages).items()):
        return last
    return last + max(MIN_EDIT_INTERVAL, (last - sent) / EDITS_PER_AGE)


async def compose_card(
    store: Store, summaries: SummaryService, adapter: CanPost, delivery: Delivery, paper: PaperId
) -> Message | None:
    """The message of a card as it would be composed now; None: its paper is gone."""
    post = delivery.post
    found = (await store.papers.get_papers([paper])).get(paper)
    if found is None:
        return None
    subscription = await store.subscriptions.get_subscription(post.subscription)
    tally = (await store.votes.tallies_for(post.place.tenant, [paper])).get(paper, Tally())
    language = subscription.language if subscription else "en"
    summary = (await summaries.of([found], language)).get(paper)
    pictures = ((block.picture, block.credit) for block in post.message.blocks if isinstance(block, Card))
    shown = next(pictures, NO_PICTURE)
    item = Entry(paper=found, summary=summary.text if summary else "", tally=tally, reasons=post.reasons, picture=shown)
    with speaking(language):
        return fit(entry(item), adapter.limits, adapter.text_width)[0]


async def compose_digests(
    store: Store, summaries: SummaryService, adapter: CanPost, posts: Sequence[Delivery], digests: Sequence[Delivery]
) -> Sequence[Message]:
    """The messages of an edition's digests as they would be composed now; empty: they can't be shown any more."""
    head = digests[0].post
    replies = [d for d in posts if d.post.parent == head.key and d.state is not DeliveryState.DEAD]
    ids = head.papers or [d.post.part for d in replies]
    papers = await store.papers.get_papers(ids)
    if head.edition_facts is None or not papers:
        return ()
    subscription = await store.subscriptions.get_subscription(head.subscription)
    language = subscription.language if subscription else "en"
    lines = await summaries.of(list(papers.values()), language)
    tallies = await store.votes.tallies_for(head.place.tenant, ids)
    reasons = {d.post.part: d.post.reasons for d in replies} | {
        card.paper: tuple(span for span in card.facts if span.person or span.tie) for card in _cards([head.message])
    }
    entries = [
        Entry(
            paper=papers[id],
            summary=lines[id].text if id in lines else "",
            tally=tallies.get(id, Tally()),
            reasons=reasons.get(id, ()),
        )
        for id in ids
        if id in papers
    ]
    facts = replace(head.edition_facts, submitted=sum(entry.submitter is not None for entry in entries))
    pages = partial(fit, limits=adapter.limits, width=adapter.text_width)
    with speaking(language):
        if head.papers:
            shown = fit_digest_alone(facts, rank(facts, entries), pages, len(digests))
        else:
            shown = (fit_digest(facts, rank(facts, entries), pages, _links(replies, adapter)),)
    first = [replace(page, ping=head.message.ping, topics=head.message.topics) for page in shown[:1]]
    return (*first, *shown[1:])


def _links(replies: Sequence[Delivery], adapter: CanPost) -> Mapping[PaperId, str]:
    """The addresses of the cards that are there."""
    if not isinstance(adapter, CanLink):
        return {}
    return {d.post.part: adapter.message_url(d.ref) for d in replies if d.ref and not d.reason}


def _cards(messages: Sequence[Message]) -> list[Card]:
    return [card for m in messages for block in m.blocks if isinstance(block, Papers) for card in block.items]


def _urls(messages: Sequence[Message]) -> dict[PaperId, str]:
    return {card.paper: card.url for card in _cards(messages)}
