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

from hypothesis import HealthCheck, settings
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
AGES_AGO = NOW - timedelta(days=365)

channels = st.sampled_from(CHANNELS)
processes = st.sampled_from([0, 1])


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
        self.clock = FixedClock(NOW)
        self.store = self.do(open_store(self.folder / "paperboy.db"))
        self.wall = Wall()
        self.running = [self.start(), self.start()]
        self.planned: dict[str, Post] = {}  # in order
        self.editions: dict[str, list[Post]] = {}
        self.revived: set[str] = set()
        self.forgotten: set[str] = set()
        self.edited: dict[str, Message] = {}
        self.count = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

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

    @rule(place=channels, replies=st.lists(st.integers(0, 3), min_size=1, max_size=3))
    def plan(self, place: Place, replies: list[int]) -> None:
        for count in replies:
            self.plan_edition(place, count)

    def plan_edition(self, place: Place, replies: int) -> None:
        """With papers that the channel has not seen, as the planner chooses them; never a run twice."""
        self.count += 1
        seen = self.do(self.store.outbox.shown(place, AGES_AGO))
        papers = [paper for paper in PAPERS if paper not in seen][:replies]
        edition = f"e{self.count}"
        head = self.post(place, edition, "head")
        posts = [head, *(self.post(place, edition, paper, parent=head.key) for paper in papers)]
        run = Run(
            subscription=place.channel,
            slot=NOW + timedelta(minutes=self.count),
            edition=edition,
            outcome="posted",
            at=self.clock.now(),
        )
        assert self.do(self.store.outbox.plan(run, posts))
        assert not self.do(self.store.outbox.plan(run, [self.post(place, edition, "again")]))
        self.note(edition, posts)

    @precondition(lambda self: self.editions)
    @rule(data=st.data())
    def plan_a_late_paper(self, data: st.DataObject) -> None:
        edition = data.draw(st.sampled_from(sorted(self.editions)))
        head = self.editions[edition][0]
        seen = self.do(self.store.outbox.shown(head.place, AGES_AGO))
        known = {p.part for p in self.editions[edition]}
        fresh = [paper for paper in PAPERS if paper not in seen | known]
        if not fresh or head.key in self.forgotten:
            return
        late = self.post(head.place, edition, fresh[0], parent=head.key)
        assert self.do(self.store.outbox.add([late])) == 1
        assert self.do(self.store.outbox.add([late])) == 0
        self.note(edition, [late])

    @rule(of=processes)
    def work(self, of: int) -> None:
        self.do(self.running[of].work())

    @precondition(lambda self: self.wall.requests)
    @rule(data=st.data())
    def take(self, data: st.DataObject) -> None:
        self.settle_request(data.draw(st.sampled_from(self.wall.requests)), "ok")

    @precondition(lambda self: self.wall.requests)
    @rule(data=st.data(), outcome=st.sampled_from(sorted(OUTCOMES)))
    def fail(self, data: st.DataObject, outcome: str) -> None:
        """Anything may become of a request."""
        self.settle_request(data.draw(st.sampled_from(self.wall.requests)), outcome)

    @precondition(lambda self: self.wall.requests)
    @rule(data=st.data(), of=processes)
    def refuse_and_retry_at_once(self, data: st.DataObject, of: int) -> None:
        """An admin is quicker than what comes next in the channel."""
        request = data.draw(st.sampled_from(self.wall.requests))
        self.settle_request(request, "refused")
        if request.key in self.dead():
            self.retry_key(request.key)
        self.work(of)

    @precondition(lambda self: self.wall.requests)
    @rule()
    def answer_all(self) -> None:
        for request in list(self.wall.requests):
            self.settle_request(request, "ok")

    @rule(of=processes, arrives=st.booleans())
    def kill(self, of: int, arrives: bool) -> None:
        """With -9, at any moment; what it had sent off arrives, or does not. Another process is started."""
        for request in self.do(self.running[of].kill()):
            if arrives and not request.looks:
                self.wall.arrive(request)
        self.running[of] = self.start()

    @rule(seconds=st.sampled_from([1, 6, 31, 130, 900, 4_000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        """No request lasts longer than an attempt: it has no answer then."""
        if seconds > 25:
            for request in list(self.wall.requests):
                self.settle_request(request, "no answer")
        self.clock.moment += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([1, 60, 4_000]))
    def clock_is_put_back(self, seconds: int) -> None:
        self.clock.moment -= timedelta(seconds=seconds)

    @precondition(lambda self: self.dead())
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        self.retry_key(data.draw(st.sampled_from(sorted(self.dead()))))

    def retry_key(self, key: str) -> None:
        before = self.dead()
        assert self.do(self.store.outbox.revive(key, self.clock.now())) >= 1
        self.revived |= before - self.dead()
        assert key in self.revived

    @precondition(lambda self: self.dead())
    @rule()
    def retry_all(self) -> None:
        self.revived |= self.dead()
        self.do(self.store.outbox.revive(None, self.clock.now()))
        assert not self.dead()

    @precondition(lambda self: self.wall.held)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """What is shown changes; what was posted is still found by where it is."""
        sent = [d for d in self.do(self.store.outbox.sent_since(AGES_AGO)) if d.ref]
        if not sent:
            return
        delivery = data.draw(st.sampled_from(sent))
        assert delivery.ref is not None
        self.count += 1
        self.edited[delivery.post.key] = Message(plain=f"edited {self.count}")
        self.do(self.store.outbox.edited(delivery.post.key, self.edited[delivery.post.key], self.clock.now()))
        found = self.do(self.store.outbox.by_ref(delivery.ref))
        assert found is not None
        assert found.post.message == self.edited[delivery.post.key]

    @rule(place=channels)
    def pause_and_resume(self, place: Place) -> None:
        """A tenant removes Paperboy and takes it back: what was planned is not lost with it."""
        everywhere = Place(place.platform, place.space, "*")
        held = self.do(self.store.subscriptions.hold(everywhere, "removed"))
        assert {s.id for s in held} == {p.channel for p in CHANNELS if p.tenant == place.tenant}
        assert len(self.do(self.store.subscriptions.release(everywhere, self.clock.now()))) == len(held)

    @precondition(lambda self: len(self.planned) > 12)
    @rule(place=channels)
    def uninstall(self, place: Place) -> None:
        """A tenant is forgotten while its posts are under way; it comes back as a new one."""
        self.do(self.store.records.forget(place.tenant))
        self.forgotten |= {key for key, post in self.planned.items() if post.place.tenant == place.tenant}
        for mine in (p for p in CHANNELS if p.tenant == place.tenant):
            self.do(self.store.subscriptions.add(subscription(mine.channel, place=mine)))

    # ---- what must hold

    @invariant()
    def nothing_is_held_twice(self) -> None:
        assert [key for key, count in self.wall.counts().items() if count > 1] == []
        assert set(self.wall.counts()) <= set(self.planned)

    @invariant()
    def a_channel_has_one_post_under_way(self) -> None:
        busy = [r.place.channel for r in self.wall.requests if r.key not in self.forgotten]
        assert len(busy) == len(set(busy)), [(r.key, r.looks) for r in self.wall.requests]

    @invariant()
    def order_is_kept(self) -> None:
        order = {key: n for n, key in enumerate(self.planned)}
        for place in CHANNELS:
            numbers = [order[k] for k, p in self.wall.held if p.channel == place.channel and k not in self.revived]
            assert numbers == sorted(numbers)

    @invariant()
    def a_reply_hangs_from_its_head(self) -> None:
        held = [key for key, _ in self.wall.held]
        for key, place in self.wall.held:
            parent = self.planned[key].parent
            assert place.thread == parent
            assert not parent or held.index(parent) < held.index(key)

    @invariant()
    def nothing_is_lost_that_is_not_told(self) -> None:
        counts = self.wall.counts()
        for key, delivery in self.known().items():
            match delivery.state:
                case State.SENT:
                    assert counts[key] == 1
                    assert delivery.ref == Ref(self.thread(key), key)
                case State.DEAD:
                    assert delivery.reason
                case State.PLANNED:
                    assert delivery.doubtful or not counts[key]
                case State.CLAIMED | State.UNSURE:
                    pass

    @invariant()
    def shown_is_what_was_sent_or_will_be(self) -> None:
        for place in CHANNELS:
            alive = [d.post for d in self.known().values() if d.state is not State.DEAD and d.post.place == place]
            assert self.do(self.store.outbox.shown(place, AGES_AGO)) == {p for post in alive for p in post.papers}

    @invariant()
    def what_was_edited_stays(self) -> None:
        for key, message in self.edited.items():
            if key not in self.forgotten:
                assert self.known()[key].post.message == message

    def mend_and_finish(self) -> None:
        """All goes well again, after a while: everything is sent, or dead; what is dead can be brought back."""
        self.time_passes(25)
        self.clock.moment += timedelta(days=2)  # whatever clock a post was put off by
        self.finish()
        states = {key: delivery.state for key, delivery in self.known().items()}
        assert set(states.values()) <= {State.SENT, State.DEAD}
        self.retry_all()
        self.finish()
        assert {delivery.state for delivery in self.known().values()} <= {State.SENT}
        self.nothing_is_held_twice()
        self.nothing_is_lost_that_is_not_told()
        self.a_reply_hangs_from_its_head()

    def finish(self) -> None:
        while True:
            for process in self.running:
                self.do(process.work())
            if not self.wall.requests:
                return
            self.answer_all()

    # ---- means

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
        found = {d.post.key: d for e in self.editions for p in [self.editions[e][0]] for d in self.edition(p, e)}
        assert set(found) == set(self.planned) - self.forgotten
        return found

    def edition(self, head: Post, edition: str) -> list[Delivery]:
        return self.do(self.store.outbox.of_edition(head.subscription, edition))

    def dead(self) -> set[str]:
        return {key for key, delivery in self.known().items() if delivery.state is State.DEAD}

    def thread(self, key: str) -> Place:
        post = self.planned[key]
        return post.place.in_thread(post.parent) if post.parent else post.place


OutboxMachine.TestCase.settings = settings(
    max_examples=2_000 if DEEP else 40,
    stateful_step_count=80 if DEEP else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestOutbox = OutboxMachine.TestCase
