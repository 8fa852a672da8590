"""One round of planning: what is due of each subscription at one moment, and what it brings."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.delivery.calendar import closed, complete
from bot.delivery.composer import Composer
from bot.delivery.edition import Edition, Span, parse_id, split
from bot.delivery.planning_cache import PlanningCache
from bot.delivery.selection import Choice
from bot.errors import PaperboyError
from bot.papers.community import is_community_list
from bot.papers.samples import SOURCE as STARTER
from bot.schedule import Schedule, WhenComplete, first_reach, occurrences, on_day, reach
from bot.store.protocol import Store
from bot.store.records import Fetch, Post, Run, Subscription, SubscriptionStatus
from bot.views.formatting import days, listing, long_day, source_name

log = logging.getLogger(__name__)

MOST_NAMED = 5  # lists that were passed over
LATE = timedelta(hours=24)  # for so long after its post, an edition takes late papers
LATEST = timedelta(days=7)  # and a daily one what people bring, unless the next comes before
MOST_MISSED = 31  # occurrences that are recorded as missed after a long time away; earlier ones leave no trace

Known: TypeAlias = tuple[str, int]
"""An edition, and how many papers it had when its late ones were last looked for."""


class PlanningPass:
    """One look at what is due, at one moment."""

    def __init__(
        self,
        store: Store,
        *,
        lookups: PlanningCache,
        editor: Composer,
        now: datetime,
        complete: dict[str, Known],
        spread: timedelta,
    ) -> None:
        self._spread = spread
        self._complete = complete
        self._store = store
        self._lookups = lookups
        self._editor = editor
        self._now = now

    async def subscription(self, standing: SubscriptionStatus) -> int:
        """All that is due of one; how many posts are new."""
        subscription = standing.subscription
        try:
            return await self._plan(subscription, standing.last, standing.posted)
        except PaperboyError as error:
            log.error("schedule %s in %s can't be planned: %s", subscription.id, subscription.place, error)
        except Exception:
            log.exception("schedule %s in %s broke the planner", subscription.id, subscription.place)
        return 0

    async def _plan(self, subscription: Subscription, last: Run | None, posted: Run | None) -> int:
        schedule = subscription.schedule
        if isinstance(schedule, WhenComplete):
            planned = await self._plan_complete(subscription, schedule, last)
        else:
            planned = await self._plan_clocked(subscription, schedule, last)
        return planned + (await self._plan_late(subscription, posted) if posted else 0)

    async def _plan_clocked(self, subscription: Subscription, schedule: Schedule, last: Run | None) -> int:
        now, planned = self._now, 0
        after = max(subscription.created, last.slot) if last else subscription.created
        slots, old = list(occurrences(schedule, after, now)), now - timedelta(hours=subscription.catch_up_hours)
        for slot in [slot for slot in slots if slot < old][-MOST_MISSED:]:
            await self._skip(subscription, slot, now)
        for slot in [slot for slot in slots if slot >= old]:
            planned += await self.run(subscription, slot, _local_day(schedule, slot))
        return planned

    async def _plan_complete(self, subscription: Subscription, schedule: WhenComplete, last: Run | None) -> int:
        """Each day whose list is complete, once, in order; what is too old by then is recorded as missed."""
        now, planned = self._now, 0
        after = _day_of(last.slot) if last else subscription.created.date() - timedelta(days=1)
        fetches = await self._lookups.fetches()
        sources, _ = split(subscription.sources, subscription.place.tenant)
        for day in reversed(await self._lookups.days(sources, now.date())):
            if day <= after or not on_day(schedule, day):
                continue
            edition = await self._lookups.edition(subscription, Span(day, exact=True))
            expected = [source for source in sources if source != STARTER and not closed(source, day)]
            if edition is None or not all(self._is_complete(s, edition, fetches, now) for s in expected):
                break
            slot = _end_of(day)  # one a day, whoever plans it and whenever
            if now - slot > timedelta(hours=subscription.catch_up_hours):
                await self._skip(subscription, slot, now)
            else:
                planned += await self.run(subscription, slot, day)
        return planned

    @staticmethod
    def _is_complete(source: str, edition: Edition, fetches: Mapping[str, Fetch], now: datetime) -> bool:
        listed = sum(item.source == source and item.day == edition.day for item in edition.listed)
        return complete(source, edition.day, listed, fetches.get(source), now)

    async def run(self, subscription: Subscription, slot: datetime, day: date) -> int:
        """Plan one occurrence: posts with their reasons, or a quiet run with its reason; recorded once."""
        now = self._now
        posted = await self._store.subscriptions.last_posted_run(subscription.id)
        edition = await self._lookups.edition(subscription, _span(subscription, slot, day, posted))
        if edition is None:
            why = self._nothing_new(subscription, day)
            quiet = Run(subscription=subscription.id, slot=slot, outcome="quiet", why=why, at=now)
            await self._store.outbox.plan_run(quiet, ())
            return 0
        choice = await self._editor.choose(subscription, edition.listed, now)
        due = now + jitter(subscription.id, self._spread)
        posts = await self._editor.posts(subscription, edition, choice.chosen, due)
        run = Run(
            subscription=subscription.id,
            slot=slot,
            edition=edition.id,
            outcome="posted" if choice.chosen else "quiet",
            why=" ".join(filter(None, (self._none_passed(edition, choice), await self._passed_over(posted, edition)))),
            left_out=choice.left_out,
            at=now,
        )
        planned = await self._store.outbox.plan_run(run, posts if choice.chosen else ())
        return len(posts) if planned and choice.chosen else 0

    async def _plan_late(self, subscription: Subscription, run: Run) -> int:
        """Papers that came after their edition was posted go into its thread, while there is room. Where there are no
        threads, an edition is one message."""
        age = self._now - run.at
        own_only = age > LATE
        if age > LATEST or not self._editor.has_threads(subscription.place):
            return 0
        if own_only and not await self._takes_own(subscription):
            return 0
        edition = await self._lookups.edition(subscription, _span_of(run.edition))
        if edition is None or self._complete.get(subscription.id) == (run.edition, len(edition.listed)):
            return 0  # nothing was listed since the last round
        late = await self._late(subscription, run, edition, own_only=own_only)
        added = await self._store.outbox.add_posts(late) if late else 0
        self._complete[subscription.id] = (run.edition, len(edition.listed))
        return added

    async def _takes_own(self, subscription: Subscription) -> bool:
        """Whether what people bring goes into an old thread: not where the next edition is a week's, which has it."""
        daily = first_reach(subscription.schedule, self._now) == 1
        return daily and bool(await self._lookups.brought(subscription.place.tenant))

    async def _late(
        self, subscription: Subscription, run: Run, edition: Edition, *, own_only: bool
    ) -> tuple[Post, ...]:
        posted = await self._store.outbox.in_edition(subscription.id, run.edition)
        known = {left.paper for left in run.left_out} | {id for d in posted for id in d.post.papers}
        fresh = [
            item
            for item in edition.listed
            if item.paper.id not in known and (is_community_list(item.source) or not own_only)
        ]
        if not fresh:
            return ()
        room = subscription.count - sum(len(delivery.post.papers) for delivery in posted)
        choice = await self._editor.choose(subscription, fresh, self._now, room=max(room, 0))
        return await self._editor.replies(subscription, run.edition, choice.chosen, self._now)

    async def _skip(self, subscription: Subscription, slot: datetime, now: datetime) -> None:
        why = f"Paperboy was not running then, and came back more than {subscription.catch_up_hours} hours later."
        missed = Run(subscription=subscription.id, slot=slot, outcome="missed", why=why, at=now)
        await self._store.outbox.plan_run(missed, ())

    @staticmethod
    def _none_passed(edition: Edition, choice: Choice) -> str:
        read = days(edition.first, edition.day)
        return "" if choice.chosen else f"None of the papers of {read} passed the schedule's filters."

    async def _passed_over(self, posted: Run | None, edition: Edition) -> str:
        """An occurrence reaches back so far and no farther: which lists came between it and the one before."""
        sources, _, before = parse_id(posted.edition) if posted else ([], edition.day, edition.day)
        missed = [day for day in await self._lookups.days(sources, edition.day) if before < day < edition.first]
        if not missed:
            return ""
        told = (
            listing([long_day(day) for day in reversed(missed)]) if len(missed) <= MOST_NAMED else f"{len(missed)} days"
        )
        return f"The list of {told} was passed over: a newer one was there."

    @staticmethod
    def _nothing_new(subscription: Subscription, day: date) -> str:
        sources, _ = split(subscription.sources, subscription.place.tenant)
        names = listing([source_name(source) for source in sources])
        because = next(filter(None, (closed(source, day) for source in subscription.sources)), "")
        return f"{names} had no new list up to {long_day(day)}" + (f" ({because})." if because else ".")


