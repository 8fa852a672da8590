"""From a reaction or a press to a ballot: one a person and paper, however many copies and channels."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.event import ButtonPress, Person, Reaction, Ref
from bot.papers.model import PaperId
from bot.store.protocol import Store
from bot.store.records import Delivery, VoteMark
from bot.votes.emoji import Emojis, bare

BUTTON = "button"


def origin(ref: Ref) -> str:
    """The name under which a message's reactions are kept; an event may not tell the thread."""
    return f"{ref.place.in_thread('')}#{ref.id}"


async def react(store: Store, event: Reaction, emojis: Emojis) -> PaperId | None:
    """Count a reaction, or its removal; the paper it was on, None when it votes on none."""
    worth = emojis.value(event.emoji)
    delivery = await store.outbox.by_ref(event.message) if worth else None
    if worth is None or delivery is None or len(delivery.post.papers) != 1:
        return None
    paper, emoji, where = delivery.post.papers[0], bare(event.emoji), origin(event.message)
    if event.added:
        mark = VoteMark(
            tenant=event.who.tenant,
            person=event.who.key,
            paper=paper,
            origin=where,
            emoji=emoji,
            value=worth,
            at=event.at,
        )
        await store.votes.add_mark(mark, cause=event.id)
    else:
        await store.votes.remove_mark(event.who.tenant, event.who.key, where, emoji, cause=event.id)
    return paper


async def press(store: Store, event: ButtonPress, paper: PaperId, *, off: bool = False) -> bool:
    """Cast a vote by button, or take back one that was cast so (`off`: any); True when it now stands.

    Who reacted and presses to be sure has still voted once, and for it.
    """
    mark = VoteMark(
        tenant=event.who.tenant,
        person=event.who.key,
        paper=paper,
        origin=BUTTON,
        emoji="👍",
        value=1,
        at=event.at,
    )
    return await store.votes.toggle_vote(mark, off=off, cause=event.id)


async def recount(store: Store, delivery: Delivery, reactions: Mapping[str, frozenset[str]], emojis: Emojis) -> bool:
    """After downtime: what the platform says now replaces what we knew of one post; True when it differs."""
    if delivery.ref is None or len(delivery.post.papers) != 1:
        return False
    place = delivery.ref.place
    marks = [
        VoteMark(
            tenant=place.tenant,
            person=Person(platform=place.platform, space=place.space, id=who).key,
            paper=delivery.post.papers[0],
            origin=origin(delivery.ref),
            emoji=bare(emoji),
            value=worth,
            at=delivery.sent or delivery.next_attempt,
        )
        for emoji, people in reactions.items()
        if (worth := emojis.value(emoji))
        for who in people
    ]
    return await store.votes.replace_marks(origin(delivery.ref), marks)
