"""The records that the store keeps besides papers."""

from __future__ import annotations

import math
from datetime import date, datetime
from enum import Enum
from typing import Literal, TypeAlias

from msgspec import Struct

from bot.chat.event import Place, Ref
from bot.chat.message import Message, Span
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.model import Paper, PaperId
from bot.papers.pictures import Pictures
from bot.schedule import Schedule

DeliveryKey: TypeAlias = str
"""A delivery key: 25 characters at most, the same for the same post however often it is planned."""


class StoreCounts(Struct, frozen=True, kw_only=True):
    """How many papers of a batch were new, changed or known already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    changed_ids: tuple[PaperId, ...] = ()

    def __add__(self, other: StoreCounts) -> StoreCounts:
        return StoreCounts(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            changed_ids=self.changed_ids + other.changed_ids,
        )


class ListedPaper(Struct, frozen=True, kw_only=True):
    """A paper on a source's list of a day, with the moment we first saw it there."""

    paper: Paper
    source: str
    day: date
    first_seen: datetime


class Fetch(Struct, frozen=True, kw_only=True):
    """The outcome of the last fetch of a source's list of a day."""

    source: str
    day: date
    at: datetime
    error: str = ""  # empty: it answered
    last_grew: datetime | None = None  # when its list last got longer
    newest_answered: date | None = None  # the newest day that the source answered for, even if later fetches failed


Provenance: TypeAlias = Literal["human", "claude", "source", "extract"]


class Summary(Struct, frozen=True, kw_only=True):
    """A one-line summary of one version of a paper in one language, and where it comes from."""

    paper: PaperId
    version: int = 1
    text: str
    language: str = "en"
    provenance: Provenance
    model: str = ""  # which model wrote it; empty for a human or an extract
    prompt: str = ""  # hash of the prompt it answers
    failures: tuple[str, ...] = ()  # what the check found wrong; a summary with failures is never shown
    made: datetime
    basis: str = ""  # of a summary without a model: hash of the text and the rules it comes from


class SummaryRequest(Struct, frozen=True, kw_only=True):
    """A summary requested from a model; a second request for the same one would be paid twice."""

    paper: PaperId
    version: int
    language: str
    model: str
    prompt: str
    title: str  # as it is sent, and as the summary is checked against
    abstract: str
    failures: tuple[str, ...] = ()  # what was wrong with the first summary, when this is the second try
    refused: str = ""  # that first summary


class Claim(Enum):
    """What came of claiming a request."""

    OURS = "ours"
    TAKEN = "taken"  # made before, or being made by another process
    UNAFFORDABLE = "unaffordable"  # the spending limits don't cover it


class SummaryBatch(Struct, frozen=True, kw_only=True):
    """Summaries requested together, at a lower price, and collected later."""

    id: str  # our own, stored before the batch is sent; the provider's names of its requests begin with it
    requests: tuple[SummaryRequest, ...]  # each has its position here as its number with the provider
    sent: datetime
    estimated_cost: float = 0.0  # the most it may cost, in the currency of the settings' prices
    provider_id: str = ""  # empty: the provider hasn't confirmed it, and may or may not have it


class SpendingLimits(Struct, frozen=True, kw_only=True):
    """What models may cost, in the currency of the settings' prices."""

    day: float = math.inf
    month: float = math.inf


class Reservation(Struct, frozen=True, kw_only=True):
    """Money set aside for a call to a model until its cost is known."""

    id: str
    model: str
    cost: float  # the most that the call may cost
    until: datetime | None  # after this the call counts as made, at this cost; None: a batch, which is collected


class Spending(Struct, frozen=True, kw_only=True):
    """What a model did on one day, in tokens, and what it cost."""

    day: date
    model: str
    batch: bool = False
    requests: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: float = 0.0


class ModelFailure(Struct, frozen=True, kw_only=True):
    """Why a model didn't answer, in a sentence, and when."""

    reason: str
    at: datetime


Layout: TypeAlias = Literal["thread", "compact", "cards"]
"""A digest with a card for each paper in its thread, the digest alone, or the cards alone, in the channel."""


class Subscription(Struct, frozen=True, kw_only=True):
    """A schedule of a channel or a person, with the topic, sources and layout of its posts."""

    id: str  # short, for people to type: `k3f9`
    place: Place
    schedule: Schedule
    query: str = ""  # as typed after `/papers`, with filters
    sources: tuple[str, ...] = ("huggingface", COMMUNITY)
    count: int = 10  # papers of an edition, at most
    layout: Layout = "thread"
    pictures: Pictures = "thumbnails"
    min_votes: int = 0  # upvotes at the source plus votes here
    is_by_us: bool = False  # only papers by people of this community
    language: str = "en"
    ping: str = ""  # id of a role that its daily post notifies, on platforms with roles
    follows: str = ""  # `Person.key` of the person whose topics it follows; empty: it serves a channel
    beside: Place | None = None  # a channel that the person reads: its papers are left out of the digest
    created: datetime
    created_by: str = ""  # `Person.key`
    maker_language: str = ""  # tag of the language that the maker reads: notices to them are in it
    paused: str = ""  # why an admin paused it, for people
    held: str = ""  # why the platform does not let us post, for people; ends when it does again
    catch_up_hours: int = 24  # a missed edition younger than this is still posted

    @property
    def inactive_reason(self) -> str:
        """Why it does not run now, for people; empty when it runs."""
        return self.paused or self.held


