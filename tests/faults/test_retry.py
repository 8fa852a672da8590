"""What was given up has a way back: `paperboy retry`. Where nobody can be asked, it takes an admin's word."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.errors import Refused
from bot.store import open_store
from bot.store.records import Delivery, DeliveryState
from bot.store.sql import Store
from tests.builders import delivery_of, post
from tests.fakes.platform import FilePlatform
from tests.fakes.world import paperboy


class Mute:
    """Takes posts and can't be asked about them; answers only when it is told to."""

    name, limits = "web", FilePlatform.limits

    def __init__(self) -> None:
        self.held: list[str] = []
        self.answers = False

    def text_width(self, run: Text) -> int:
        return 0

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        self.held.append(key)
        if not self.answers:
            raise TimeoutError
        return Ref(place, key)

    async def aclose(self) -> None: ...


class Unknowing(Mute):
    """Can be asked, and says that nobody can know: mail."""

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        raise Refused("It may have arrived.", f"paperboy retry {key} sends it again.")


@pytest.fixture(params=[Mute, Unknowing])
def mute(request: pytest.FixtureRequest) -> Mute:
    kind: type[Mute] = request.param
    return kind()


async def deliver(store: Store, platform: Mute | FilePlatform, clock: FixedClock) -> None:
    dispatcher = Dispatcher(store.outbox, {"web": platform}, clock, on_broken=_ignore)
    for _ in range(3):
        await dispatcher.deliver_due()
        clock.moment += timedelta(minutes=5)


async def the_post(store: Store) -> Delivery:
    found = await delivery_of(store, "k1")
    assert found is not None
    return found


async def test_where_nobody_can_be_asked_the_admin_is_told_how_to_send_it(
    store: Store, clock: FixedClock, mute: Mute
) -> None:
    await store.outbox.add_posts([post("k1", due=clock.now())])
    await deliver(store, mute, clock)
    dead = await the_post(store)
    assert (dead.state, mute.held) == (DeliveryState.DEAD, ["k1"])
    assert "paperboy retry k1" in dead.reason


async def test_retry_all_is_no_word_about_a_doubtful_post(store: Store, clock: FixedClock, mute: Mute) -> None:
    await store.outbox.add_posts([post("k1", due=clock.now())])
    await deliver(store, mute, clock)
    assert await store.outbox.revive_posts(None, clock.now()) == 1
    await deliver(store, mute, clock)
    assert ((await the_post(store)).state, mute.held) == (DeliveryState.DEAD, ["k1"])


async def test_retry_with_its_key_sends_it_once(store: Store, clock: FixedClock, mute: Mute) -> None:
    await store.outbox.add_posts([post("k1", due=clock.now())])
    await deliver(store, mute, clock)
    await store.outbox.revive_posts("k1", clock.now())
    await deliver(store, mute, clock)  # no answer again: the word was for one attempt
    assert ((await the_post(store)).state, mute.held) == (DeliveryState.DEAD, ["k1"] * 2)
    mute.answers = True
    await store.outbox.revive_posts("k1", clock.now())
    await deliver(store, mute, clock)
    assert ((await the_post(store)).state, mute.held) == (DeliveryState.SENT, ["k1"] * 3)


async def test_where_it_can_be_asked_retry_looks_first(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    await store.outbox.add_posts([post("k1", due=clock.now())])
    wall = FilePlatform(tmp_path / "platform.txt")
    await wall.post(post("k1").place, post("k1").message, key="k1")  # arrived, and the sender never knew
    (claimed,) = await store.outbox.claim_posts(clock.now(), token="me", lease=timedelta(0), limit=1, platforms=["web"])
    await store.outbox.settle_unsure("k1", token="me", reason="no answer", again=clock.now())
    (claimed,) = await store.outbox.claim_posts(clock.now(), token="me", lease=timedelta(0), limit=1, platforms=["web"])
    await store.outbox.settle_dead("k1", token="me", reason="given up")
    assert claimed.doubtful
    await store.outbox.revive_posts("k1", clock.now())
    await deliver(store, wall, clock)
    assert (await the_post(store)).state is DeliveryState.SENT
    assert len(wall.held()) == 1


async def test_the_command_plans_it_again_and_says_so(tmp_path: Path, clock: FixedClock) -> None:
    store = await open_store(tmp_path / "paperboy.db")
    await store.outbox.add_posts([post("k1"), post("k2")])
    await store.outbox.claim_posts(clock.now(), token="me", lease=timedelta(0), limit=1, platforms=["web"])
    await store.outbox.settle_dead("k1", token="me", reason="refused")
    ran = await paperboy(tmp_path, "retry", "k1")
    assert (ran.code, ran.err.strip()) == (0, "1 post planned again.")
    assert (await the_post(store)).state is DeliveryState.PLANNED
    assert "0 posts" in (await paperboy(tmp_path, "retry", "k1")).err
    await store.aclose()


async def _ignore(place: Place, why: str) -> None: ...
