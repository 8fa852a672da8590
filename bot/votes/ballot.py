"""From reactions and button presses to votes: one per person and paper, however many messages show the paper."""

from collections.abc import Mapping
from typing import Literal

from bot.chat.event import BaseEvent, ButtonPress, Person, Reaction, Ref
from bot.papers.model import PaperId
from bot.store.records import Delivery, VoteMark
from bot.store.sql import Store
from bot.votes.emoji import VoteEmojis, reaction_id

BUTTON = "button"  # origin of a vote that was cast by button


def reaction_origin(ref: Ref) -> str:
    """The origin of a message's reactions, without its thread: some platforms don't send that with an event."""
    return f"{ref.place.in_thread('')}#{ref.id}"


async def record_reaction(store: Store, event: Reaction, emojis: VoteEmojis) -> PaperId | None:
    """Record a reaction or its removal as a vote. Returns the paper; None when the reaction isn't a vote."""
    value = emojis.vote_value(event.emoji)
    delivery = await store.outbox.by_ref(event.message) if value else None
    if value is None or delivery is None or len(delivery.post.papers) != 1:
        return None
    origin = reaction_origin(event.message)
    mark = _mark(event, delivery.post.papers[0], origin, reaction_id(event.emoji), value)
    if event.added:
        await store.votes.add_mark(mark, cause=event.id)
    else:
        await store.votes.remove_mark(mark.tenant, mark.person, origin, mark.emoji, cause=event.id)
    return mark.paper


async def record_press(store: Store, event: ButtonPress, paper: PaperId, *, off: bool = False) -> bool:
    """Vote by button, or take back such a vote; `off` takes back any. Returns whether the person now votes for it.

    Someone who reacted and also presses the button has still voted once, and for it.
    """
    return await store.votes.toggle_vote(_mark(event, paper, BUTTON, "👍", 1), off=off, cause=event.id)


def _mark(event: BaseEvent, paper: PaperId, origin: str, emoji: str, value: Literal[1, -1]) -> VoteMark:
    who = event.who
    return VoteMark(
        tenant=who.tenant, person=who.key, paper=paper, origin=origin, emoji=emoji, value=value, at=event.at
    )


async def replace_reactions(
    store: Store, delivery: Delivery, reactions: Mapping[str, frozenset[str]], emojis: VoteEmojis, *, heard: int
) -> bool:
    """Replace the votes from one post's reactions by those the platform lists; returns whether they changed. `heard`:
    `Votes.last_heard` before the platform was asked. What people did since then is newer than its list."""
    if delivery.ref is None or len(delivery.post.papers) != 1:
        return False
    place = delivery.ref.place
    marks = [
        VoteMark(
            tenant=place.tenant,
            person=Person(platform=place.platform, space=place.space, id=person).key,
            paper=delivery.post.papers[0],
            origin=reaction_origin(delivery.ref),
            emoji=reaction_id(emoji),
            value=value,
            at=delivery.sent or delivery.next_attempt,
        )
        for emoji, people in reactions.items()
        if (value := emojis.vote_value(emoji))
        for person in people
    ]
    return await store.votes.replace_marks(reaction_origin(delivery.ref), marks, heard=heard)