def jitter(subscription: str, spread: timedelta) -> timedelta:
    """A subscription's own place in the window that posts of one minute are spread over: the same each day."""
    share = int.from_bytes(hashlib.sha256(subscription.encode()).digest()[:4]) / 2**32
    return spread * share


def _span(subscription: Subscription, slot: datetime, day: date, posted: Run | None) -> Span:
    """The lists up to a day that the edition before has not had."""
    schedule, after = subscription.schedule, _last_day(subscription, posted)
    at = slot if not isinstance(schedule, WhenComplete) else datetime.combine(day, time(12), ZoneInfo(schedule.zone))
    return Span(day, reach(schedule, at) if after else first_reach(schedule, at), after)


def _last_day(subscription: Subscription, posted: Run | None) -> date | None:
    """The newest day that its last edition had; None when it read other sources then."""
    if posted is None:
        return None
    sources, _, last = parse_id(posted.edition)
    return last if set(sources) == set(split(subscription.sources, subscription.place.tenant)[0]) else None


def _span_of(edition: str) -> Span:
    _, first, last = parse_id(edition)
    return Span(last, (last - first).days + 1, exact=True)


def _local_day(schedule: Schedule, slot: datetime) -> date:
    return slot.astimezone(ZoneInfo(schedule.zone)).date()


def _end_of(day: date) -> datetime:
    """When a day is over, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _day_of(slot: datetime) -> date:
    """The day that ended then."""
    return (slot - timedelta(seconds=1)).date()
