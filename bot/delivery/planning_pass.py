"""One planning pass: finds the runs of each subscription that are due, and plans their posts."""

import hashlib
import logging
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from attrs import define

from bot.delivery.calendar import closed_reason, is_complete
from bot.delivery.composer import Composer
from bot.delivery.edition import Edition, Span, parse_id, split_sources
from bot.delivery.planning_cache import PlanningCache
from bot.errors import PaperboyError
from bot.languages import speaking, tr, tr_count
from bot.papers.community import is_community_list
from bot.papers.samples import SOURCE as STARTER
from bot.schedule import Schedule, WhenComplete, first_reach, occurrences, on_day, reach
from bot.store.records import Post, Run, Subscription, SubscriptionStatus
from bot.store.sql import Store
from bot.views.formatting import days, listing, long_day, source_name

log = logging.getLogger(__name__)

MAX_NAMED_LISTS = 5  # lists that were passed over and are named
LATE_PAPERS = timedelta(hours=24)  # how long after its post an edition takes late papers
LATE_SUBMISSIONS = timedelta(days=7)  # and a daily one submissions, unless the next edition comes first
MAX_MISSED_RUNS = 31  # recorded as missed after a long downtime; earlier ones leave no trace

SeenEdition: TypeAlias = tuple[str, int]
"""An edition, and its number of papers when late ones were last checked."""


