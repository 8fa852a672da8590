"""What an edition brings to a channel, and why. Pure: the same papers, votes and history give the same posts.

`paperboy plan`, `/papers why` and the schedule's preview show what these functions return; the dispatcher only
carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from bot.chat.message import Message
from bot.delivery.key import delivery_key
from bot.papers.model import Paper, PaperId
from bot.store.records import LeftOut, Listed, Post, Reason, Subscription, Tally
from bot.views import digest
from bot.views.digest import Entry

HERE = 3  # what a vote of this community weighs beside an upvote outside

Fit = Callable[[Message], Sequence[Message]]
"""A message in as many pages as the platform needs."""


class Chosen(Struct, frozen=True, kw_only=True):
    """A paper an edition brings, and why."""

    paper: Paper
    reasons: tuple[str, ...] = ()


class Choice(Struct, frozen=True, kw_only=True):
    """What an edition brings, and what it leaves out."""

    chosen: tuple[Chosen, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def choose(
    subscription: Subscription,
    listed: Sequence[Listed],
    *,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
    room: int | None = None,
) -> Choice:
    """The papers of a list that a subscription takes, best liked first.

    `matches` gives the reason for each paper its query takes; None when it has no query. `room` is how many
    more the edition may bring; by default the subscription's count.
    """
    room = subscription.count if room is None else room
    papers = {item.paper.id: item.paper for item in listed}
    chosen, left_out = list[Chosen](), list[LeftOut]()
    for paper in sorted(papers.values(), key=lambda p: (-_liked(p, tallies), p.id)):
        reason = _against(subscription, paper, tallies, seen, matches)
        if reason is None and len(chosen) >= room:
            reason = "list full"
        if reason is None:
            chosen.append(Chosen(paper=paper, reasons=((matches or {}).get(paper.id, ""),) if matches else ()))
        else:
            left_out.append(LeftOut(paper=paper.id, reason=reason))
    return Choice(chosen=tuple(chosen), left_out=tuple(left_out))


def compose(
    subscription: Subscription,
    edition: str,
    day: date,
    entries: Sequence[Entry],
    *,
    listed: int,
    sources: Sequence[str],
    now: datetime,
    fit: Fit,
) -> tuple[Post, ...]:
    """The posts of an edition: a thread with a reply a paper, or one compact message (in pages if it must be)."""
    about = {"listed": listed, "sources": sources, "query": subscription.query, "min_votes": subscription.min_votes}
    if subscription.layout == "compact":
        pages = fit(digest.compact(day, entries, **about))  # type: ignore[arg-type]
        papers = tuple(entry.paper.id for entry in entries)
        return tuple(
            _post(subscription, edition, page, now, part="head" if n == 1 else f"head.{n}", papers=papers * (n == 1))
            for n, page in enumerate(pages, 1)
        )
    head = fit(digest.head(day, entries, **about))[0]  # type: ignore[arg-type]
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
    reasons: tuple[str, ...] = (),
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


def _liked(paper: Paper, tallies: Mapping[PaperId, Tally]) -> int:
    tally = tallies.get(paper.id, Tally())
    return paper.counts.upvotes + HERE * (tally.up - tally.down)


def _against(
    subscription: Subscription,
    paper: Paper,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
) -> Reason | None:
    """Why a paper does not come, None when it may."""
    if paper.withdrawn:
        return "withdrawn"
    if matches is not None and paper.id not in matches:
        return "no match"
    if paper.id in seen:
        return "seen before"
    tally = tallies.get(paper.id, Tally())
    if paper.counts.upvotes + tally.up < subscription.min_votes:
        return "too few votes"
    return None
