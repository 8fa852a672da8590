"""Submitting papers to the community's list of the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from bot.chat.event import Command, Person, Place
from bot.chat.message import Action, Card, Message, Span
from bot.papers.community import community_list
from tests.builders import ADA, BOB, PAPERS, TODAY, listing, paper
from tests.core.conftest import Channel, buttons, titles

OWLS = "https://arxiv.org/abs/2503.00077"
BY_BOB = Span("bob", person=True)
ELSEWHERE = Place("web", "other", "papers")
EVE = Person(platform="web", space="other", id="eve", admin=True)


@pytest.fixture(autouse=True)
async def known(channel: Channel) -> None:
    """A paper that is known, and on no list."""
    await channel.store.papers.add_listings(
        [listing(paper(n, f"Owls at Night, Part {n}"), source="arxiv-asked") for n in (77, 78)], channel.clock.now()
    )


def posts(channel: Channel, at: Place = PAPERS) -> list[Message]:
    return [message for place, message in channel.platform.posted.values() if place.tenant == at.tenant]


def card(message: Message, title: str) -> Card:
    (found,) = (block for block in message.blocks if isinstance(block, Card) and title in block.title)
    return found


async def test_a_submission_is_first_today_with_its_submitter_and_reason(channel: Channel) -> None:
    said = (await channel.says(f"submit {OWLS} our next reading", who=BOB)).message.plain
    assert "“Owls at Night, Part 77” is on this community’s list" in said
    today = (await channel.says("today")).message
    assert titles(today)[0] == "Owls at Night, Part 77"
    assert (BY_BOB in card(today, "Owls").facts, card(today, "Owls").why) == (True, "“our next reading”")
    assert "1 paper submitted by people here first. 3 papers listed" in today.blocks[-2].text[0].text  # type: ignore[union-attr]
    shown = card((await channel.says("show 2503.00077")).message, "Owls")
    assert (BY_BOB in shown.facts, shown.why) == (True, "“our next reading”")


@pytest.mark.parametrize(
    "address", ["2503.00077", "arXiv:2503.00077v2", "https://huggingface.co/papers/2503.00077", f"<{OWLS}>"]
)
async def test_every_form_of_an_address_submits_the_same_paper(channel: Channel, address: str) -> None:
    assert "is on this community’s list" in (await channel.says(f"submit {address}", who=BOB)).message.plain
    assert "You submitted" in (await channel.says(f"submit {OWLS}", who=BOB)).message.plain


async def test_a_second_submission_names_the_first_submitter_and_no_id(channel: Channel) -> None:
    await channel.says(f"submit {OWLS}", who=BOB)
    again = (await channel.says(f"submit {OWLS}", who=ADA)).message
    assert again.blocks[0].text[0] == BY_BOB  # type: ignore[union-attr]
    assert again.plain == "Someone here submitted “Owls at Night, Part 77” on 18 Mar 2025."


async def test_what_is_listed_anyway_and_what_is_no_paper_is_told(channel: Channel) -> None:
    for text, said in (
        ("submit 2503.00001", "Hugging Face Daily Papers listed “Hypernetworks for Nests” on Tuesday, 18 March 2025"),
        ("submit https://example.org/paper.pdf", "isn't the address of a paper on arXiv or Hugging Face"),
        ("submit http://169.254.169.254/latest", "isn't the address of a paper"),
        ("submit 2503.99999", "I don't know the paper"),
        ("unsubmit 2503.00077", "No one here submitted"),
    ):
        assert said in (await channel.says(text)).message.plain
    assert channel.looked_up == ["arxiv:2503.99999"]  # nothing but arXiv was asked
    assert await channel.store.papers.listed_days([community_list(ADA.tenant)]) == []


async def test_the_form_does_the_same_and_comes_again_with_what_was_typed(channel: Channel) -> None:
    form = (await channel.says("submit", who=BOB)).form
    assert form
    assert [field.name for field in form.fields] == ["paper", "why"]
    wrong = (await channel.fills(form.action, BOB, paper="owls at night", why="good")).form
    assert wrong
    assert [field.value for field in wrong.fields] == ["owls at night", "good"]
    assert (
        "is on this community’s list" in (await channel.fills(form.action, BOB, paper=OWLS, why="good")).message.plain
    )
    (submission,) = (await channel.store.submissions.for_papers(BOB.tenant, [paper(77).id])).values()
    assert (submission.person, submission.why) == (BOB.key, "good")


async def test_it_comes_with_the_days_papers_before_the_best_liked_and_whatever_the_filters_of_votes(
    channel: Channel,
) -> None:
    await channel.says("schedule daily 10:00 top 1 votes 5")
    await channel.says(f"submit {OWLS} it is short", who=BOB)
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    head, owls = posts(channel)
    assert head.blocks[1].text[0].text == "1 paper submitted by people here."  # type: ignore[union-attr]
    assert (BY_BOB in card(owls, "Owls").facts, card(owls, "Owls").why) == (True, "“it is short”")


async def test_the_head_counts_submissions_separately(channel: Channel) -> None:
    await channel.says("schedule daily 10:00 top 2")
    await channel.says(f"submit {OWLS}", who=BOB)
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    head = posts(channel)[0]
    told = "".join(span.text for span in head.blocks[1].text)  # type: ignore[union-attr]
    assert told == ("1 paper, the most liked of 3 from Hugging Face Daily Papers. 1 more was submitted by people here.")


async def test_a_late_submission_goes_into_the_thread_even_if_the_list_is_full(channel: Channel) -> None:
    await channel.says("schedule daily 10:00 top 1")
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    await channel.says(f"submit {OWLS}", who=BOB)
    await channel.deliver()
    assert [m.plain.partition(":")[0] for m in posts(channel)][1:] == [
        "Hypernetworks for Nests",
        "Owls at Night, Part 77",
    ]
    threads = [place.thread for place, _ in channel.platform.posted.values()]
    assert threads[0] == ""
    assert threads[1] == threads[2] != ""


async def test_on_a_weekend_without_lists_it_comes_into_the_last_thread(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    channel.clock.moment += timedelta(days=3)
    await channel.says(f"submit {OWLS}", who=BOB)
    await channel.deliver()
    assert "Owls at Night, Part 77" in posts(channel)[-1].plain


async def test_a_list_of_its_own_makes_editions(channel: Channel) -> None:
    await channel.says("schedule daily 10:00 from community")
    await channel.says(f"submit {OWLS}", who=BOB)
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    head, owls = posts(channel)
    assert "1 paper submitted by people here." in head.blocks[1].text[0].text  # type: ignore[union-attr]
    assert "Owls" in owls.plain


async def test_a_channel_that_wants_other_sources_alone_is_left_alone(channel: Channel) -> None:
    await channel.says("schedule daily 10:00 from huggingface")
    await channel.says(f"submit {OWLS}", who=BOB)
    await channel.tomorrow()
    assert not any("Owls" in m.plain for m in posts(channel))


async def test_votes_update_the_card_and_the_submitter_stays_on_it(channel: Channel) -> None:
    await channel.says("schedule daily 10:00 layout:cards")
    await channel.says(f"submit {OWLS}", who=BOB)
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    await channel.presses(Action("vote", (paper(77).id,)))
    assert await channel.card_updater.edit_changed() == 1
    ((_, after),) = channel.platform.edited
    assert BY_BOB in card(after, "Owls").facts


async def test_another_community_sees_nothing_of_it(channel: Channel) -> None:
    await channel.says("schedule daily 10:00", who=EVE, place=ELSEWHERE)
    await channel.says(f"submit {OWLS} secret plan", who=BOB)
    await channel.tomorrow()
    for text in ("today", "trending", "show 2503.00077", "why", "schedules"):
        told = str((await channel.says(text, who=EVE, place=ELSEWHERE)).message)
        assert "bob" not in told
        assert "secret plan" not in told
        assert PAPERS.tenant not in told
    assert posts(channel, ELSEWHERE)
    assert not any("Owls" in m.plain for m in posts(channel, ELSEWHERE))
    assert (
        "is on this community’s list" in (await channel.says(f"submit {OWLS}", who=EVE, place=ELSEWHERE)).message.plain
    )


async def test_the_submitter_or_an_admin_can_remove_a_submission(channel: Channel) -> None:
    await channel.says(f"submit {OWLS}", who=BOB)
    carol = Person(platform="web", space="home", id="carol")
    assert "Only the person who submitted" in (await channel.says("unsubmit 2503.00077", who=carol)).message.plain
    for who in (BOB, ADA):
        sure = await channel.says(f"unsubmit {OWLS}", who=who)
        assert "Owls at Night, Part 77" in titles((await channel.says("today")).message)
        removed = await channel.presses(buttons(sure.message)["Remove it"], who=who)
        assert "Removed “Owls at Night, Part 77”" in removed.message.plain
        assert "Owls at Night, Part 77" not in titles((await channel.says("today")).message)
        await channel.says(f"submit {OWLS}", who=BOB)


async def test_a_person_and_a_community_bring_so_many_a_day(channel: Channel) -> None:
    many = [paper(n, f"Paper {n}") for n in range(100, 130)]
    await channel.store.papers.add_listings([listing(p, source="arxiv-asked") for p in many], channel.clock.now())

    async def submits(n: int, who: Person) -> str:
        return (await channel.says(f"submit 2503.{n:05d}", who=who)).message.plain

    for n in range(100, 110):
        assert "is on this community’s list" in await submits(n, BOB)
    assert "You've reached today's limit of 10 papers" in await submits(110, BOB)
    for n in range(110, 120):
        assert "is on this community’s list" in await submits(n, ADA)
    assert "This community has reached today's limit of 20" in await submits(
        120, Person(platform="web", space="home", id="carol")
    )
    channel.clock.moment += timedelta(days=1, seconds=1)
    assert "is on this community’s list" in await submits(120, BOB)


async def test_a_redelivered_event_submits_it_once(channel: Channel) -> None:
    event = Command(id="e1", at=channel.clock.now(), who=BOB, place=PAPERS, text=f"submit {OWLS}")
    assert await channel.core.handle_event(event)
    assert await channel.core.handle_event(Command(**{**structs.asdict(event), "text": "submit 2503.00078"})) is None
    assert [submission.paper for submission in await channel.store.submissions.submitted_since(TODAY)] == [paper(77).id]


async def test_forget_me_deletes_my_submissions_and_my_name(channel: Channel) -> None:
    await channel.says("schedule daily 10:00")
    await channel.says(f"submit {OWLS} mine", who=BOB)
    await channel.says("submit 2503.00078 hers", who=ADA)
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    kept = await channel.store.ownership.export(BOB.key)
    assert [row["why"] for row in kept["submissions"]] == ["mine"]
    await channel.presses(buttons((await channel.says("forget-me", who=BOB)).message)["Delete it"], who=BOB)
    assert not any((await channel.store.ownership.export(BOB.key)).values())
    told = str((await channel.store.ownership.export(BOB.tenant))["outbox"]).replace(" ", "")
    assert ('"text":"bob"' in told, '"text":"ada"' in told) == (False, True)
    assert titles((await channel.says("today")).message)[0] == "Owls at Night, Part 78"


async def test_a_community_that_goes_leaves_nothing(channel: Channel) -> None:
    await channel.says(f"submit {OWLS}", who=BOB)
    await channel.store.ownership.forget(BOB.tenant)
    assert not any((await channel.store.ownership.export(BOB.tenant)).values())
    assert await channel.store.papers.listed_days([community_list(BOB.tenant)]) == []
