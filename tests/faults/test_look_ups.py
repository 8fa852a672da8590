"""A post of unknown outcome on a platform that may be asked once a minute: its channel isn't blocked for long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.delivery.dispatch import ATTEMPT_S, Dispatcher
from bot.delivery.post_lookup import CLOCK_MARGIN, PostLookup
from bot.errors import Busy, PostError, Unsure
from bot.store.records import DeliveryState, Post
from bot.store.sql import Store
from tests.builders import NOW, delivery_of, post
from tests.fakes.notebook import Notebook

DAY = timedelta(days=1)


class Rationed(Notebook):
    """Takes the first post without an answer, and allows no look-up."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.windows: list[tuple[datetime, datetime]] = []

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        self.sent.append(key)
        if len(self.sent) == 1:
            raise Unsure("No answer.")
        return await super().post(place, message, key=key)

    async def find_post_between(self, place: Place, *, key: str, since: datetime, until: datetime) -> Ref | None:
        self.windows.append((since, until))
        raise Busy("Slack limits our requests.", retry_after=60.0)


@pytest.mark.parametrize("repeat", [False, True])
async def test_after_half_an_hour_the_policy_decides_and_the_next_post_goes_out(
    store: Store, clock: FixedClock, repeat: bool
) -> None:
    platform, told, began = Rationed(), list[tuple[str, str]](), clock.now()
    await store.outbox.add_posts([post("k1"), post("k2")])

    async def given_up(post: Post, error: PostError) -> None:
        told.append((post.key, error.message))

    async def broken(place: Place, why: str) -> None:
        raise AssertionError(why)

    lookup = PostLookup(clock, attempt_s=ATTEMPT_S, repeat=repeat)
    dispatcher = Dispatcher(
        store.outbox, {"web": platform}, clock, on_broken=broken, on_given_up=given_up, lookup=lookup
    )
    while "k2" not in platform.sent and clock.now() - began < DAY:
        await dispatcher.deliver_due()
        clock.moment += timedelta(seconds=20)
    assert clock.now() - began <= timedelta(minutes=33)
    assert platform.sent == (["k1", "k1", "k2"] if repeat else ["k1", "k2"])
    delivery = await delivery_of(store, "k1")
    assert delivery is not None
    assert delivery.state is (DeliveryState.SENT if repeat else DeliveryState.DEAD)
    if not repeat:
        assert "could not be found out within 30 min: it may have arrived" in delivery.reason
        assert [key for key, _ in told] == ["k1"]
    # Only the time of the attempt is searched, however late it is by then, and once a minute.
    margin = timedelta(seconds=ATTEMPT_S) + CLOCK_MARGIN
    assert set(platform.windows) == {(NOW - CLOCK_MARGIN, NOW + margin)}
    assert len(platform.windows) <= 31
