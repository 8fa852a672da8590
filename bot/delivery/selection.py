"""What an edition brings to a channel, and why. Pure: the same papers, votes and history give the same posts.

`paperboy plan`, `/papers why` and the schedule's preview show what these functions return; the dispatcher only
carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from bot.chat.message import Message, clean
from bot.delivery.delivery_key import delivery_key
from bot.papers.model import Paper, PaperId
from bot.store.records import LeftOut, LeftOutReason, ListedPaper, Post, PostReason, Subscription, Tally
from bot.views import digest
from bot.views.digest import About, Entry
from bot.votes.taste import Leaning, mixed, taught

OPEN_PLACE = "a place that this channel's votes leave open"
OPEN_TO_ONE = "a place that your saved papers leave open"
TITLE_CHARS = 80  # of a title within a reason
MOST_BROUGHT = 20  # of what people brought, in one edition
HERE = 3  # what a vote of this community weighs beside an upvote outside

Fit = Callable[[Message], Sequence[Message]]
"""A message in as many pages as the platform needs."""


class Chosen(Struct, frozen=True, kw_only=True):
    """A paper an edition brings, and why."""

    paper: Paper
    reasons: tuple[PostReason, ...] = ()
    taught: bool = False  # the channel's own votes had a say in the order
    brought: bool = False  # somebody of its community asked for it


class Choice(Struct, frozen=True, kw_only=True):
    """What an edition brings, and what it leaves out."""

    chosen: tuple[Chosen, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def choose(
    subscription: Subscription,
    listed: Sequence[ListedPaper],
    *,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
    taste: Mapping[PaperId, Leaning] = MappingProxyType({}),
    brought: Mapping[PaperId, tuple[PostReason, ...]] = MappingProxyType({}),
    room: int | None = None,
) -> Choice:
    """The papers of a list that a subscription takes: what its people brought, whatever the room, then the best liked;
    where the channel, or a digest's reader, has a `taste`, that decides too, but for one place in five.

    `matches` gives the reason for each paper its query takes; None when it has no query. `room` is how many
    more the edition may bring; by default the subscription's count.
    """
    room = subscription.count if room is None else room
    papers = {item.paper.id: item.paper for item in listed}
    liked = {id: _liked(paper, tallies) for id, paper in papers.items()}
    newest = sorted(papers, reverse=True)  # arXiv's ids sort by submission: before anybody votes, later ones do better
    untaught = sorted(newest, key=lambda id: -liked[id])
    fewest = {id: 0 if id in brought else subscription.min_votes for id in untaught}
    against = {id: _against(papers[id], tallies, seen, matches, fewest[id]) for id in untaught}
    left_out = [LeftOut(paper=id, reason=reason) for id, reason in against.items() if reason]
    passing = [id for id in untaught if not against[id]]
    own = [id for id in passing if id in brought][:MOST_BROUGHT]
    order = _ordered(subscription, [id for id in passing if id not in own], liked, taste)
    room = max(room - len(own), 0)
    chosen = [Chosen(paper=papers[id], reasons=brought[id], brought=True) for id in own]
    chosen += [
        Chosen(paper=papers[id], reasons=_reasons((matches or {}).get(id, ""), why), taught=bool(taste))
        for id, why in order[:room]
    ]
    left_out += [LeftOut(paper=id, reason="list full") for id, _ in order[room:]]
    return Choice(chosen=tuple(chosen), left_out=tuple(left_out))


def compose(
    subscription: Subscription,
    edition: str,
    about: About,
    entries: Sequence[Entry],
    *,
    now: datetime,
    fit: Fit,
) -> tuple[Post, ...]:
    """The posts of an edition: a thread with a reply a paper, or one compact message (in pages if it must be)."""
    if subscription.layout == "compact":
        pages = fit(digest.compact(about, entries))
        papers = tuple(entry.paper.id for entry in entries)
        return tuple(
            _post(subscription, edition, page, now, part="head" if n == 1 else f"head.{n}", papers=papers * (n == 1))
            for n, page in enumerate(pages, 1)
        )
    head = fit(digest.head(about, entries))[0]
    return (
        _post(subscription, edition, head, now),
        *additions(subscription, edition, entries, now=now, fit=fit),
    )


def additions(
    subscription: Subscription, edition: str, entries: Sequence[Entry], *, now: datetime, fit: Fit
) -> tuple[Post, ...]:
    """One post a paper, in the edition's thread: those it begins with, and those that come late."""
    parent = delivery_key(subscription.place, subscription.id, edition, "head")
    return tuple(
        _post(
            subscription,
            edition,
            fit(digest.entry(entry))[0],  # a card is shortened to fit one message
            now,
            part=entry.paper.id,
            parent=parent,
            papers=(entry.paper.id,),
            reasons=entry.reasons,
        )
        for entry in entries
    )


def _post(
    subscription: Subscription,
    edition: str,
    message: Message,
    now: datetime,
    *,
    part: str = "head",
    parent: str = "",
    papers: tuple[PaperId, ...] = (),
    reasons: tuple[PostReason, ...] = (),
) -> Post:
    return Post(
        key=delivery_key(subscription.place, subscription.id, edition, part),
        place=subscription.place,
        message=message,
        parent=parent,
        subscription=subscription.id,
        edition=edition,
        part=part,
        papers=papers,
        reasons=reasons,
        due=now,
    )


def _ordered(
    subscription: Subscription,
    untaught: Sequence[PaperId],
    liked: Mapping[PaperId, int],
    taste: Mapping[PaperId, Leaning],
) -> list[tuple[PaperId, str]]:
    """The order of those that may come, each with what taste has to say of it."""
    if not taste:
        return [(id, "") for id in untaught]
    order = mixed(taught(untaught, liked, taste), untaught)
    is_mine = bool(subscription.follows)
    left_open = OPEN_TO_ONE if is_mine else OPEN_PLACE
    return [(id, left_open if is_open else told(taste.get(id), is_mine=is_mine)) for id, is_open in order]


def told(leaning: Leaning | None, *, is_mine: bool) -> str:
    """Which liked paper another is near to."""
    near = clean(leaning.near, TITLE_CHARS) if leaning else ""
    return f"near “{near}”, which {'you saved' if is_mine else 'this channel voted up'}" if near else ""


def _reasons(*said: str) -> tuple[str, ...]:
    return tuple(filter(None, said))


def _liked(paper: Paper, tallies: Mapping[PaperId, Tally]) -> int:
    tally = tallies.get(paper.id, Tally())
    return paper.counts.upvotes + HERE * (tally.up - tally.down)


def _against(
    paper: Paper,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
    fewest: int,
) -> LeftOutReason | None:
    """Why a paper does not come, None when it may."""
    if paper.withdrawn:
        return "withdrawn"
    if matches is not None and paper.id not in matches:
        return "no match"
    if paper.id in seen:
        return "seen before"
    tally = tallies.get(paper.id, Tally())
    if paper.counts.upvotes + tally.up < fewest:
        return "too few votes"
    return None
