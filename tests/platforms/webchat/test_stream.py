"""The stream of what is new: nothing is missed, nothing comes twice."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.webchat import make
from adapters.webchat.post import WebchatAdapter
from bot.chat.adapter import Setup
from bot.chat.event import Place
from bot.chat.message import Heading, Message
from bot.clock import SystemClock
from bot.store.sql import Store
from tests.platforms.webchat.conftest import Browser, mark, stream

PAPERS = Place("web", "home", "papers")


async def test_no_message_is_missed_or_repeated_after_a_disconnect(you: Browser) -> None:
    since = await mark(you)
    for n in range(20):
        await you.say(f"line {n:02}.")
    seen = (await stream(you, since, until=b"line 19.")).decode()
    marks = re.findall(r"^id: (\S+)$", seen, re.MULTILINE)
    assert len(marks) == len(set(marks))
    told = re.findall(r"line (\d\d)\.", seen)
    assert list(dict.fromkeys(told)) == [f"{n:02}" for n in range(20)]
    assert [told.count(n) for n in set(told)] == [told.count("00")] * 20
    rest = (await stream(you, "ignored", until=b"line 19.", **{"Last-Event-ID": marks[9]})).decode()
    assert re.findall(r"line (\d\d)\.", rest)[0] == "10"


async def test_a_message_arrives_while_the_stream_is_open(you: Browser, robin: Browser) -> None:
    since = await mark(robin)
    listening = asyncio.create_task(stream(robin, since, until=b"just now"))
    await asyncio.sleep(0.1)
    await you.say("just now")
    assert b"event: pieces" in await listening


async def test_messages_of_another_channel_only_mark_it_unread(you: Browser, robin: Browser) -> None:
    since = await mark(robin)
    await you.post("/c/owls/say", text="hoo")
    seen = await stream(robin, since, until=b"owls")
    assert b"event: unread" in seen
    assert b"hoo" not in seen


@pytest.mark.parametrize("since", ["", "x", "-", "x-1", "-1", "9" * 5_000, "BOOT-", "BOOT-x", "BOOT-" + "9" * 5_000])
async def test_an_unknown_position_makes_the_page_reload(you: Browser, since: str) -> None:
    boot = (await mark(you)).partition("-")[0]
    assert b"event: reload" in await stream(you, since.replace("BOOT", boot), until=b"reload")


async def test_messages_of_another_process_appear(you: Browser, robin: Browser, store: Store, tmp_path: Path) -> None:
    since = await mark(robin)
    worker = make(Setup(options={}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))
    assert worker is not None
    message = Message(plain="from the worker", blocks=(Heading("From the worker"),))
    await worker.post(PAPERS, message, key="k1")
    assert b"From the worker" in await stream(robin, since, until=b"From the worker")


async def test_two_processes_with_one_key_post_one_message(
    you: Browser, bare_adapter: WebchatAdapter, store: Store, tmp_path: Path
) -> None:
    worker = make(Setup(options={}, storage=store.key_value("web"), home=tmp_path, clock=SystemClock()))
    assert worker is not None
    words = [Message(plain=said, blocks=(Heading(said),)) for said in ("Said first", "Said second")]
    first = await worker.post(PAPERS, words[0], key="k1")
    assert await bare_adapter.post(PAPERS, words[1], key="k1") == first
    page = await you.open()
    assert page.count("Said first") == 1
    assert "Said second" not in page


async def test_streams_end_when_the_adapter_closes(bare_adapter: WebchatAdapter) -> None:
    async with asyncio.timeout(30), ClientSession() as session, session.get(f"{bare_adapter.url}/events") as answer:
        await bare_adapter.aclose()
        await answer.read()
