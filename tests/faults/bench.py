"""What the outbox's model knows, what must hold after every step, and how the test leads the processes."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.store import open_store
from bot.store.records import Delivery, DeliveryState, Post, Run
from tests.builders import NOW, post, subscription
from tests.faults.model import OUTCOMES, Process, Request, Wall

T = TypeVar("T")
CHANNELS = [Place("web", "north", "c1"), Place("web", "north", "c2"), Place("web", "south", "c3")]
PAPERS = ["p1", "p2", "p3", "p4", "p5", "p6"]
ATTEMPT = 30  # seconds
AGES_AGO = NOW - timedelta(days=365)


@cache
def empty_store() -> Path:
    """A database to copy: making one takes longer than all a test does with it."""
    path = Path(tempfile.mkdtemp(prefix="paperboy-test-")) / "empty.db"
    atexit.register(shutil.rmtree, path.parent)

    async def make() -> None:
        store = await open_store(path)
        for place in CHANNELS:
            await store.subscriptions.add_subscription(subscription(place.channel, place=place))
        await store.aclose()

    asyncio.run(make())
    return path


class Bench(RuleBasedStateMachine):
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

    # ---- what must hold

    @invariant()
    def all_is_well(self) -> None:
        known = self.known()
        self.graves = sorted(key for key, delivery in known.items() if delivery.state is DeliveryState.DEAD)
        self.nothing_is_held_twice()
        self.a_channel_has_one_post_under_way()
        self.order_is_kept()
        self.a_reply_hangs_from_its_head()
        for delivery in known.values():
            self.nothing_is_lost_that_is_not_told(delivery)
        for place in CHANNELS:
            alive = [d.post for d in known.values() if d.state is not DeliveryState.DEAD and d.post.place == place]
            assert self.shown(place) == {paper for post in alive for paper in post.papers}

    def nothing_is_held_twice(self) -> None:
        twice = [key for key, count in self.wall.counts().items() if count > 1]
        assert twice == [], twice
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
            case DeliveryState.SENT:
                assert held
                assert delivery.ref == Ref(self.thread(key), key)
                assert delivery.post.message == self.edited.get(key, self.planned[key].message)
            case DeliveryState.DEAD:
                assert delivery.reason
            case DeliveryState.PLANNED | DeliveryState.UNSURE:
                assert delivery.doubtful or not held
            case DeliveryState.CLAIMED:
                pass

    def mend_and_finish(self) -> None:
        """All goes well again, after a while: everything is sent, or dead; and what is dead can be brought back."""
        self.wait(ATTEMPT)
        self.clock.moment += timedelta(days=2)  # whatever clock a post was put off by
        self.finish()
        assert {delivery.state for delivery in self.known().values()} <= {DeliveryState.SENT, DeliveryState.DEAD}
        self.retry(None)
        self.finish()
        assert {delivery.state for delivery in self.known().values()} <= {DeliveryState.SENT}
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
        assert self.do(self.store.outbox.plan_run(run, posts))
        assert not self.do(self.store.outbox.plan_run(run, [self.post(place, edition, "again")]))
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
        self.do(self.store.outbox.revive_posts(key, self.clock.now()))
        self.revived |= before - self.dead()
        assert key in self.revived if key else not self.dead()

    def shown(self, place: Place) -> set[str]:
        return self.do(self.store.outbox.papers_shown_since(place, AGES_AGO))

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
        if request.looks and request.key in self.revived and self.wall.counts()[request.key]:
            # An admin who has a post sent again, though the platform can't be asked, has looked whether it is there.
            outcome = "ok" if outcome in {"refused", "gone"} else outcome
        if OUTCOMES[outcome][0] and not request.looks:
            self.wall.arrive(request)
        request.answer.set_result(outcome)
        self.do(request.owner.settle())

    def known(self) -> dict[str, Delivery]:
        """How every post that was planned stands; none may be missing."""
        heads = [(edition, posts[0].subscription) for edition, posts in self.editions.items()]
        found = self.do(_all(self.store.outbox.in_edition(of, edition) for edition, of in heads))
        known = {delivery.post.key: delivery for deliveries in found for delivery in deliveries}
        assert set(known) == set(self.planned) - self.forgotten
        return known

    def dead(self) -> set[str]:
        return {key for key, delivery in self.known().items() if delivery.state is DeliveryState.DEAD}

    def thread(self, key: str) -> Place:
        post = self.planned[key]
        return post.place.in_thread(post.parent) if post.parent else post.place


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    return await asyncio.gather(*work)
