"""The outbox as a model: whatever comes between plan and post, in whatever order, each post goes out once.

Two processes work on one store, on a platform that takes, refuses, loses, or takes and does not answer. They are
killed at any step. What no lease can help against is left out: a clock that leaps on in the very seconds in which
another process posts.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.store import open_store
from bot.store.records import Delivery, Post, Run, State
from tests.builders import NOW, post, subscription
from tests.faults.model import OUTCOMES, Process, Request, Wall

T = TypeVar("T")
DEEP = bool(os.environ.get("PAPERBOY_DEEP"))  # for a night
CHANNELS = [Place("web", "north", "c1"), Place("web", "north", "c2"), Place("web", "south", "c3")]
PAPERS = ["p1", "p2", "p3", "p4", "p5", "p6"]
ATTEMPT = 30  # seconds
AGES_AGO = NOW - timedelta(days=365)

channels = st.sampled_from(CHANNELS)
processes = st.sampled_from([0, 1])
outcomes = st.one_of(st.just("ok"), st.sampled_from(sorted(OUTCOMES)))


@cache
def empty_store() -> Path:
    """A database to copy: making one takes longer than all a test does with it."""
    path = Path(tempfile.mkdtemp(prefix="paperboy-test-")) / "empty.db"

    async def make() -> None:
        store = await open_store(path)
        for place in CHANNELS:
            await store.subscriptions.add(subscription(place.channel, place=place))
        await store.aclose()

    asyncio.run(make())
    return path


class OutboxMachine(RuleBasedStateMachine):
    """What the tests knows: what was planned and in which order, and what the platform holds."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="paperboy-test-"))
        shutil.copy(empty_store(), self.folder / "paperboy.db")
        self.loop = asyncio.new_event_loop()
        self.clock, self.wall = FixedClock(NOW), Wall()
        self.elapsed = 0.0  # seconds, whatever the clock says
        self.store = self.do(open_store(self.folder / "paperboy.db"))
        self.running = [self.start(), self.start()]
        self.planned: dict[str, Post] = {}  # in order
        self.editions: dict[str, list[Post]] = {}
        self.revived: set[str] = set()
        self.forgotten: set[str] = set()
        self.edited: dict[str, Message] = {}
        self.graves: list[str] = []  # what is dead
        self.count = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        done = self.loop.run_until_complete(asyncio.wait_for(work, 30))
        for request in self.wall.requests:
            request.since = min(request.since, self.elapsed)
        return done

    def start(self) -> Process:
        return Process(self.store.outbox, self.wall, self.clock)

    def teardown(self) -> None:
        try:
            self.mend_and_finish()
        finally:
            for process in self.running:
                self.do(process.kill())
            self.do(self.store.aclose())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()
            shutil.rmtree(self.folder)

    # ---- what may happen

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
            assert self.do(self.store.outbox.add([late])) == 1
            assert self.do(self.store.outbox.add([late])) == 0
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
        self.do(self.store.outbox.edited(delivery.post.key, self.edited[delivery.post.key], self.clock.now()))
        found = self.do(self.store.outbox.by_ref(delivery.ref))
        assert found is not None
        assert found.post.key == delivery.post.key

    @precondition(lambda self: len(self.planned) > 12)
    @rule(place=channels, forget=st.booleans())
    def uninstall(self, place: Place, forget: bool) -> None:
        """A tenant removes Paperboy while its posts are under way, is forgotten or not, and comes back."""
        everywhere = Place(place.platform, place.space, "*")
        mine = {p.channel: p for p in CHANNELS if p.tenant == place.tenant}
        assert {s.id for s in self.do(self.store.subscriptions.hold(everywhere, "removed"))} == set(mine)
        if forget:
            self.do(self.store.records.forget(place.tenant))
            self.forgotten |= {key for key, post in self.planned.items() if post.place.tenant == place.tenant}
            for channel, at in mine.items():
                self.do(self.store.subscriptions.add(subscription(channel, place=at)))
        else:
            assert {s.id for s in self.do(self.store.subscriptions.release(everywhere, self.clock.now()))} == set(mine)

    # ---- what must hold

    @invariant()
    def all_is_well(self) -> None:
        known = self.known()
        self.graves = sorted(key for key, delivery in known.items() if delivery.state is State.DEAD)
        self.nothing_is_held_twice()
        self.a_channel_has_one_post_under_way()
        self.order_is_kept()
        self.a_reply_hangs_from_its_head()
        for delivery in known.values():
            self.nothing_is_lost_that_is_not_told(delivery)
        for place in CHANNELS:
            alive = [d.post for d in known.values() if d.state is not State.DEAD and d.post.place == place]
            assert self.shown(place) == {paper for post in alive for paper in post.papers}

    def nothing_is_held_twice(self) -> None:
        assert [key for key, count in self.wall.counts().items() if count > 1] == []
        assert set(self.wall.counts()) <= set(self.planned)

    def a_channel_has_one_post_under_way(self) -> None:
        busy = [r.place.channel for r in self.wall.requests if r.key not in self.forgotten]
        assert len(busy) == len(set(busy)), [(r.key, r.looks) for r in self.wall.requests]

    def order_is_kept(self) -> None:
        order = {key: n for n, key in enumerate(self.planned)}
        for place in CHANNELS:
            numbers = [order[k] for k, p in self.wall.held if p.channel == place.channel and k not in self.revived]
            assert numbers == sorted(numbers)

    def a_reply_hangs_from_its_head(self) -> None:
        held = [key for key, _ in self.wall.held]
        for n, (key, place) in enumerate(self.wall.held):
            parent = self.planned[key].parent
            assert place.thread == parent
            assert not parent or parent in held[:n]

    def nothing_is_lost_that_is_not_told(self, delivery: Delivery) -> None:
        key, held = delivery.post.key, self.wall.counts()[delivery.post.key]
        match delivery.state:
            case State.SENT:
                assert held
                assert delivery.ref == Ref(self.thread(key), key)
                assert delivery.post.message == self.edited.get(key, self.planned[key].message)
            case State.DEAD:
                assert delivery.reason
            case State.PLANNED | State.UNSURE:
                assert delivery.doubtful or not held
            case State.CLAIMED:
                pass

    def mend_and_finish(self) -> None:
        """All goes well again, after a while: everything is sent, or dead; and what is dead can be brought back."""
        self.wait(ATTEMPT)
        self.clock.moment += timedelta(days=2)  # whatever clock a post was put off by
        self.finish()
        assert {delivery.state for delivery in self.known().values()} <= {State.SENT, State.DEAD}
        self.retry(None)
        self.finish()
        assert {delivery.state for delivery in self.known().values()} <= {State.SENT}
        self.all_is_well()

    def finish(self) -> None:
        self.work(0, 1)
        while self.wall.requests:
            self.settle_request(self.wall.requests[0], "ok")
            self.work(0, 1)

    # ---- means

    def plan_edition(self, place: Place, replies: int) -> None:
        """With papers that the channel has not seen, as the planner chooses them; never a run twice."""
        self.count += 1
        edition = f"e{self.count}"
        papers = [paper for paper in PAPERS if paper not in self.shown(place)][:replies]
        head = self.post(place, edition, "head")
        posts = [head, *(self.post(place, edition, paper, parent=head.key) for paper in papers)]
        slot, now = NOW + timedelta(minutes=self.count), self.clock.now()
        run = Run(subscription=place.channel, slot=slot, edition=edition, outcome="posted", at=now)
        assert self.do(self.store.outbox.plan(run, posts))
        assert not self.do(self.store.outbox.plan(run, [self.post(place, edition, "again")]))
        self.note(edition, posts)

    def work(self, *of: int) -> None:
        for which in of:
            self.do(self.running[which].work())

    def wait(self, seconds: int) -> None:
        """No request lasts longer than an attempt: it has no answer then."""
        while late := [r for r in self.wall.requests if self.elapsed - r.since + seconds >= ATTEMPT]:
            self.settle_request(late[0], "no answer")
        self.elapsed += seconds
        self.clock.moment += timedelta(seconds=seconds)

    def retry(self, key: str | None) -> None:
        before = self.dead()
        self.do(self.store.outbox.revive(key, self.clock.now()))
        self.revived |= before - self.dead()
        assert key in self.revived if key else not self.dead()

    def shown(self, place: Place) -> set[str]:
        return self.do(self.store.outbox.shown(place, AGES_AGO))

    def post(self, place: Place, edition: str, part: str, *, parent: str = "") -> Post:
        return post(
            f"{self.count}.{place.channel}.{edition}.{part}",
            place=place,
            due=self.clock.now(),
            parent=parent,
            subscription=place.channel,
            edition=edition,
            part=part,
            papers=(part,) if parent else (),
        )

    def note(self, edition: str, posts: Iterable[Post]) -> None:
        self.planned |= {p.key: p for p in posts}
        self.editions.setdefault(edition, []).extend(posts)

    def settle_request(self, request: Request, outcome: str) -> None:
        self.wall.requests.remove(request)
        if OUTCOMES[outcome][0] and not request.looks:
            self.wall.arrive(request)
        request.answer.set_result(outcome)
        self.do(request.owner.settle())

    def known(self) -> dict[str, Delivery]:
        """How every post that was planned stands; none may be missing."""
        heads = [(edition, posts[0].subscription) for edition, posts in self.editions.items()]
        found = self.do(_all(self.store.outbox.of_edition(of, edition) for edition, of in heads))
        known = {delivery.post.key: delivery for deliveries in found for delivery in deliveries}
        assert set(known) == set(self.planned) - self.forgotten
        return known

    def dead(self) -> set[str]:
        return {key for key, delivery in self.known().items() if delivery.state is State.DEAD}

    def thread(self, key: str) -> Place:
        post = self.planned[key]
        return post.place.in_thread(post.parent) if post.parent else post.place


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    return await asyncio.gather(*work)


OutboxMachine.TestCase.settings = settings(
    max_examples=2_000 if DEEP else 60,
    stateful_step_count=60 if DEEP else 40,
    deadline=None,
    phases=Phase if DEEP else [Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes
    suppress_health_check=list(HealthCheck),
)
TestOutbox = OutboxMachine.TestCase