PostReason: TypeAlias = (
    str | Span
)  # why a paper is posted: words, or a person who submitted it, wrote it or reads the like
LeftOutReason: TypeAlias = Literal[
    "filtered", "no match", "seen before", "too few votes", "topic full", "list full", "withdrawn"
]


class LeftOut(Struct, frozen=True, kw_only=True):
    """A paper that an edition's post does not show, and why."""

    paper: PaperId
    reason: LeftOutReason


class Run(Struct, frozen=True, kw_only=True):
    """One occurrence of a schedule and its outcome; each is recorded once."""

    subscription: str
    slot: datetime  # when it was due, UTC
    edition: str = ""  # `huggingface:2025-03-18`; empty when there was none
    outcome: Literal["posted", "quiet", "missed", "failed"]  # failed: posted, and then every post was given up
    why: str = ""  # for people, when nothing was posted, or when an older list was passed over
    left_out: tuple[LeftOut, ...] = ()
    at: datetime  # when it was planned, UTC


class SubscriptionStatus(Struct, frozen=True, kw_only=True):
    """A subscription with its newest runs."""

    subscription: Subscription
    last: Run | None = None  # the newest occurrence
    posted: Run | None = None  # the newest that posted papers


class PaperGroup(Struct, frozen=True, kw_only=True):
    """Papers of an edition on one topic."""

    heading: str
    papers: tuple[PaperId, ...]


class EditionFacts(Struct, frozen=True, kw_only=True):
    """What a digest says about its edition."""

    day: date
    first: date | None = None  # the first day, where it covers several
    listed: int  # papers on the lists
    sources: tuple[str, ...]
    query: str = ""
    min_votes: int = 0
    nearest_to: str = ""  # `what you saved`, when taste decided the order
    submitted: int = 0  # of the papers shown, those that people here submitted
    groups: tuple[PaperGroup, ...] = ()  # by topic, where there are many papers; they stay the same during the day


class Post(Struct, frozen=True, kw_only=True):
    """One message to send."""

    key: DeliveryKey
    place: Place
    message: Message
    parent: DeliveryKey = ""  # the post whose thread it goes into
    subscription: str = ""
    edition: str = ""
    part: str = "head"  # `head`, or the paper's id
    papers: tuple[PaperId, ...] = ()  # the papers it shows
    reasons: tuple[PostReason, ...] = ()  # why this paper was chosen
    edition_facts: EditionFacts | None = None  # of a digest: what it says above its list, which changes during the day
    due: datetime


class DeliveryState(Enum):
    """The state of a post.

    planned ──► claimed ──► sent
       ▲           ├──────► unsure ──► (found: sent | not found: planned | can't tell: dead)
       └── retry ──┴──────► dead (its reason says what to do; `paperboy retry` plans it again)
    """

    PLANNED = "planned"  # to be sent at or after its time
    CLAIMED = "claimed"  # a process holds it until the lease ends
    SENT = "sent"  # the platform has it
    UNSURE = "unsure"  # an attempt had no answer: the channel is searched before another
    DEAD = "dead"  # given up


class Delivery(Struct, frozen=True, kw_only=True):
    """A post and the state of its delivery."""

    post: Post
    state: DeliveryState
    attempts: int = 0
    doubtful: bool = False  # an earlier attempt may have reached the platform
    tried: datetime | None = None  # when the attempt began that may have reached the platform
    token: str = ""  # who holds the lease
    parent_ref: Ref | None = None  # where the parent went, once it is sent
    ref: Ref | None = None  # where it went
    reason: str = ""  # why it is not sent; of a sent one: why its message is no longer there to edit
    next_attempt: datetime
    sent: datetime | None = None
    edited: datetime | None = None


class Reader(Struct, frozen=True, kw_only=True):
    """Someone who wants to be named in a channel beside papers like those they read."""

    person: str  # `Person.key`
    is_notified: bool = False
    about: str = ""  # what they read, in their words, beside what they saved and follow


class LateSchedule(Struct, frozen=True):
    """A schedule whose oldest post is due and not sent."""

    channel: str  # the place, as `str` gives it
    subscription: str
    due: datetime


class VoteMark(Struct, frozen=True, kw_only=True):
    """One person's opinion of a paper: a reaction on one message, or a press of the vote button.

    Of all marks of a person on a paper, the latest that is not taken back counts, once: the ballot.
    """

    tenant: str  # the tenant
    person: str  # `Person.key`
    paper: PaperId
    origin: str  # the message reacted to (`str(place) + "#" + id`), or `button`
    emoji: str
    value: Literal[1, -1]
    at: datetime


class PaperNote(Struct, frozen=True):
    """What a person noted about a paper."""

    text: str = ""
    is_read: bool = False


class PaperChange(Struct, frozen=True):
    """The newest change of a paper; changes are numbered in the order in which they are committed."""

    seq: int
    id: PaperId
    paper: Paper | None  # None: it was deleted
