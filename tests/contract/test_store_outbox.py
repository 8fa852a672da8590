"""What every store must do with posts: each is claimed in turn and settled once."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.chat.event import Place, Ref
from bot.store.records import Delivery, DeliveryState, Run
from bot.store.sql import Store
from tests.builders import NOW, PAPERS, delivery_of, mark, post, subscription

LEASE = timedelta(minutes=2)

ELSEWHERE = Place("web", "home", "elsewhere")


async def test_a_run_is_planned_once_with_all_its_posts(store: Store) -> None:
    await store.subscriptions.add_subscription(subscription())
    run = Run(subscription="s1", slot=NOW, outcome="posted", at=NOW)
    assert await store.outbox.plan_run(run, [post("k1"), post("k2")])
    assert not await store.outbox.plan_run(run, [post("k3")])
    assert await delivery_of(store, "k3") is None


async def test_a_parent_goes_first_and_its_reply_learns_where_it_went(store: Store) -> None:
    await store.outbox.add_posts([post("head"), post("reply", parent="head")])
    assert [d.post.key for d in await _claim(store)] == ["head"]
    await store.outbox.settle_sent("head", token="me", ref=Ref(PAPERS, "m1"), at=NOW)
    (reply,) = await _claim(store)
    assert reply.parent_ref == Ref(PAPERS, "m1")


async def test_a_channel_has_one_post_under_way_and_holds_up_no_other(store: Store) -> None:
    await store.outbox.add_posts([post("a1"), post("a2"), post("b1", place=ELSEWHERE)])
    assert {d.post.key for d in await _claim(store)} == {"a1", "b1"}
    assert await _claim(store) == []


async def test_tenants_take_turns(store: Store) -> None:
    busy = [post(f"busy{n}", place=Place("web", "big", f"c{n}")) for n in range(5)]
    await store.outbox.add_posts([*busy, post("small", place=Place("web", "small", "c"))])
    first_two = await store.outbox.claim_posts(NOW, token="me", lease=LEASE, limit=2, platforms=["web"])
    assert {d.post.place.space for d in first_two} == {"big", "small"}


async def test_what_is_due_later_or_elsewhere_is_left(store: Store) -> None:
    await store.outbox.add_posts([post("later", due=NOW + LEASE), post("other", place=Place("mail", "x", "y"))])
    assert await _claim(store) == []


async def test_a_lease_that_ended_comes_back_as_doubtful(store: Store) -> None:
    await store.outbox.add_posts([post()])
    await _claim(store, token="dead process")
    assert await _claim(store) == []
    (again,) = await _claim(store, at=NOW + LEASE)
    assert again.doubtful
    assert again.attempts == 2


async def test_who_lost_the_lease_settles_nothing(store: Store) -> None:
    await store.outbox.add_posts([post()])
    await _claim(store, token="slow")
    await _claim(store, token="me", at=NOW + LEASE)
    assert not await store.outbox.settle_sent("k1", token="slow", ref=Ref(PAPERS, "x"), at=NOW)
    assert await store.outbox.settle_sent("k1", token="me", ref=Ref(PAPERS, "m1"), at=NOW)


async def test_unsure_posts_wait_and_come_back_doubtful(store: Store) -> None:
    await store.outbox.add_posts([post()])
    await _claim(store)
    await store.outbox.settle_unsure("k1", token="me", reason="no answer", again=NOW + LEASE)
    assert await _claim(store) == []
    (again,) = await _claim(store, at=NOW + LEASE)
    assert again.doubtful


async def test_a_dead_head_takes_its_replies_along_and_all_can_be_revived(store: Store) -> None:
    await store.outbox.add_posts([post("head"), post("reply", parent="head", papers=("p1",)), post("next")])
    await _claim(store)
    await store.outbox.settle_dead("head", token="me", reason="refused")
    assert [d.post.key for d in await _claim(store)] == ["next"]
    assert await store.outbox.papers_shown_since(PAPERS, NOW - LEASE) == set()
    assert await store.outbox.revive_posts("head", NOW) == 2
    assert await store.outbox.papers_shown_since(PAPERS, NOW - LEASE) == {"p1"}


async def test_a_reply_never_goes_out_without_its_thread(store: Store) -> None:
    await store.outbox.add_posts([post("reply", parent="head"), post("head")])
    assert [d.post.key for d in await _claim(store)] == ["head"]
    await store.outbox.settle_dead("head", token="me", reason="refused")
    await store.outbox.add_posts(
        [post("late", parent="head"), post("lost", parent="never planned"), post("deep", parent="reply")]
    )
    assert await _claim(store) == []
    assert await store.outbox.count_by_state() == {DeliveryState.DEAD: 5}
    assert await store.outbox.revive_posts("late", NOW) == 2
    assert [d.post.key for d in await _claim(store)] == ["head"]


async def test_what_asks_for_patience_while_it_is_looked_for_stays_doubtful(store: Store) -> None:
    await store.outbox.add_posts([post()])
    await _claim(store, token="killed")
    await _claim(store, at=NOW + LEASE)
    await store.outbox.settle_retry("k1", token="me", reason="busy", again=NOW + LEASE)
    (again,) = await _claim(store, at=NOW + LEASE)
    assert again.doubtful


async def test_a_revived_post_waits_for_the_one_under_way_in_its_channel(store: Store) -> None:
    await store.outbox.add_posts([post("old"), post("new")])
    await _claim(store)
    await store.outbox.settle_dead("old", token="me", reason="refused")
    assert [d.post.key for d in await _claim(store)] == ["new"]
    assert await store.outbox.revive_posts("old", NOW) == 1
    assert await _claim(store) == []
    await store.outbox.settle_sent("new", token="me", ref=Ref(PAPERS, "m1"), at=NOW)
    assert [d.post.key for d in await _claim(store)] == ["old"]


async def test_who_names_a_doubtful_post_vouches_for_that_one_only(store: Store) -> None:
    places = [PAPERS, ELSEWHERE]
    await store.outbox.add_posts([post("named", place=PAPERS), post("other", place=ELSEWHERE)])
    await _claim(store)
    for key in ("named", "other"):
        await store.outbox.settle_unsure(key, token="me", reason="no answer", again=NOW)
    for delivery in await _claim(store):
        await store.outbox.settle_dead(delivery.post.key, token="me", reason="can't tell")
    assert len(places) == await store.outbox.revive_posts("named", NOW) + await store.outbox.revive_posts(None, NOW)
    found = {d.post.key: (d.attempts, d.doubtful) for d in await _claim(store)}
    assert found == {"named": (1, True), "other": (2, True)}


async def test_a_tenant_has_so_many_under_way_and_no_more(store: Store) -> None:
    await store.outbox.add_posts([post(f"k{n}", place=Place("web", "big", f"c{n}")) for n in range(5)])
    first = await store.outbox.claim_posts(NOW, token="me", lease=LEASE, limit=9, platforms=["web"], per_tenant=2)
    assert len(first) == 2
    assert await store.outbox.claim_posts(NOW, token="me", lease=LEASE, limit=9, platforms=["web"], per_tenant=2) == []


async def test_a_tenant_that_is_to_wait_as_a_whole_holds_up_no_other(store: Store) -> None:
    north = [post(f"n{n}", place=Place("web", "north", f"c{n}")) for n in range(3)]
    await store.outbox.add_posts([*north, post("s", place=Place("web", "south", "c"))])
    (refused,) = await store.outbox.claim_posts(NOW, token="me", lease=LEASE, limit=1, platforms=["web"])
    again = NOW + LEASE
    await store.outbox.settle_retry(refused.post.key, token="me", reason="too many", again=again, tenant_wide=True)
    assert [d.post.key for d in await _claim(store)] == ["s"]
    assert await store.outbox.next_due(["web"]) == again
    assert {d.post.key for d in await _claim(store, at=again)} == {"n0", "n1", "n2", "s"}


async def test_a_vote_taken_back_stays_back_after_a_recount(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    await store.votes.toggle_vote(mark(at=NOW + LEASE), off=True)
    await store.votes.replace_marks("m1", [mark(origin="m1", at=NOW)], heard=await store.votes.last_heard())
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {}
    assert await store.votes.ballots_of("web:home", "web:home/ada", ["arxiv:2503.00001"]) == {}


async def test_sent_posts_are_found_by_place_paper_and_reference(store: Store) -> None:
    await store.outbox.add_posts([post(papers=("p1",))])
    await _claim(store)
    await store.outbox.settle_sent("k1", token="me", ref=Ref(PAPERS, "m1"), at=NOW)
    assert (await store.outbox.by_ref(Ref(PAPERS, "m1"))) is not None
    assert len(await store.outbox.sent_showing("web:home", "p1", NOW - LEASE)) == 1
    assert await store.outbox.sent_showing("web:other", "p1", NOW - LEASE) == []
    assert await store.outbox.last_sent_in(ELSEWHERE) is None
    assert await store.outbox.count_by_state(PAPERS) == {DeliveryState.SENT: 1}


async def _claim(store: Store, *, token: str = "me", at: datetime = NOW) -> list[Delivery]:
    return await store.outbox.claim_posts(at, token=token, lease=LEASE, limit=10, platforms=["web"])
