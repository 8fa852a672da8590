"""What every store must do with what people give: votes, papers, topics, submissions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.event import Place
from bot.chat.message import Message, Paragraph, Span
from bot.errors import AlreadyDone
from bot.papers.author_names import OurAuthor
from bot.papers.community import Submission, community_list
from bot.papers.model import Tally
from bot.store.records import PaperNote, Run
from bot.store.sql import Store
from tests.builders import NOW, PAPERS, TODAY, delivery_of, listing, mark, paper, post, subscription

LEASE = timedelta(minutes=2)


async def test_one_ballot_a_person_however_many_marks(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    await store.votes.add_mark(mark(origin="m2", emoji="🔥"))
    await store.votes.add_mark(mark("web:home/bob"))
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {"arxiv:2503.00001": Tally(up=2)}


async def test_a_vote_taken_back_on_one_copy_stands_while_another_does(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    await store.votes.add_mark(mark(origin="m2"))
    await store.votes.remove_mark("web:home", "web:home/ada", "m1", "👍")
    assert await store.votes.ballots_of("web:home", "web:home/ada", ["arxiv:2503.00001"]) == {"arxiv:2503.00001": 1}
    await store.votes.remove_mark("web:home", "web:home/ada", "m2", "👍")
    assert await store.votes.ballots_of("web:home", "web:home/ada", ["arxiv:2503.00001"]) == {}


async def test_the_latest_mark_decides(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    await store.votes.add_mark(mark(origin="m1", emoji="👎", value=-1, at=NOW + LEASE))
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {"arxiv:2503.00001": Tally(down=1)}


async def test_who_reacted_and_presses_to_be_sure_has_voted_once_and_the_next_press_takes_it_back(
    store: Store,
) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    assert await store.votes.toggle_vote(mark())
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {"arxiv:2503.00001": Tally(up=1)}
    assert not await store.votes.toggle_vote(mark())
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {}
    assert await store.votes.toggle_vote(mark())


async def test_a_button_that_shows_my_vote_takes_back_whatever_stands(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    assert not await store.votes.toggle_vote(mark(), off=True)
    assert await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]) == {}


async def test_a_recount_replaces_one_messages_marks_only(store: Store) -> None:
    await store.votes.add_mark(mark(origin="m1"))
    await store.votes.add_mark(mark("web:home/bob", origin="m2"))
    eve, heard = mark("web:home/eve", origin="m1"), await store.votes.last_heard()
    assert await store.votes.replace_marks("m1", [eve], heard=heard)
    assert not await store.votes.replace_marks("m1", [replace(eve, at=NOW + LEASE)], heard=heard)
    mine = await store.votes.ballots_of("web:home", "web:home/bob", ["arxiv:2503.00001"])
    assert mine == {"arxiv:2503.00001": 1}
    assert (await store.votes.tallies_for("web:home", ["arxiv:2503.00001"]))["arxiv:2503.00001"] == Tally(up=2)


async def test_communities_do_not_see_each_others_votes(store: Store) -> None:
    await store.votes.add_mark(mark(tenant="slack:T1"))
    assert await store.votes.tallies_for("slack:T10", ["arxiv:2503.00001"]) == {}
    assert await store.votes.top_papers("slack:T10", None, 5) == []
    assert [id for id, _ in await store.votes.top_papers("slack:T1", None, 5)] == ["arxiv:2503.00001"]


async def test_an_event_has_its_effect_once(store: Store) -> None:
    await store.votes.toggle_vote(mark(), cause="event-1")
    with pytest.raises(AlreadyDone):
        await store.votes.toggle_vote(mark(), cause="event-1")
    assert await store.votes.ballots_of("web:home", "web:home/ada", ["arxiv:2503.00001"]) == {"arxiv:2503.00001": 1}


async def test_saved_papers_and_topics_are_kept_by_person(store: Store) -> None:
    assert await store.people.save_paper("web:home/ada", "p1", NOW)
    assert not await store.people.save_paper("web:home/ada", "p1", NOW)
    assert await store.people.follow_topic("web:home/ada", "Owls", NOW)
    assert not await store.people.follow_topic("web:home/ada", "owls", NOW)
    assert await store.people.saved_papers("web:home/bob") == []
    assert await store.people.followed_topics("web:home/ada") == ["Owls"]


async def test_forgetting_a_tenant_leaves_no_row_of_it_and_every_row_of_others(store: Store) -> None:
    for tenant in ("T1", "T10"):
        place = Place("slack", tenant, "c")
        await store.subscriptions.add_subscription(subscription(f"s-{tenant}", place=place))
        run = Run(subscription=f"s-{tenant}", slot=NOW, outcome="posted", at=NOW)
        await store.outbox.plan_run(run, [post(f"k-{tenant}", place=place, papers=("p1",))])
        await store.votes.add_mark(mark(f"slack:{tenant}/u", tenant=f"slack:{tenant}"))
        await store.people.save_paper(f"slack:{tenant}/u", "p1", NOW)
    before = await store.ownership.export("slack:T10")
    assert await store.ownership.forget("slack:T1") == 7
    assert not any((await store.ownership.export("slack:T1")).values())
    assert await store.ownership.export("slack:T10") == before


async def test_forgetting_a_person_keeps_the_channels_schedule(store: Store) -> None:
    await store.subscriptions.add_subscription(subscription(created_by="web:home/ada"))
    await store.people.save_paper("web:home/ada", "p1", NOW)
    await store.ownership.forget("web:home/ada")
    assert await store.people.saved_papers("web:home/ada") == []
    kept = await store.subscriptions.get_subscription("s1")
    assert kept is not None
    assert kept.created_by == ""


async def test_a_paused_channel_runs_nothing_until_it_is_resumed(store: Store) -> None:
    await store.subscriptions.add_subscription(subscription())
    assert len(await store.subscriptions.hold_place(PAPERS, "the channel is gone")) == 1
    assert await store.subscriptions.hold_place(PAPERS, "again") == []
    assert await store.subscriptions.running() == []


async def test_turns_at_a_source_are_taken_one_after_another(store: Store) -> None:
    every = timedelta(seconds=3)
    assert [await store.rate_slots.reserve_slot("arxiv", every, NOW) for _ in range(3)] == [0.0, 3.0, 6.0]
    assert await store.rate_slots.reserve_slot("other", every, NOW) == 0.0
    assert await store.rate_slots.reserve_slot("arxiv", every, NOW + timedelta(minutes=1)) == 0.0


async def test_long_questions_have_short_names(store: Store) -> None:
    name = await store.long_queries.store_query("owls " * 100, "web:home/ada", NOW)
    assert len(name) <= 12
    assert await store.long_queries.get_query(name) == "owls " * 100
    assert await store.long_queries.get_query("nothing") is None


async def test_a_long_query_goes_with_its_person_and_with_time(store: Store) -> None:
    name = await store.long_queries.store_query("owls " * 100, "web:home/ada", NOW)
    await store.long_queries.store_query("owls " * 100, "web:home/bob", NOW)
    await store.ownership.forget("web:home/ada")
    assert await store.long_queries.get_query(name), "another person asked the same"
    await store.ownership.forget("web:home")
    assert await store.long_queries.get_query(name) is None
    name = await store.long_queries.store_query("hawks " * 100, "web:home/ada", NOW)
    await store.long_queries.store_query("finches " * 100, "web:home/ada", NOW + timedelta(days=31))
    assert await store.long_queries.get_query(name) is None


async def test_a_shelf_keeps_an_adapters_records_apart_and_in_order(store: Store) -> None:
    storage, other = store.key_value("web"), store.key_value("mail")
    for n in (2, 1, 3):
        await storage.put(f"message/{n}", bytes([n]))
    assert not await storage.put("message/1", b"x", if_absent=True)
    assert [key for key, _ in await storage.scan("message/", last=2)] == ["message/2", "message/3"]
    assert [key for key, _ in await storage.scan("message/", after="message/2")] == ["message/3"]
    assert await other.scan("message/") == []


def brought(n: int, person: str = "ada", *, tenant: str = PAPERS.tenant, hours: int = 0, why: str = "") -> Submission:
    at = NOW + timedelta(hours=hours)
    return Submission(tenant=tenant, paper=paper(n).id, person=f"{tenant}/{person}", why=why, at=at)


async def test_what_is_brought_stands_on_its_tenants_list_of_the_day_once(store: Store) -> None:
    await store.papers.add_listings([listing(paper(n)) for n in (1, 2)], NOW - timedelta(days=3))
    own, other = community_list(PAPERS.tenant), community_list("web:other")
    assert await store.submissions.add_submission(brought(1, why="good"), cause="e1")
    assert not await store.submissions.add_submission(brought(1, "bob"))
    assert await store.submissions.add_submission(brought(1, "eve", tenant="web:other", hours=24))
    assert [item.paper.id for item in await store.papers.listed_between([own], TODAY, TODAY)] == [paper(1).id]
    assert await store.papers.listed_days([own, other]) == [(TODAY + timedelta(days=1), 1), (TODAY, 1)]
    assert await store.submissions.for_papers(PAPERS.tenant, [paper(1).id, paper(2).id]) == {
        paper(1).id: brought(1, why="good")
    }
    assert (
        own not in (await store.papers.get_papers([paper(1).id]))[paper(1).id].sources
    )  # the paper itself is everybody's
    with pytest.raises(AlreadyDone):
        await store.submissions.add_submission(brought(2), cause="e1")


async def test_a_paper_that_is_not_known_is_on_no_list(store: Store) -> None:
    await store.submissions.add_submission(brought(7))
    assert await store.papers.listed_days([community_list(PAPERS.tenant)]) == []


async def test_what_is_brought_can_be_taken_off_and_is_counted_by_person_and_time(store: Store) -> None:
    await store.papers.add_listings([listing(paper(n)) for n in (1, 2, 3)], NOW)
    for one in (brought(1), brought(2, "bob", hours=2), brought(3, "bob", hours=30)):
        await store.submissions.add_submission(one)
    count = store.submissions.count_submitted
    assert [await count(PAPERS.tenant, NOW), await count(PAPERS.tenant, NOW + timedelta(hours=1))] == [3, 2]
    assert await count(PAPERS.tenant, NOW, person=f"{PAPERS.tenant}/bob") == 2
    assert [s.paper for s in await store.submissions.submitted_since(TODAY + timedelta(days=1))] == [paper(3).id]
    assert await store.submissions.remove_submission(PAPERS.tenant, paper(3).id)
    assert not await store.submissions.remove_submission(PAPERS.tenant, paper(3).id)
    assert not await store.submissions.remove_submission("web:other", paper(2).id)
    assert await store.papers.listed_days([community_list(PAPERS.tenant)]) == [(TODAY, 2)]
    assert len(await store.submissions.submitted_since(TODAY)) == 2


async def test_the_lists_a_paper_stands_on_are_told_newest_first(store: Store) -> None:
    for source, ago in (("huggingface", 0), ("arxiv", 1), ("huggingface", 5)):
        await store.papers.add_listings([listing(paper(1), source=source, day=TODAY - timedelta(days=ago))], NOW)
    first = TODAY - timedelta(days=2)
    stood = await store.papers.featured_since(paper(1).id, ["huggingface", "arxiv"], first)
    assert stood == [("huggingface", TODAY), ("arxiv", TODAY - timedelta(days=1))]
    assert await store.papers.featured_since(paper(2).id, ["huggingface"], first) == []


async def test_a_person_is_forgotten_with_what_they_brought_and_in_posts_that_stay(store: Store) -> None:
    await store.papers.add_listings([listing(paper(n)) for n in (1, 2)], NOW)
    for n, person in ((1, "bob"), (2, "ada")):
        await store.submissions.add_submission(brought(n, person))
        shown = Message(plain="A card", blocks=(Paragraph((Span("bob"), Span(person, person=True))),))
        reasons = (Span(person, person=True), "bob")
        await store.outbox.add_posts([replace(post(f"k{n}"), message=shown, papers=(paper(n).id,), reasons=reasons)])
    await store.ownership.forget(f"{PAPERS.tenant}/bob")
    assert await store.submissions.submitted_since(TODAY) == [brought(2, "ada")]
    assert [
        item.paper.id for item in await store.papers.listed_between([community_list(PAPERS.tenant)], TODAY, TODAY)
    ] == [paper(2).id]
    his, hers = await delivery_of(store, "k1"), await delivery_of(store, "k2")
    assert his
    assert hers
    assert his.post.reasons == (Span("someone"), "bob")  # a word that is no person's id stays
    assert his.post.message.blocks == (Paragraph((Span("bob"), Span("someone"))),)
    assert hers.post.reasons == (Span("ada", person=True), "bob")


async def test_a_tenants_list_goes_with_it_and_no_other(store: Store) -> None:
    await store.papers.add_listings([listing(paper(1))], NOW)
    for tenant in (PAPERS.tenant, "web:other"):
        await store.submissions.add_submission(brought(1, tenant=tenant))
    exported = await store.ownership.export(PAPERS.tenant)
    assert [row["person"] for row in exported["submissions"]] == ["web:home/ada"]
    await store.ownership.forget(PAPERS.tenant)
    assert await store.papers.listed_days([community_list(PAPERS.tenant)]) == []
    assert await store.papers.listed_days([community_list("web:other")]) == [(TODAY, 1)]
    assert await store.papers.listed_days(["huggingface"]) == [(TODAY, 1)]


async def test_a_list_keeps_each_paper_once_under_one_name(store: Store) -> None:
    people, who = store.people, "web:home/ada"
    assert await people.add_to_list(who, "Reading", "arxiv:1", who, NOW)
    assert not await people.add_to_list(who, "Reading", "arxiv:1", who, NOW)
    assert await people.add_to_list(who, "Reading", "arxiv:2", who, NOW + LEASE)
    assert await people.lists_of(who) == {"Reading": 2}
    assert await people.papers_on_list(who, "Reading", limit=9) == ["arxiv:2", "arxiv:1"]
    assert await people.lists_of("web:home/bob") == {}


async def test_a_shared_list_gives_up_a_paper_to_the_one_who_added_it(store: Store) -> None:
    owner = PAPERS.list_owner
    await store.people.add_to_list(owner, "club", "arxiv:1", "web:home/ada", NOW)
    assert not await store.people.remove_from_list(owner, "club", "arxiv:1", added_by="web:home/bob")
    assert await store.people.remove_from_list(owner, "club", "arxiv:1", added_by="web:home/ada")
    assert await store.people.lists_of(owner) == {}


async def test_a_redelivered_save_to_a_list_does_nothing(store: Store) -> None:
    await store.people.add_to_list("web:home/ada", "club", "arxiv:1", "web:home/ada", NOW, cause="e1")
    with pytest.raises(AlreadyDone):
        await store.people.remove_from_list("web:home/ada", "club", "arxiv:1", cause="e1")
    assert await store.people.papers_on_list("web:home/ada", "club", limit=9) == ["arxiv:1"]


async def test_a_note_and_what_was_read_are_their_persons_own(store: Store) -> None:
    people = store.people
    await people.note_paper("web:home/ada", "arxiv:1", text="read this")
    await people.note_paper("web:home/ada", "arxiv:1", is_read=True)
    assert await people.notes_of("web:home/ada", ["arxiv:1"]) == {"arxiv:1": PaperNote("read this", True)}
    await people.note_paper("web:home/ada", "arxiv:1", text="")
    assert await people.notes_of("web:home/ada", ["arxiv:1"]) == {"arxiv:1": PaperNote("", True)}
    await people.note_paper("web:home/ada", "arxiv:1", is_read=False)
    assert await people.notes_of("web:home/ada", ["arxiv:1"]) == {}
    assert await people.notes_of("web:home/bob", ["arxiv:1"]) == {}


async def test_lists_notes_and_the_zotero_key_are_exported_and_forgotten(store: Store) -> None:
    people, ada, bob = store.people, "web:home/ada", "web:home/bob"
    for who in (ada, bob):
        await people.add_to_list(who, "reading", "arxiv:1", who, NOW)
        await people.add_to_list(PAPERS.list_owner, f"club of {who[-3:]}", "arxiv:1", who, NOW)
        await people.note_paper(who, "arxiv:1", text="good")
        await people.set_zotero_key(who, b"sealed")
    exported = await store.ownership.export(ada)
    assert len(exported["list_papers"]) == 2
    assert [row["text"] for row in exported["paper_notes"]] == ["good"]
    assert [row["sealed"] for row in exported["zotero_keys"]] == ["sealed"]
    await store.ownership.forget(ada)
    assert await people.lists_of(ada) == {}
    assert await people.notes_of(ada, ["arxiv:1"]) == {}
    assert await people.zotero_key(ada) is None
    assert await people.lists_of(PAPERS.list_owner) == {"club of bob": 1}
    await store.ownership.forget("web:home")
    assert await people.lists_of(PAPERS.list_owner) == await people.lists_of(bob) == {}
    assert await people.zotero_key(bob) is None


async def test_a_channels_lists_move_with_it(store: Store) -> None:
    moved = Place("web", "home", "renamed")
    await store.people.add_to_list(PAPERS.list_owner, "club", "arxiv:1", "web:home/ada", NOW)
    await store.subscriptions.move_channel(PAPERS, moved)
    assert await store.people.lists_of(moved.list_owner) == {"club": 1}


async def test_the_people_of_a_tenant_are_its_own_and_one_name_is_one_person(store: Store) -> None:
    ada = OurAuthor(tenant="web:home", name="Ada Lovelace")
    await store.our_people.add_author(ada, NOW, cause="e1")
    with pytest.raises(AlreadyDone):
        await store.our_people.add_author(ada, NOW, cause="e1")
    mine = replace(ada, person="web:home/ada", orcid="0000-0002-1825-0097")
    await store.our_people.add_author(mine, NOW)
    await store.our_people.add_author(replace(ada, tenant="web:other"), NOW)
    assert await store.our_people.authors_in("web:home") == [mine]
    assert await store.ownership.forget("web:home/ada") == 1
    assert await store.our_people.authors_in("web:home") == []
    assert await store.our_people.remove_author("web:other", "Ada Lovelace")
    assert not await store.our_people.remove_author("web:other", "Ada Lovelace")
