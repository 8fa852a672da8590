"""Pictures in posts: files of the message, kept by edits, and never a reason to post twice or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.discord import make
from adapters.discord.adapter import DiscordAdapter
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.chat.message import Card, Message, text
from bot.clock import SystemClock
from bot.errors import Unsure
from bot.papers.pictures import Picture
from bot.store.sql import Store
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.limits import check_files

CREATE, EDIT = "POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}"
FIGURE, THUMBNAIL = "figure/arxiv:2503.00001", "thumbnail/arxiv:2503.00001"
CARD = Card(
    paper="arxiv:2503.00001",
    title="Nests",
    url="https://arxiv.org/abs/2503.00001",
    summary="Warm.",
    picture=FIGURE,
    credit=text("Figure 2 of the paper, CC BY 4.0"),
)
POST = Message(plain="Nests", blocks=(CARD,))
SMALL = Message(plain="Nests", blocks=(Card(paper="p", title="Nests", url="", summary="Warm.", picture=THUMBNAIL),))
GALLERY, SECTION = 12, 9


class Shelf:
    """The pictures that there are, and where the site shows them."""

    def __init__(self) -> None:
        self.pictures = {
            name: Picture(jpeg=b"\xff\xd8\xff a picture", width=880, height=400) for name in (FIGURE, THUMBNAIL)
        }
        self.url = ""

    async def picture(self, name: str) -> Picture | None:
        return self.pictures.get(name)

    def address(self, name: str) -> str:
        return self.url


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def poster(discord: FakeDiscord, store: Store, tmp_path: Path, shelf: Shelf) -> AsyncIterator[DiscordAdapter]:
    adapter = make(
        Setup(
            options={"token": discord.token, "api_url": discord.api_url},
            storage=store.key_value("discord"),
            home=tmp_path,
            clock=SystemClock(),
            picture=shelf.picture,
            picture_url=shelf.address,
        )
    )
    assert adapter is not None
    yield adapter
    await adapter.aclose()


@pytest.fixture
def papers(discord: FakeDiscord, guild: str) -> Place:
    channel = discord.text_channel(guild)
    discord.allow(channel, "attach_files")
    return Place("discord", guild, channel)


def pictures(discord: FakeDiscord, channel: str) -> list[str]:
    """The addresses of what its messages show."""
    found = []
    for message in discord.messages(channel):
        for part in message["components"][0]["components"]:
            if part["type"] == GALLERY:
                found += [item["media"]["url"] for item in part["items"]]
            elif part["type"] == SECTION:
                found.append(part["accessory"]["media"]["url"])
    return found


async def test_a_picture_comes_as_a_file_of_its_message(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place
) -> None:
    await poster.post(papers, POST, key="k1")
    await poster.post(papers, SMALL, key="k2")
    names = ("figure-arxiv-2503.00001.jpg", "thumbnail-arxiv-2503.00001.jpg")
    assert [url.rpartition("/")[2] for url in pictures(discord, papers.channel)] == list(names)


async def test_an_edit_keeps_the_picture_also_when_it_is_stored_no_longer(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place, shelf: Shelf
) -> None:
    ref = await poster.post(papers, POST, key="k1")
    shelf.pictures.clear()
    await poster.edit_post(ref, POST)
    assert len(pictures(discord, papers.channel)) == 1
    assert discord.state()["requests"][EDIT] == 1


async def test_where_files_are_not_allowed_the_public_address_is_shown_or_nothing(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place, shelf: Shelf
) -> None:
    discord.deny(papers.channel, "attach_files")
    ref = await poster.post(papers, POST, key="k1")
    assert len(discord.messages(papers.channel)) == 1
    assert pictures(discord, papers.channel) == []
    assert "CC BY" not in str(discord.messages(papers.channel)), "no credit for what isn't shown"
    shelf.url = "https://papers.example/figure/1.jpg"
    await poster.edit_post(ref, POST)
    assert pictures(discord, papers.channel) == [shelf.url]


async def test_a_picture_that_is_gone_stops_no_post(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place, shelf: Shelf
) -> None:
    shelf.pictures.clear()
    ref = await poster.post(papers, POST, key="k1")
    await poster.edit_post(ref, POST)
    assert len(discord.messages(papers.channel)) == 1
    assert pictures(discord, papers.channel) == []


async def test_a_post_with_a_picture_whose_answer_is_lost_is_found_and_not_posted_again(
    discord: FakeDiscord, poster: DiscordAdapter, papers: Place
) -> None:
    discord.faults(drop_after=1.0, only=[CREATE])
    with pytest.raises(Unsure):
        await poster.post(papers, POST, key="k1")
    discord.faults(drop_after=0.0)
    found = await poster.find_post(papers, key="k1", since=SystemClock().now() - timedelta(hours=1))
    assert found
    assert (await poster.post(papers, POST, key="k1")).id == found.id, "the nonce of a request with files counts too"
    assert len(discord.messages(papers.channel)) == 1
    assert len(pictures(discord, papers.channel)) == 1


@pytest.mark.parametrize(
    ("files", "names", "code"),
    [
        ([("a.jpg", 10)], ["a.jpg"], 0),
        ([], ["a.jpg"], 50035),
        ([("an owl.jpg", 10)], ["an owl.jpg"], 50035),
        ([(f"{n}.jpg", 10) for n in range(11)], [], 50035),
        ([("a.jpg", 11_000_000)], ["a.jpg"], 40005),
        ([], ["../a.jpg"], 50035),
    ],
)
def test_the_fake_takes_only_files_that_discord_would(
    files: list[tuple[str, int]], names: list[str], code: int
) -> None:
    items = [{"media": {"url": f"attachment://{name}"}} for name in names]
    body = {"components": [{"type": GALLERY, "items": items}]}
    sent = tuple({"filename": name, "size": size} for name, size in files)
    with pytest.raises(ApiError) if code else nullcontext() as caught:
        check_files(body, sent)
    assert (caught.value.body["code"] if caught else 0) == code


async def test_a_forum_post_has_its_picture(discord: FakeDiscord, poster: DiscordAdapter, guild: str) -> None:
    forum = discord.forum(guild)
    discord.allow(forum, "attach_files")
    ref = await poster.post(Place("discord", guild, forum), POST, key="k1")
    assert len(pictures(discord, ref.id)) == 1
