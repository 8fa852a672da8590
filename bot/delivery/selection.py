"""Selects the papers of an edition for a channel. Pure: the same papers, votes and history give the same posts.

`paperboy plan`, `/papers why` and the schedule's preview show what these functions return; the dispatcher only
carries it out.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.message import Message, clean
from bot.delivery.delivery_key import delivery_key
from bot.languages import mark, tr
from bot.papers.model import Paper, PaperId
from bot.store.records import EditionFacts, LeftOut, LeftOutReason, ListedPaper, Post, PostReason, Subscription, Tally
from bot.views import digest
from bot.views.digest import Entry
from bot.votes.taste import Affinity, interleave, rank_by_taste

OPEN_TO_CHANNEL = mark("chosen without this channel's votes")
OPEN_TO_READER = mark("chosen without your saved papers")
MAX_TITLE_CHARS = 80  # of a title within a reason
MAX_SUBMISSIONS = 20  # papers submitted by people, in one edition
MIN_CATEGORY_SHARE = 0.25  # of the papers, from which an edition is about their category
VOTE_WEIGHT = 3  # upvotes outside that one vote of this community is worth

Fit = Callable[[Message], Sequence[Message]]
"""A message in as many pages as the platform needs."""


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
    filtered: Collection[PaperId] = (),
    find_beyond_limit: Callable[[Sequence[Paper]], Collection[PaperId]] = lambda papers: (),
    room: int | None = None,
) -> Choice:
    """The papers of a list that a subscription takes: those that its people submitted, then those with the most votes.
    Where the channel, or the reader of a digest, has a `taste`, that decides too, except for one place in five.

    `matches` gives the reason for each paper that the query matches; None: there is no query. `submissions` gives who
    submitted a paper and why. `filtered` are left out by the subscription's filters, and `find_beyond_limit` gives
    those of a list of papers that are too many of one topic. `room` is how many more papers the edition may show, by
    default the subscription's count; submissions may exceed it.
    """
    room = subscription.count if room is None else room
    papers = {item.paper.id: item.paper for item in listed}
    scores = {id: _score(paper, tallies) for id, paper in papers.items()}
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
    beyond = find_beyond_limit([papers[id] for id in (*own, *(id for id, _ in order))])
    left_out += [LeftOut(paper=id, reason="topic full") for id, _ in order if id in beyond]
    order = [(id, why) for id, why in order if id not in beyond]
    room = max(room - len(own), 0)
    chosen = [Entry(paper=papers[id], reasons=submissions[id]) for id in own]
    chosen += [
        Entry(paper=papers[id], reasons=_reasons((matches or {}).get(id, ""), why), is_by_taste=bool(taste))
        for id, why in order[:room]
    ]
    left_out += [LeftOut(paper=id, reason="list full") for id, _ in order[room:]]
    return Choice(chosen=tuple(chosen), left_out=tuple(left_out))


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
    head, *rest = _compose(subscription, edition, facts, entries, now=now, fit=fit, in_one=in_one)
    labelled = replace(head.message, topics=_topics(subscription, entries), ping=subscription.ping)
    return (replace(head, message=labelled), *rest)


def _topics(subscription: Subscription, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The topic of the subscription, and the main categories that a quarter of the papers or more share."""
    main = Counter(entry.paper.categories[0] for entry in entries if entry.paper.categories)
    shared = [category for category, count in main.most_common() if count >= len(entries) * MIN_CATEGORY_SHARE]
    return tuple(filter(None, (subscription.query, *shared)))


def _compose(
    subscription: Subscription,
    edition: str,
    facts: EditionFacts,
    entries: Sequence[Entry],
    *,
    now: datetime,
    fit: Fit,
    in_one: bool,
) -> tuple[Post, ...]:
    if subscription.layout == "compact" or in_one:
        pages = fit((digest.all_in_one if in_one else digest.digest_alone)(facts, entries))
        papers = tuple(entry.paper.id for entry in entries)
        first = _post(subscription, edition, pages[0], now, papers=papers, edition_facts=None if in_one else facts)
        return (
            first,
            *(_post(subscription, edition, page, now, part=f"head.{n}") for n, page in enumerate(pages[1:], 2)),
        )
    replies = compose_replies(subscription, edition, entries, now=now, fit=fit)
    if subscription.layout == "cards":
        return (_post(subscription, edition, fit(digest.above_cards(facts, entries))[0], now), *replies)
    head = fit_digest(facts, entries, fit)
    return (_post(subscription, edition, head, now, edition_facts=facts), *replies)


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


def rank(facts: EditionFacts, entries: Sequence[Entry]) -> list[Entry]:
    """The papers of an edition in the order of their votes now: submissions first, then as `choose` has it. Where taste
    decided the order, only votes made here change it."""

    def key(entry: Entry) -> tuple[bool, int]:
        votes = VOTE_WEIGHT * (entry.tally.up - entry.tally.down)
        return entry.submitter is None, -(votes + (0 if facts.nearest_to else entry.paper.counts.upvotes))

    return sorted(entries, key=key)


def compose_replies(
    subscription: Subscription, edition: str, entries: Sequence[Entry], *, now: datetime, fit: Fit
) -> tuple[Post, ...]:
    """One card per paper, in the edition's thread or after its first message: for its first papers and late ones."""
    is_threaded = subscription.layout != "cards"
    parent = delivery_key(subscription.place, subscription.id, edition, "head") if is_threaded else ""
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
    edition_facts: EditionFacts | None = None,
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
        edition_facts=edition_facts,
        due=now,
    )


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


def _reasons(*said: str) -> tuple[str, ...]:
    return tuple(filter(None, said))


def _score(paper: Paper, tallies: Mapping[PaperId, Tally]) -> int:
    tally = tallies.get(paper.id, Tally())
    return paper.counts.upvotes + VOTE_WEIGHT * (tally.up - tally.down)


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
