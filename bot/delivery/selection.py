"""Selects the papers of an edition for a channel. Pure: the same papers, votes and history give the same posts.

`paperboy plan`, `/papers why` and the schedule's preview show what these functions return; the dispatcher only
carries it out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from bot.chat.message import clean
from bot.languages import mark, tr
from bot.papers.model import Paper, PaperId, Tally
from bot.store.records import EditionFacts, LeftOut, LeftOutReason, ListedPaper, PostReason, Subscription
from bot.views.digest import Entry
from bot.votes.taste import Affinity, interleave, rank_by_taste
from bot.votes.trending import list_score

OPEN_TO_CHANNEL = mark("chosen without this channel's votes")
OPEN_TO_READER = mark("chosen without your saved papers")
MAX_TITLE_CHARS = 80  # of a title within a reason
MAX_SUBMISSIONS = 20  # papers submitted by people, in one edition


class Choice(Struct, frozen=True, kw_only=True):
    """The papers that an edition shows, and those it leaves out, with reasons."""

    chosen: tuple[Entry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def choose(
    subscription: Subscription,
    listed: Sequence[ListedPaper],
    *,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
    taste: Mapping[PaperId, Affinity] = MappingProxyType({}),
    submissions: Mapping[PaperId, tuple[PostReason, ...]] = MappingProxyType({}),
    by_our_people: Collection[PaperId] = (),
    filtered: Collection[PaperId] = (),
    find_beyond_limit: Callable[[Sequence[Paper]], Collection[PaperId]] = lambda papers: (),
    room: int | None = None,
) -> Choice:
    """The papers of a list that a subscription takes: those that its people submitted, those they wrote, then those
    with the most votes. Where the channel, or the reader of a digest, has a `taste`, that decides too, except for one
    place in five.

    `matches` gives the reason for each paper that the query matches; None: there is no query. `submissions` gives who
    submitted a paper and why, and they wrote `by_our_people`. `filtered` are left out by the subscription's
    filters, and `find_beyond_limit` gives those of a list of papers that are too many of one topic. `room` is how many
    more papers the edition may show, by default the subscription's count; submissions may exceed it.
    """
    room = subscription.count if room is None else room
    papers = {item.paper.id: item.paper for item in listed}
    scores = {id: list_score(paper, tallies.get(id, Tally())) for id, paper in papers.items()}
    newest = sorted(papers, reverse=True)  # arXiv's ids sort by date: before there are votes, newer papers come first
    by_votes = sorted(newest, key=lambda id: -scores[id])
    min_votes = {id: 0 if id in submissions else subscription.min_votes for id in by_votes}
    reasons_against = {
        id: _reason_against(papers[id], tallies, seen, matches, min_votes=min_votes[id], is_filtered=id in filtered)
        for id in by_votes
    }
    left_out = [LeftOut(paper=id, reason=reason) for id, reason in reasons_against.items() if reason]
    passing = [id for id in by_votes if not reasons_against[id]]
    own = [id for id in passing if id in submissions][:MAX_SUBMISSIONS]
    order = _ordered(subscription, [id for id in passing if id not in own], scores, taste)
    order.sort(key=lambda item: item[0] not in by_our_people)
    beyond = find_beyond_limit([papers[id] for id in (*own, *(id for id, _ in order))])
    left_out += [LeftOut(paper=id, reason="topic full") for id, _ in order if id in beyond]
    order = [(id, why) for id, why in order if id not in beyond]
    room = max(room - len(own), 0)
    chosen = [Entry(paper=papers[id], reasons=submissions[id]) for id in own]
    chosen += [
        Entry(
            paper=papers[id], reasons=tuple(filter(None, ((matches or {}).get(id, ""), why))), is_by_taste=bool(taste)
        )
        for id, why in order[:room]
    ]
    left_out += [LeftOut(paper=id, reason="list full") for id, _ in order[room:]]
    return Choice(chosen=tuple(chosen), left_out=tuple(left_out))


def rank(facts: EditionFacts, entries: Sequence[Entry]) -> list[Entry]:
    """The papers of an edition in the order of their votes now: submissions first, then papers by people here, then as
    `choose` has it. Where taste decided the order, only votes made here change it."""

    def key(entry: Entry) -> tuple[bool, bool, int]:
        votes = list_score(entry.paper, entry.tally) - (entry.paper.counts.upvotes if facts.nearest_to else 0)
        return entry.submitter is None, not entry.people("author"), -votes

    return sorted(entries, key=key)


def _ordered(
    subscription: Subscription,
    by_votes: Sequence[PaperId],
    scores: Mapping[PaperId, int],
    taste: Mapping[PaperId, Affinity],
) -> list[tuple[PaperId, str]]:
    """The papers in order, each with the reason that taste gives for it; empty: none."""
    if not taste:
        return [(id, "") for id in by_votes]
    order = interleave(rank_by_taste(by_votes, scores, taste), by_votes)
    is_mine = bool(subscription.follows)
    left_open = tr(OPEN_TO_READER if is_mine else OPEN_TO_CHANNEL)
    return [(id, left_open if is_open else near_reason(taste.get(id), is_mine=is_mine)) for id, is_open in order]


def near_reason(leaning: Affinity | None, *, is_mine: bool) -> str:
    """The reason that names the most similar paper with votes or saved; empty: there is none."""
    near = clean(leaning.similar_to, MAX_TITLE_CHARS) if leaning else ""
    if not near:
        return ""
    if is_mine:
        return tr("similar to “{title}”, which you saved", title=near)
    return tr("similar to “{title}”, which got votes here", title=near)


def _reason_against(
    paper: Paper,
    tallies: Mapping[PaperId, Tally],
    seen: set[PaperId],
    matches: Mapping[PaperId, str] | None,
    *,
    min_votes: int,
    is_filtered: bool,
) -> LeftOutReason | None:
    """Why a paper is left out; None when it may be shown."""
    if paper.withdrawn:
        return "withdrawn"
    if is_filtered:
        return "filtered"
    if matches is not None and paper.id not in matches:
        return "no match"
    if paper.id in seen:
        return "seen before"
    tally = tallies.get(paper.id, Tally())
    if paper.counts.upvotes + tally.up < min_votes:
        return "too few votes"
    return None