@define(eq=False)
class PlanningPass:
    """Plans what is due at one moment."""

    _store: Store
    _planning_cache: PlanningCache
    _composer: Composer
    _now: datetime
    _seen_editions: dict[str, SeenEdition]
    _spread: timedelta

    async def plan_subscription(self, standing: SubscriptionStatus) -> int:
        """Plan the due runs of one subscription; returns how many posts are new. What fails is logged."""
        subscription = standing.subscription
        try:
            with speaking(subscription.language):
                return await self._plan(subscription, standing.last, standing.posted)
        except PaperboyError as error:
            log.error("schedule %s in %s can't be planned: %s", subscription.id, subscription.place, error)
        except Exception:
            log.exception("schedule %s in %s can't be planned", subscription.id, subscription.place)
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
        for slot in [slot for slot in slots if slot < old][-MAX_MISSED_RUNS:]:
            await self._skip(subscription, slot, now)
        for slot in [slot for slot in slots if slot >= old]:
            planned += await self.plan_run(subscription, slot, slot.astimezone(ZoneInfo(schedule.zone)).date())
        return planned

    async def _plan_complete(self, subscription: Subscription, schedule: WhenComplete, last: Run | None) -> int:
        """Plan each day whose list is complete, once, in order; what is too old by then is recorded as missed."""
        now, planned = self._now, 0
        after = (last.slot - timedelta(seconds=1)).date() if last else subscription.created.date() - timedelta(days=1)
        fetches = await self._planning_cache.fetches()
        sources, _ = split_sources(subscription.sources, subscription.place.tenant)
        for day in reversed(await self._planning_cache.days(sources, now.date())):
            if day <= after or not on_day(schedule, day):
                continue
            edition = await self._planning_cache.edition(subscription, Span(day, exact=True))
            expected = [source for source in sources if source != STARTER and not closed_reason(source, day)]
            listed = Counter(item.source for item in edition.listed if item.day == day) if edition else Counter[str]()
            if edition is None or not all(is_complete(s, day, listed[s], fetches.get(s), now) for s in expected):
                break
            slot = datetime.combine(day + timedelta(days=1), time(), UTC)  # one per day, whichever process plans it
            if now - slot > timedelta(hours=subscription.catch_up_hours):
                await self._skip(subscription, slot, now)
            else:
                planned += await self.plan_run(subscription, slot, day)
        return planned

    async def plan_run(self, subscription: Subscription, slot: datetime, day: date) -> int:
        """Plan one occurrence: posts, or a quiet run with its reason; recorded once. Returns how many posts are new."""
        now = self._now
        posted = await self._store.subscriptions.last_posted_run(subscription.id)
        edition = await self._planning_cache.edition(subscription, _span(subscription, slot, day, posted))
        if edition is None:
            why = self._nothing_new(subscription, day)
            quiet = Run(subscription=subscription.id, slot=slot, outcome="quiet", why=why, at=now)
            await self._store.outbox.plan_run(quiet, ())
            return 0
        choice = await self._composer.choose(subscription, edition.listed, now)
        due = now + jitter(subscription.id, self._spread)
        posts = await self._composer.posts(subscription, edition, choice.chosen, due)
        covered = days(edition.first, edition.day)
        none_matched = (
            "" if choice.chosen else tr("No paper from {days} matched this schedule's filters.", days=covered)
        )
        run = Run(
            subscription=subscription.id,
            slot=slot,
            edition=edition.id,
            outcome="posted" if choice.chosen else "quiet",
            why=" ".join(filter(None, (none_matched, await self._passed_over(posted, edition)))),
            left_out=choice.left_out,
            at=now,
        )
        planned = await self._store.outbox.plan_run(run, posts if choice.chosen else ())
        return len(posts) if planned and choice.chosen else 0

    async def _plan_late(self, subscription: Subscription, run: Run) -> int:
        """Post late papers into the thread of their edition, while there is room; not where there are no threads."""
        age = self._now - run.at
        own_only = age > LATE_PAPERS
        if age > LATE_SUBMISSIONS or run.outcome == "failed":
            return 0
        if own_only and not await self._takes_late_submissions(subscription):
            return 0
        _, first, last = parse_id(run.edition)
        span = Span(last, (last - first).days + 1, exact=True)
        edition = await self._planning_cache.edition(subscription, span)
        if edition is None or self._seen_editions.get(subscription.id) == (run.edition, len(edition.listed)):
            return 0  # nothing was listed since the last pass
        late = await self._late(subscription, run, edition, own_only=own_only)
        added = await self._store.outbox.add_posts(late) if late else 0
        self._seen_editions[subscription.id] = (run.edition, len(edition.listed))
        return added

    async def _takes_late_submissions(self, subscription: Subscription) -> bool:
        """Whether submissions go into an old thread: only of daily schedules, others show them in the next edition."""
        daily = first_reach(subscription.schedule, self._now) == 1
        return daily and bool(await self._planning_cache.submissions(subscription.place.tenant))

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
        if not fresh or not await self._composer.has_threads(subscription.place):
            return ()
        shown = {id for delivery in posted for id in delivery.post.papers}
        room = max(subscription.count - len(shown), 0)
        before = {item.paper.id: item.paper for item in edition.listed if item.paper.id in shown}
        choice = await self._composer.choose(subscription, fresh, self._now, room=room, posted=list(before.values()))
        return await self._composer.replies(subscription, run.edition, choice.chosen, self._now)

    async def _skip(self, subscription: Subscription, slot: datetime, now: datetime) -> None:
        why = tr(
            "Paperboy wasn't running then, and started again more than {hours} hours later.",
            hours=subscription.catch_up_hours,
        )
        missed = Run(subscription=subscription.id, slot=slot, outcome="missed", why=why, at=now)
        await self._store.outbox.plan_run(missed, ())

    async def _passed_over(self, posted: Run | None, edition: Edition) -> str:
        """A sentence about the lists since the last edition that are too old for this one; empty: none."""
        sources, _, before = parse_id(posted.edition) if posted else ([], edition.day, edition.day)
        missed = [day for day in await self._planning_cache.days(sources, edition.day) if before < day < edition.first]
        if not missed:
            return ""
        named = (
            listing([long_day(day) for day in reversed(missed)])
            if len(missed) <= MAX_NAMED_LISTS
            else tr_count("{count} day", "{count} days", len(missed))
        )
        return tr("The list for {days} was skipped because there was a newer one.", days=named)

    @staticmethod
    def _nothing_new(subscription: Subscription, day: date) -> str:
        sources, _ = split_sources(subscription.sources, subscription.place.tenant)
        names = listing([source_name(source) for source in sources])
        because = next(filter(None, (closed_reason(source, day) for source in subscription.sources)), "")
        if because:
            return tr(
                "{sources} had no new list up to {day} ({reason}).",
                sources=names,
                day=long_day(day),
                reason=tr(because),
            )
        return tr("{sources} had no new list up to {day}.", sources=names, day=long_day(day))


def jitter(subscription: str, spread: timedelta) -> timedelta:
    """A subscription's delay within the window that posts of one minute are spread over; the same every day."""
    share = int.from_bytes(hashlib.sha256(subscription.encode()).digest()[:4]) / 2**32
    return spread * share


def _span(subscription: Subscription, slot: datetime, day: date, posted: Run | None) -> Span:
    """The lists up to `day` that the edition before did not have."""
    schedule, after = subscription.schedule, _last_day(subscription, posted)
    at = slot if not isinstance(schedule, WhenComplete) else datetime.combine(day, time(12), ZoneInfo(schedule.zone))
    return Span(day, reach(schedule, at) if after else first_reach(schedule, at), after)


def _last_day(subscription: Subscription, posted: Run | None) -> date | None:
    """The newest day of the last edition; None when that one read other sources."""
    if posted is None:
        return None
    sources, _, last = parse_id(posted.edition)
    return last if set(sources) == set(split_sources(subscription.sources, subscription.place.tenant)[0]) else None
