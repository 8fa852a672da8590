"""Saved papers go to Zotero once, with the person's own key, and every refusal is said in words."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.zotero import Zotero
from bot.chat.message import Action
from bot.clock import FixedClock
from tests.builders import BOB, NOW, listing, paper
from tests.core.conftest import Channel
from tests.fakes.zotero import FakeZotero, zotero_server


@pytest.fixture
async def zotero() -> AsyncIterator[FakeZotero]:
    async with zotero_server() as fake:
        yield fake


@pytest.fixture
async def connected(channel: Channel, zotero: FakeZotero, tmp_path: Path) -> Channel:
    client = Zotero(url=zotero.url, key_file=tmp_path / "people.key", clock=FixedClock(NOW))
    channel.core._context = replace(channel.core._context, zotero=client)  # where Zotero is, is a setting
    authors = ("Ada Lovelace", "The Nest Collaboration", "Sammy Davis, Jr.")
    papers = [listing(paper(number, authors=authors, categories=("cs.CL",))) for number in range(1, 121)]
    await channel.store.papers.add_listings(papers, NOW)
    return channel


async def connect(channel: Channel, key: str = "P9nAd4KeyWithWrite", **more: Any) -> str:
    return (await channel.fills(Action("zotero"), key=key, **more)).message.plain


async def save(channel: Channel, numbers: range) -> None:
    for number in numbers:
        await channel.store.people.save_paper("web:home/ada", f"arxiv:2503.{number:05d}", NOW)


async def test_the_key_is_asked_for_in_a_form_that_never_shows_it(connected: Channel) -> None:
    answer = await connected.says("zotero")
    assert answer.form is not None
    assert answer.form.fields[0].secret
    assert "Don't post your key" in (await connected.says("zotero P9nAd4KeyWithWrite")).message.plain
    assert await connected.store.people.zotero_key("web:home/ada") is None


async def test_saved_papers_are_added_once_however_often_they_are_sent(connected: Channel, zotero: FakeZotero) -> None:
    assert "Connected" in await connect(connected)
    await save(connected, range(1, 121))
    assert (await connected.says("zotero")).message.plain == "120 papers added to Zotero."
    assert [count for method, _, count in zotero.requests if method == "POST"] == [50, 50, 20]
    assert "already" in (await connected.says("zotero")).message.plain
    assert len(zotero.items[7]) == 120
    item = next(item for item in zotero.items[7].values() if item["archiveID"] == "arXiv:2503.00009")
    assert item["itemType"] == "preprint"
    assert item["DOI"] == "10.48550/arXiv.2503.00009"
    assert item["creators"] == [
        {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
        {"creatorType": "author", "name": "The Nest Collaboration"},
        {"creatorType": "author", "firstName": "Sammy", "lastName": "Davis, Jr."},
    ]
    assert item["tags"] == [{"tag": "cs.CL"}]


async def test_only_new_papers_are_added_later(connected: Channel, zotero: FakeZotero) -> None:
    await connect(connected)
    await save(connected, range(1, 3))
    await connected.says("zotero")
    await save(connected, range(3, 4))
    assert (await connected.says("zotero")).message.plain == "1 paper added to Zotero."


async def test_a_wrong_key_and_one_that_may_not_write_are_refused_and_not_stored(connected: Channel) -> None:
    for key in ("unknown", "reader", ""):
        assert "Zotero refuses this key." in await connect(connected, key)
    assert await connected.store.people.zotero_key("web:home/ada") is None


async def test_a_key_that_was_taken_back_is_said(connected: Channel, zotero: FakeZotero) -> None:
    await connect(connected)
    await save(connected, range(1, 2))
    zotero.keys.clear()
    assert "Zotero refuses this key." in (await connected.says("zotero")).message.plain


async def test_zotero_is_waited_for_as_it_asks(connected: Channel, zotero: FakeZotero) -> None:
    await connect(connected)
    await save(connected, range(1, 61))
    zotero.answers = [(429, {"Retry-After": "3"}), (503, {"Retry-After": "2"}), (200, {"Backoff": "5"})]
    clock = connected.core._context.zotero.clock
    before = clock.now()
    assert (await connected.says("zotero")).message.plain == "60 papers added to Zotero."
    assert (clock.now() - before).total_seconds() == 10


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {"Retry-After": "600"}), (413, {}), (428, {}), (500, {}), (409, {})]
)
async def test_what_zotero_does_not_take_is_said_and_can_be_sent_again(
    connected: Channel, zotero: FakeZotero, status: int, headers: dict[str, str]
) -> None:
    await connect(connected)
    await save(connected, range(1, 61))
    zotero.answers = [(200, {}), (status, headers)]
    answer = (await connected.says("zotero")).message.plain
    assert f"HTTP {status}" in answer
    assert "no paper is added twice" in answer
    assert (await connected.says("zotero")).message.plain == "10 papers added to Zotero."
    assert len(zotero.items[7]) == 60


async def test_one_item_that_is_refused_is_named(connected: Channel, zotero: FakeZotero) -> None:
    await connect(connected)
    await save(connected, range(11, 13))
    zotero.refuse_title = "Part 12"
    assert "Note too long" in (await connected.says("zotero")).message.plain


async def test_a_server_that_is_gone_is_said_without_the_key(
    connected: Channel, zotero: FakeZotero, caplog: pytest.LogCaptureFixture
) -> None:
    await connect(connected)
    await save(connected, range(1, 2))
    caplog.set_level(logging.DEBUG)
    client = replace_url(connected, "http://127.0.0.1:9")
    answer = (await connected.says("zotero")).message.plain
    assert "Zotero did not take the papers" in answer
    assert "P9nAd4KeyWithWrite" not in caplog.text + answer + repr(client)


def replace_url(channel: Channel, url: str) -> Zotero:
    from msgspec.structs import replace as with_

    client = with_(channel.core._context.zotero, url=url)
    channel.core._context = replace(channel.core._context, zotero=client)
    return client


async def test_the_key_is_stored_encrypted_for_its_owner_and_forgotten(connected: Channel, tmp_path: Path) -> None:
    await connect(connected)
    sealed = await connected.store.people.zotero_key("web:home/ada")
    assert sealed is not None
    assert b"P9nAd4KeyWithWrite" not in sealed
    assert b"P9nAd4KeyWithWrite" not in b"".join(file.read_bytes() for file in tmp_path.rglob("*.db*"))
    assert (await connected.says("zotero", who=BOB)).form is not None
    await connected.store.people.set_zotero_key("web:home/bob", sealed)  # another person's record opens nothing
    assert "P9nAd4KeyWithWrite" not in str(await connected.says("zotero", who=BOB))
    await connected.store.ownership.forget("web:home/ada")
    assert (await connected.says("zotero")).form is not None
