"""Lists, notes and citations as people use them in a channel."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.chat.event import Person, Place
from bot.chat.message import Card, Controls, LinkButton, Message
from bot.commands import reading_lists
from tests.builders import ADA, BOB, NOW, PAPERS, listing, paper
from tests.core.conftest import Channel, titles

STRANGER = Person(platform="web", space="elsewhere", id="eve", admin=True)
ELSEWHERE = Place("web", "elsewhere", "papers")


@pytest.fixture
async def papers(channel: Channel) -> Channel:
    await channel.store.papers.add_listings([listing(paper(number)) for number in range(1, 8)], NOW)
    return channel


def words(message: Message) -> str:
    return str(message)


def links(message: Message) -> dict[str, str]:
    rows = [block.items for block in message.blocks if isinstance(block, Controls)]
    return {item.label: item.url for row in rows for item in row if isinstance(item, LinkButton)}


async def test_a_paper_goes_to_a_list_and_comes_off_it_again(papers: Channel) -> None:
    answer = await papers.says("save 2503.00001 to reading group")
    assert "To see it: /papers list reading group" in answer.message.plain
    assert titles((await papers.says("list Reading Group")).message) == ["Hypernetworks for Nests"]
    assert "Removed" in (await papers.says("save 2503.00001 to reading group")).message.plain
    assert "There is no list" in (await papers.says("list reading group")).message.plain


async def test_a_title_with_to_in_it_is_still_saved_as_a_paper(papers: Channel) -> None:
    await papers.store.papers.add_listings([listing(paper(9, "Learning to Rank Feathers"))], NOW)
    assert "Saved “Learning to Rank Feathers”" in (await papers.says("save learning to rank feathers")).message.plain


async def test_lists_are_each_persons_own(papers: Channel) -> None:
    await papers.says("save 2503.00001 to reading")
    assert "There is no list" in (await papers.says("list reading", who=BOB)).message.plain
    assert "reading: 1 paper" in (await papers.says("list")).message.plain
    assert "reading" not in (await papers.says("list", who=BOB)).message.plain.splitlines()


async def test_an_admin_starts_a_channels_list_and_everyone_adds_to_it(papers: Channel) -> None:
    assert "Only an admin can start" in (await papers.says("save 2503.00001 to channel:club", who=BOB)).message.plain
    await papers.says("save 2503.00001 to channel:club")
    await papers.says("save 2503.00002 to channel:club", who=BOB)
    assert len(titles((await papers.says("list channel:club", who=BOB)).message)) == 2
    assert "already on" in (await papers.says("save 2503.00001 to channel:club", who=BOB)).message.plain
    assert "Removed" in (await papers.says("save 2503.00002 to channel:club", who=BOB)).message.plain
    assert "channel:club: 1 paper" in (await papers.says("list", who=BOB)).message.plain


async def test_no_other_channel_and_no_other_tenant_sees_a_channels_list(papers: Channel) -> None:
    await papers.says("save 2503.00001 to channel:club")
    other = Place("web", "home", "other")
    assert "There is no list" in (await papers.says("list channel:club", place=other)).message.plain
    for place in (ELSEWHERE, PAPERS):  # in their own workspace, and as a guest of ours
        for text in ("list channel:club", "cite channel:club", "save 2503.00002 to channel:club"):
            answer = await papers.says(text, who=replace(STRANGER, admin=place == ELSEWHERE), place=place)
            assert "Hypernetworks" not in words(answer.message), (text, place)
    assert await papers.store.people.lists_of(PAPERS.list_owner) == {"club": 1}


async def test_lists_have_bounds(papers: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_lists, "MAX_LISTS", 2)
    monkeypatch.setattr(reading_lists, "MAX_LIST_PAPERS", 2)
    for number in (1, 2):
        await papers.says(f"save 2503.0000{number} to one")
    assert "The limit is 2 lists" in (await papers.says("save 2503.00003 to one")).message.plain
    await papers.says("save 2503.00003 to two")
    assert "The limit is 2 lists" in (await papers.says("save 2503.00003 to three")).message.plain
    long = "x" * (reading_lists.MAX_LIST_NAME_CHARS + 1)
    assert "The name of a list" in (await papers.says(f"save 2503.00003 to {long}")).message.plain
    assert "A note has at most" in (await papers.says("note 2503.00001 " + "y" * 201)).message.plain


async def test_a_note_and_what_was_read_show_on_the_list_to_their_writer_alone(papers: Channel) -> None:
    for number in (1, 2):
        for who in (ADA, BOB):
            await papers.says(f"save 2503.0000{number}", who=who)
    await papers.says("note 2503.00001 good for\nFriday")
    await papers.says("read 2503.00001")

    cards = [block for block in (await papers.says("saved")).message.blocks if isinstance(block, Card)]
    assert {card.paper: card.why for card in cards} == {
        "arxiv:2503.00001": "Read · Your note: good for Friday",
        "arxiv:2503.00002": "",
    }
    assert titles((await papers.says("saved to-read")).message) == ["Diffusion of Feathers"]
    assert titles((await papers.says("saved read")).message) == ["Hypernetworks for Nests"]
    assert "Friday" not in words((await papers.says("saved", who=BOB)).message)
    await papers.says("read 2503.00001")
    await papers.says("note 2503.00001")
    assert len(titles((await papers.says("saved to-read")).message)) == 2


async def test_a_list_has_pages(papers: Channel) -> None:
    for number in range(1, 8):
        await papers.says(f"save 2503.0000{number} to long")
    answer = await papers.says("list long")
    assert len(titles(answer.message)) == 5
    assert "Next page" in words(answer.message)


async def test_cite_writes_each_format(papers: Channel) -> None:
    assert (await papers.says("cite 2503.00001")).message.plain.startswith("@misc{arxiv:2503.00001,")
    assert (await papers.says("cite 2503.00001 ris")).message.plain.startswith("TY  - UNPB")
    assert '"type": "article"' in (await papers.says("cite 2503.00001 csl")).message.plain
    assert "There is nothing to cite" in (await papers.says("cite saved")).message.plain


async def test_cite_takes_saved_papers_lists_and_the_leaderboard(papers: Channel) -> None:
    await papers.says("save 2503.00001")
    await papers.says("save 2503.00002 to thesis")
    assert "arxiv:2503.00001" in (await papers.says("cite saved")).message.plain
    assert "arxiv:2503.00002" in (await papers.says("cite thesis")).message.plain
    assert "arxiv:2503.00002" not in (await papers.says("cite thesis", who=BOB)).message.plain
    assert "There is nothing to cite" in (await papers.says("cite leaderboard month")).message.plain


async def test_many_citations_are_a_file_or_are_refused(papers: Channel) -> None:
    for number in range(1, 8):
        authors = tuple(f"Ada Lovelace {index}" for index in range(40))
        await papers.store.papers.add_listings([listing(paper(number, authors=authors))], NOW)
        await papers.says(f"save 2503.0000{number}")
    assert "too long for a message" in (await papers.says("cite saved")).message.plain
