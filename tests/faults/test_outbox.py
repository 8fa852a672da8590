"""The outbox as a model: whatever comes between plan and post, in whatever order, each post goes out once.

Two processes work on one store, on a platform that takes, refuses, loses, or takes and does not answer. They are
killed at any step. What no lease can help against is left out: a clock that leaps on in the very seconds in which
another process posts.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bot.chat.event import Place
from bot.chat.message import Message
from tests.builders import subscription
from tests.faults.bench import AGES_AGO, CHANNELS, PAPERS, Bench
from tests.faults.model import OUTCOMES

DEEP = bool(os.environ.get("PAPERBOY_DEEP"))  # for a night

channels = st.sampled_from(CHANNELS)
processes = st.sampled_from([0, 1])
outcomes = st.one_of(st.just("ok"), st.sampled_from(sorted(OUTCOMES)))


class OutboxMachine(Bench):
    """Everything that may happen."""

    @rule(place=channels, replies=st.lists(st.integers(0, 3), min_size=1, max_size=3), of=processes)
    def plan(self, place: Place, replies: list[int], of: int) -> None:
        for count in replies:
            self.plan_edition(place, count)
        self.work(of)

    @precondition(lambda self: self.editions)
    @rule(data=st.data(), of=processes)
    def plan_a_late_paper(self, data: st.DataObject, of: int) -> None:
        edition = data.draw(st.sampled_from(sorted(self.editions)))
        head = self.editions[edition][0]
        known = self.shown(head.place) | {p.part for p in self.editions[edition]}
        fresh = [paper for paper in PAPERS if paper not in known]
        if fresh and head.key not in self.forgotten:
            late = self.post(head.place, edition, fresh[0], parent=head.key)
            assert self.do(self.store.outbox.add_posts([late])) == 1
            assert self.do(self.store.outbox.add_posts([late])) == 0
            self.note(edition, [late])
        self.work(of)

    @precondition(lambda self: self.wall.requests)
    @rule(outcomes=st.lists(st.tuples(st.integers(0, 5), outcomes), min_size=1, max_size=8))
    def answer(self, outcomes: list[tuple[int, str]]) -> None:
        """Anything becomes of what is under way."""
        for which, outcome in outcomes:
            if self.wall.requests:
                self.settle_request(self.wall.requests[which % len(self.wall.requests)], outcome)

    @rule(seconds=st.sampled_from([6, 31, 130, 700, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.wait(seconds)
        self.work(0, 1)

    @rule(
        of=processes, arrives=st.booleans(), seconds=st.sampled_from([0, 130]), back=st.sampled_from([0, 0, 60, 4_000])
    )
    def kill(self, of: int, arrives: bool, seconds: int, back: int) -> None:
        """With -9, at any moment; what it had sent off arrives, or does not. The clock may be put back."""
        for request in self.do(self.running[of].kill()):
            if arrives and not request.looks:
                self.wall.arrive(request)
        self.running[of] = self.start()
        self.wait(seconds)
        self.clock.moment -= timedelta(seconds=back)
        self.work(0, 1)

    @precondition(lambda self: self.wall.requests)
    @rule(of=processes)
    def refuse_and_retry_at_once(self, of: int) -> None:
        """An admin is quicker than what comes next in the channel."""
        request = self.wall.requests[0]
        self.settle_request(request, "refused")
        if request.key in self.dead():
            self.retry(request.key)
        self.work(of)

    @precondition(lambda self: self.graves)
    @rule(data=st.data(), of=processes)
    def retry_one(self, data: st.DataObject, of: int) -> None:
        self.retry(data.draw(st.sampled_from(self.graves)))
        self.work(of)

    @precondition(lambda self: self.graves)
    @rule(of=processes)
    def retry_all(self, of: int) -> None:
        self.retry(None)
        self.work(of)

    @precondition(lambda self: self.wall.held)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """What is shown changes; what was posted is still found by where it is."""
        sent = [delivery for delivery in self.do(self.store.outbox.sent_since(AGES_AGO)) if delivery.ref]
        if not sent:
            return
        delivery = data.draw(st.sampled_from(sent))
        assert delivery.ref is not None
        self.edited[delivery.post.key] = Message(plain=f"edited {len(self.edited)}")
        self.do(self.store.outbox.record_edit(delivery.post.key, self.edited[delivery.post.key], self.clock.now()))
        found = self.do(self.store.outbox.by_ref(delivery.ref))
        assert found is not None
        assert found.post.key == delivery.post.key

    @precondition(lambda self: len(self.planned) > 12)
    @rule(place=channels, forget=st.booleans())
    def uninstall(self, place: Place, forget: bool) -> None:
        """A tenant removes Paperboy while its posts are under way, is forgotten or not, and comes back."""
        everywhere = Place(place.platform, place.space, "*")
        mine = {p.channel: p for p in CHANNELS if p.tenant == place.tenant}
        assert {s.id for s in self.do(self.store.subscriptions.hold_place(everywhere, "removed"))} == set(mine)
        if forget:
            self.do(self.store.ownership.forget(place.tenant))
            self.forgotten |= {key for key, post in self.planned.items() if post.place.tenant == place.tenant}
            for channel, at in mine.items():
                self.do(self.store.subscriptions.add_subscription(subscription(channel, place=at)))
        else:
            assert {s.id for s in self.do(self.store.subscriptions.release_place(everywhere, self.clock.now()))} == set(
                mine
            )


OutboxMachine.TestCase.settings = settings(
    max_examples=2_000 if DEEP else 60,
    stateful_step_count=60 if DEEP else 40,
    deadline=None,
    phases=Phase if DEEP else [Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes
    suppress_health_check=list(HealthCheck),
)
TestOutbox = pytest.mark.slow(OutboxMachine.TestCase)
