"""Subscriptions, and the posts that are sent for them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.papers.model import PaperId
from bot.store.records import (
    Delivery,
    DeliveryKey,
    DeliveryState,
    LateSchedule,
    Post,
    Run,
    Subscription,
    SubscriptionStatus,
)


class Subscriptions(Protocol):
    """Schedules of channels and people."""

    async def add_subscription(self, subscription: Subscription, *, cause: str | None = None) -> None: ...

    async def replace_subscription(self, subscription: Subscription, *, cause: str | None = None) -> None: ...

    async def remove_subscription(self, id: str, *, cause: str | None = None) -> None: ...

    async def get_subscription(self, id: str) -> Subscription | None: ...

    async def in_place(self, place: Place) -> list[Subscription]:
        """The subscriptions of a channel, oldest first."""

    async def made_elsewhere(self, place: Place, person: str) -> list[Subscription]:
        """Those that a person (an id) made in this channel while it belonged to another tenant, as their own."""

    async def in_tenant(self, tenant: str) -> list[Subscription]: ...

    async def digests_of(self, person: str) -> list[Subscription]:
        """The digests of a person (`Person.key`)."""

    async def running(self) -> list[Subscription]:
        """All that are neither paused nor held, oldest first."""

    async def held(self) -> list[Subscription]:
        """Those that are held and not paused as well."""

    async def count_by_status(self) -> dict[str, int]:
        """How many are running, paused and held."""

    async def hold_place(self, place: Place, why: str) -> list[Subscription]:
        """Hold the subscriptions of a channel (`*`: of the tenant), because nothing can be posted there.

        Returns those that ran until now. `why` is for people."""

    async def release_place(self, place: Place, at: datetime) -> list[Subscription]:
        """Let held subscriptions run again, from `at` on: what was missed in between is not posted. Returns them."""

    async def move_channel(self, old: Place, new: Place) -> int:
        """Move the subscriptions, posts and shown papers of a channel whose id changed. Returns how many
        subscriptions moved."""

    async def running_with_runs(self) -> list[SubscriptionStatus]:
        """All that are neither paused nor held, oldest first, each with its newest runs."""

    async def last_runs(self, ids: Collection[str]) -> dict[str, Run]:
        """The newest run of each."""

    async def last_posted_run(self, id: str) -> Run | None:
        """The newest run that posted papers."""


class Outbox(Protocol):
    """Posts from plan to platform; see `State`."""

    async def plan_run(self, run: Run, posts: Sequence[Post]) -> bool:
        """Record a run and its posts, all or nothing; False when that run was recorded before."""

    async def add_posts(self, posts: Sequence[Post]) -> int:
        """Plan further posts of an edition (late papers); returns how many were new."""

    async def papers_shown_since(self, place: Place, since: datetime) -> set[PaperId]:
        """Papers planned for or posted to a channel since then."""

    async def claim_posts(
        self,
        now: datetime,
        *,
        token: str,
        lease: timedelta,
        limit: int,
        platforms: Collection[str],
        per_tenant: int = 32,
    ) -> list[Delivery]:
        """Take due posts for sending: parents first, at most one of a channel and `per_tenant` of a tenant at a
        time, over all processes, so that neither holds up another. Posts whose lease ended are doubtful."""

    async def next_due(self, platforms: Collection[str]) -> datetime | None:
        """When the next post may be claimed; None when there is none."""

    async def late_schedules(self, now: datetime, *, limit: int = 50) -> list[LateSchedule]:
        """Schedules with a post that is due and not sent, longest first."""

    async def note_attempt(self, key: DeliveryKey, *, token: str, at: datetime) -> bool:
        """A doubtful post wasn't found and is sent again now; False when the lease isn't ours any more."""

    async def settle_sent(
        self, key: DeliveryKey, *, token: str, ref: Ref, at: datetime, rest: timedelta = timedelta(0)
    ) -> bool:
        """The platform accepted it; the channel's next post waits for `rest`.

        False, and nothing changes, when the lease isn't ours any more."""

    async def settle_unsure(self, key: DeliveryKey, *, token: str, reason: str, again: datetime) -> bool: ...

    async def settle_retry(
        self, key: DeliveryKey, *, token: str, reason: str, again: datetime, tenant_wide: bool = False
    ) -> bool:
        """The platform did not accept it; try again then. `tenant_wide`: its tenant's other posts wait as long."""

    async def settle_dead(self, key: DeliveryKey, *, token: str, reason: str) -> bool:
        """Give it up; its papers count as not shown. A run whose posts are all given up failed, for this reason."""

    async def revive_posts(self, key: DeliveryKey | None, now: datetime) -> int:
        """Plan dead posts again, one with its thread or all; returns how many. A doubtful one that is named begins
        again at its first attempt: an admin's word that it may be sent where the platform can't be asked."""

    async def revive_since(self, subscription: str, since: datetime, now: datetime) -> int:
        """Plan the dead posts of a subscription that were due since then again; returns how many."""

    async def reasons_given_up(self, place: Place, *, limit: int = 3) -> list[tuple[str, int]]:
        """Why posts to a channel were given up and how many for each reason, the latest first."""

    async def by_ref(self, ref: Ref) -> Delivery | None: ...

    async def in_edition(self, subscription: str, edition: str) -> list[Delivery]:
        """In order of planning."""

    async def sent_showing(self, tenant: str, paper: PaperId, since: datetime) -> list[Delivery]:
        """Sent posts in a tenant that show a paper."""

    async def sent_to_channels_showing(self, tenant: str, paper: PaperId) -> list[Delivery]:
        """Sent posts in a tenant's channels that show a paper, newest first; no digests and no mails."""

    async def papers_posted_in(self, place: Place, limit: int) -> list[tuple[PaperId, datetime]]:
        """Papers posted in a channel and when, newest first."""

    async def count_channels_showing(self, paper: PaperId) -> int:
        """How many channels were shown a paper; digests and mails don't count."""

    async def tenants_shown(self, papers: Collection[PaperId], since: datetime) -> list[tuple[str, PaperId]]:
        """Tenants and which of these papers each was shown since then."""

    async def record_edit(self, key: DeliveryKey, message: Message, at: datetime) -> None:
        """Record that the platform shows this message now."""

    async def mark_gone(self, key: DeliveryKey, reason: str) -> None:
        """Record that the message of a sent post was deleted; it isn't posted again."""

    async def sent_since(self, since: datetime) -> list[Delivery]: ...

    async def last_sent_in(self, place: Place) -> Delivery | None: ...

    async def count_by_state(self, place: Place | None = None) -> dict[DeliveryState, int]: ...
