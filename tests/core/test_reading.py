"""What readers of pages, feeds and programs get from the core, over a real store."""

from __future__ import annotations

from datetime import timedelta

from bot.papers.model import Tally
from tests.builders import ADA, BOB, NOW, PAPERS, TODAY, listing, mark, paper
from tests.core.conftest import Channel

YESTERDAY = TODAY - timedelta(days=1)


async def test_a_days_list_is_led_by_what_is_liked_and_leads_on(channel: Channel) -> None:
    liked, other = paper(11, upvotes=40), paper(12, upvotes=38)
    await channel.store.papers.add_listings([listing(liked), listing(other), listing(paper(13), day=YESTERDAY)], NOW)
    await channel.store.votes.add_mark(mark(of=other.id))
    found = await channel.core.catalog.listings(TODAY, TODAY)
    assert [shown.paper.id for shown in found.page.papers][:2] == [other.id, liked.id]
    assert found.page.papers[0].votes == Tally(1, 0)
    assert (found.previous_day, found.next_day, found.newest_day) == (YESTERDAY, None, TODAY)
    assert (await channel.core.catalog.listings(YESTERDAY, YESTERDAY)).next_day == TODAY


async def test_votes_of_all_communities_are_added_up_a_person_once(channel: Channel) -> None:
    one = paper(11)
    await channel.store.papers.add_listings([listing(one)], NOW)
    for community, person, emoji in (("web:home", "ada", "👍"), ("web:home", "ada", "🔥"), ("slack:T1", "U1", "👍")):
        ballot = mark(person=f"{community}/{person}", of=one.id, tenant=community, emoji=emoji, origin="m1")
        await channel.store.votes.add_mark(ballot)
    assert await channel.core.catalog.vote_counts([one.id, "arxiv:2503.99999"]) == {one.id: Tally(2, 0)}


async def test_a_topics_papers_come_newest_first_with_all_its_words(channel: Channel) -> None:
    old = paper(11, "Nests of glass birds", published=NOW - timedelta(days=9))
    new = paper(12, "Glass birds in winter", published=NOW - timedelta(days=2))
    other = paper(13, "Glass for birds", published=NOW)
    await channel.store.papers.add_listings([listing(old), listing(new), listing(other)], NOW)
    found = await channel.core.catalog.search_newest('"glass birds"')
    assert [shown.paper.id for shown in found.papers] == [new.id, old.id]


async def test_a_paper_tells_its_lists_and_the_posts_of_the_askers_own_workspace_only(channel: Channel) -> None:
    one = paper(11)
    await channel.store.papers.add_listings([listing(one), listing(one, day=YESTERDAY)], NOW)
    await channel.says("schedule daily 09:00 UTC")
    await channel.tomorrow()
    detail = await channel.core.catalog.paper_detail(one.id, who=ADA)
    assert detail is not None
    assert [day for _, day in detail.listings] == [TODAY, YESTERDAY]
    assert detail.channel_count == 1
    assert {post.ref.place.channel for post in detail.messages} == {PAPERS.channel}
    stranger = await channel.core.catalog.paper_detail(one.id)
    assert stranger is not None
    assert stranger.messages == ()
    assert await channel.core.catalog.paper_detail("arxiv:2503.99999") is None


async def test_submissions_are_not_visible_to_other_tenants(channel: Channel) -> None:
    one = paper(11)
    await channel.store.papers.add_listings([listing(one, source="arxiv-asked")], NOW)
    await channel.says(f"submit {one.id.removeprefix('arxiv:')} a secret plan")
    assert await channel.store.submissions.for_papers(ADA.tenant, [one.id])
    detail = await channel.core.catalog.paper_detail(one.id)
    assert detail is not None
    assert detail.listings == ()
    assert (detail.entry.listed_on, detail.entry.first_seen) == (None, None)


async def test_a_digest_is_not_visible_to_colleagues(channel: Channel) -> None:
    one = paper(11, "Hypernetworks and Owls")
    await channel.store.papers.add_listings([listing(one)], NOW)
    await channel.says("follow owls")
    await channel.says("digest daily 09:00 UTC")
    await channel.tomorrow()
    assert await channel.store.outbox.sent_showing(ADA.tenant, one.id, NOW - timedelta(days=1))
    detail = await channel.core.catalog.paper_detail(one.id, who=BOB)
    assert detail is not None
    assert (detail.channel_count, detail.messages) == (0, ())
