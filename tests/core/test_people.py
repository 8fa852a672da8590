"""Papers by people of the community: who may add whom, what is marked, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.event import Person, Place
from bot.chat.message import Card, Message, Papers, Span
from tests.builders import ADA, BOB, PAPERS, TODAY, listing, paper
from tests.core.conftest import Channel, buttons, titles

GRACE = "Grace Brewster Hopper"
BY_GRACE = Span(GRACE, tie="author")
OURS = replace(paper(91, "Compilers for Nests"), authors=("Alan Turing", "Hopper, Grace B."))
ELSEWHERE = Place("web", "other", "papers")
EVE = Person(platform="web", space="other", id="eve", admin=True)
HOPPER = replace(BOB, name="Grace Hopper")


@pytest.fixture(autouse=True)
async def listed(channel: Channel) -> None:
    await channel.store.papers.add_listings([listing(OURS, day=TODAY)], channel.clock.now())


def cards(message: Message) -> list[Card]:
    found: list[Card] = []
    for block in message.blocks:
        found += [block] if isinstance(block, Card) else block.items if isinstance(block, Papers) else []
    return found


def marked(message: Message) -> list[str]:
    return [card.title for card in cards(message) if any(span.tie == "author" for span in card.facts)]


async def posts(channel: Channel) -> list[Message]:
    channel.clock.moment += timedelta(hours=1)
    await channel.deliver()
    return [message for _, message in channel.platform.posted.values()]


async def test_an_admin_adds_a_name_and_their_papers_come_first_marked(channel: Channel) -> None:
    await channel.says(f"people add {GRACE} 0000-0002-1825-0097")
    await channel.says("schedule daily 10:00 top 3")
    head, first, *_ = await posts(channel)
    assert titles(first) == ["Compilers for Nests"]
    shown = "".join(span.text for span in cards(first)[0].facts)
    assert shown.startswith(f"by our own {GRACE}")
    assert replace(BY_GRACE, url="https://orcid.org/0000-0002-1825-0097") in cards(first)[0].facts
    assert cards(head)[0].title == "Compilers for Nests"
    assert marked(head) == ["Compilers for Nests"]
    assert marked((await channel.says("show 2503.00091")).message) == ["Compilers for Nests"]


@pytest.mark.parametrize("layout", ["thread", "compact"])
async def test_votes_move_others_but_not_before_them_and_the_mark_stays(channel: Channel, layout: str) -> None:
    await channel.says(f"people add {GRACE}")
    await channel.says(f"schedule daily 10:00 top 3 layout:{layout}")
    head = (await posts(channel))[0]
    second = cards(head)[1]
    for n in range(3):
        who = Person(platform="web", space="home", id=f"p{n}")
        await channel.presses(buttons((await channel.says(f"show {second.paper}")).message)["Vote"], who)
    channel.clock.moment += timedelta(hours=1)
    assert await channel.card_updater.edit_changed()
    edited = next(message for _, message in reversed(channel.platform.edited) if len(cards(message)) == 3)
    assert [card.title for card in cards(edited)][:2] == ["Compilers for Nests", second.title]
    assert marked(edited) == ["Compilers for Nests"]


@pytest.mark.parametrize("words", ["by our people", "by our own people", "by:us"])
async def test_a_schedule_may_hold_only_them(channel: Channel, words: str) -> None:
    preview = (await channel.says(f"schedule daily 10:00 top 3 {words}")).message
    assert "Only papers by people of this community." in preview.plain
    await channel.says(f"people add {GRACE}")
    [_, one] = await posts(channel)
    assert titles(one) == ["Compilers for Nests"]


async def test_the_form_asks_for_it_and_keeps_it(channel: Channel) -> None:
    form = (await channel.says("schedule")).form
    assert form
    values = {field.name: field.value for field in form.fields} | {"when": "daily 10:00", "authors": "ours"}
    preview = await channel.fills(form.action, **values)
    await channel.presses(buttons(preview.message)["Schedule it"])
    (made,) = await channel.store.subscriptions.in_place(PAPERS)
    assert made.is_by_us
    changing = (await channel.says(f"change {made.id}")).form
    assert changing
    assert {field.name: field.value for field in changing.fields}["authors"] == "ours"


async def test_a_member_adds_and_removes_themselves_alone(channel: Channel) -> None:
    refused = "Only an admin can add or remove someone else."
    for who in (BOB, HOPPER):
        assert refused in (await channel.says("people add Alan Turing", who)).message.plain
    assert "are marked and come first" in (await channel.says(f"people add {GRACE}", HOPPER)).message.plain
    (added,) = await channel.store.our_people.authors_in(BOB.tenant)
    assert (added.name, added.person) == (GRACE, BOB.key)
    other = Person(platform="web", space="home", id="mallory", name="Mallory Smith")
    assert refused in (await channel.says(f"people remove {GRACE}", other)).message.plain
    assert "are not marked" in (await channel.says(f"people remove {GRACE}", HOPPER)).message.plain
    assert await channel.store.our_people.authors_in(BOB.tenant) == []


async def test_another_tenant_never_sees_it(channel: Channel) -> None:
    await channel.says(f"people add {GRACE}")
    assert GRACE not in (await channel.says("people", EVE, ELSEWHERE)).message.plain
    assert marked((await channel.says("show 2503.00091", EVE, ELSEWHERE)).message) == []
    await channel.says("schedule daily 10:00 top 3", EVE, ELSEWHERE)
    assert [title for message in await posts(channel) for title in marked(message)] == []


async def test_forgetting_ends_it_and_posts_keep_no_name(channel: Channel) -> None:
    await channel.says(f"people add {GRACE}", HOPPER)
    exported = await channel.store.ownership.export(BOB.key)
    assert [row["name"] for row in exported["our_authors"]] == [GRACE]
    await channel.store.ownership.forget(BOB.key)
    assert await channel.store.our_people.authors_in(BOB.tenant) == []


@pytest.mark.parametrize("text", ["add", "add Grace", "add G. Hopper", "add 42", "frob", "remove"])
async def test_what_can_not_be_read_is_said(channel: Channel, text: str) -> None:
    said = (await channel.says(f"people {text}")).message.plain
    assert "I can't read" in said or "isn't listed" in said


async def test_the_list_names_everyone(channel: Channel) -> None:
    assert "For example: /papers people add Ada Lovelace" in (await channel.says("people", BOB)).message.plain
    await channel.says(f"people add {GRACE}", ADA)
    assert GRACE in (await channel.says("people", BOB)).message.plain
