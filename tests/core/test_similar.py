"""`/papers similar`: to one paper, to what several have in common, to a paragraph."""

from __future__ import annotations

import pytest

from tests.builders import NOW, listing, paper
from tests.core.conftest import Channel, buttons, titles
from tests.fakes.embedder import WordEmbedder

OWLS = paper(21, "Owls", abstract="owls mice dark night hunt")
SHIPS = paper(22, "Ships", abstract="masts sails oak hull sea")
GULLS = paper(23, "Gulls on Ships", abstract="owls mice dark masts sails oak")
ROCKS = paper(24, "Rocks", abstract="quartz granite slate")
IDEA = "We want to learn how masts and sails of oak hold in a storm at sea, and why a hull breaks."


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
async def storage(channel: Channel) -> Channel:
    """The channel's papers and four more, with vectors."""
    await channel.store.papers.add_listings([listing(p) for p in (OWLS, SHIPS, GULLS, ROCKS)], NOW)
    await channel.search.embed_missing()
    return channel


async def test_to_several_papers_is_to_what_they_have_in_common(storage: Channel) -> None:
    message = (await storage.says("similar 2503.00021 2503.00022")).message
    assert titles(message)[0] == "Gulls on Ships"
    assert not {"Owls", "Ships"} & set(titles(message))
    assert "these 2 papers" in str(message.blocks[0])


async def test_to_a_paragraph(storage: Channel) -> None:
    message = (await storage.says(f"similar {IDEA}")).message
    assert titles(message)[0] == "Ships"
    assert "Next page" in buttons(message)
    second = (await storage.presses(buttons(message)["Next page"])).message
    assert titles(second)
    assert not set(titles(second)) & set(titles(message))


async def test_a_short_text_is_a_title_half_remembered(storage: Channel) -> None:
    assert "Similar to “Rocks”" in str((await storage.says("similar rocks")).message.blocks[0])


async def test_a_paper_that_is_not_known_is_told(storage: Channel) -> None:
    assert "2503.99999" in str((await storage.says("similar 2503.00021 2503.99999")).message)
