"""What a reader of the page gets to see of what was posted: read from outside, as a browser would."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec import Struct

from adapters.webchat import make
from adapters.webchat.post import WebchatAdapter
from bot.chat.adapter import Setup
from bot.chat.event import Place, Ref
from bot.chat.fit import fit
from bot.chat.message import (
    Action,
    Bullets,
    Button,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
)
from bot.clock import FixedClock
from bot.errors import Refused
from bot.store import open_store
from tests.builders import NOW
from tests.fakes.core import FakeCore
from tests.platforms.webchat.conftest import Browser

HERE = Place("web", "home", "papers")


class Shown(Struct):
    """A message as a reader has it: its words, where its links go, and what acts by itself (nothing should)."""

    words: str = ""
    links: list[str] = []
    live: list[str] = []


class Reader(HTMLParser):
    """Reads one message of a page; everything but plain structure counts as alive."""

    PLAIN = frozenset({"a", "article", "button", "div", "h3", "h4", "input", "li", "ol", "p", "span", "ul"})
    SAFE = frozenset({"aria-pressed", "class", "dir", "href", "name", "rel", "start", "target", "type", "value"})

    def __init__(self, id: str) -> None:
        super().__init__()
        self._id = id
        self._mine = self._reading = False
        self.found: list[Shown] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "data-id" in given:
            self._mine = given["data-id"] == self._id
        elif tag == "form":
            self._reading = self._mine and given.get("class") == "content"
            self.found += [Shown()] if self._reading else []
        elif self._reading:
            self.found[-1].links += [url or "" for name, url in attrs if name == "href"]
            self.found[-1].live += ([] if tag in self.PLAIN else [tag]) + [n for n in given if n not in self.SAFE]

    def handle_endtag(self, tag: str) -> None:
        self._reading = self._reading and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._reading:
            self.found[-1].words += data


class Page(Struct):
    """The started adapter and somebody looking at it."""

    adapter: WebchatAdapter
    browser: Browser

    async def shown(self, ref: Ref) -> list[Shown]:
        """Every place where a message stands: the channel, and a thread that is open."""
        reader = Reader(ref.id)
        reader.feed(await self.browser.open(f"/c/{ref.place.channel}?thread={ref.place.thread}"))
        return reader.found

    async def words(self, ref: Ref) -> list[str]:
        return [shown.words.strip() for shown in await self.shown(ref)]


@asynccontextmanager
async def looking(home: Path) -> AsyncIterator[Page]:
    store = await open_store(home / "paperboy.db")
    adapter = make(Setup(options={"port": 0}, storage=store.key_value("web"), home=home, clock=FixedClock(NOW)))
    assert adapter is not None
    listening = asyncio.create_task(adapter.listen(FakeCore()))
    await asyncio.wait_for(adapter.started.wait(), 30)
    browser = Browser(adapter.url)
    await browser.open()
    try:
        yield Page(adapter, browser)
    finally:
        await browser.session.close()
        await adapter.aclose()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await store.aclose()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with looking(tmp_path) as opened:
        yield opened


def said(words: str) -> Message:
    return Message(plain=words, blocks=(Heading(words),))


async def test_the_same_key_at_once_is_one_message_on_the_page(page: Page) -> None:
    refs = await asyncio.gather(*(page.adapter.post(HERE, said("Once"), key="k1") for _ in range(5)))
    assert len(set(refs)) == 1
    assert (await page.browser.open()).count(">Once</h3>") == 1


async def test_the_same_key_after_a_restart_is_the_first_message(tmp_path: Path) -> None:
    async with looking(tmp_path) as page:
        first = await page.adapter.post(HERE, said("First words"), key="k1")
    async with looking(tmp_path) as page:
        assert await page.adapter.find_post(HERE, key="k1", since=NOW - timedelta(minutes=5)) == first
        assert await page.adapter.post(HERE, said("Other words"), key="k1") == first
        assert await page.words(first) == ["First words"]


async def test_an_edit_is_seen_and_survives_a_restart(tmp_path: Path) -> None:
    async with looking(tmp_path) as page:
        ref = await page.adapter.post(HERE, said("Before"), key="k1")
        await page.adapter.edit_post(ref, said("After"))
        assert await page.words(ref) == ["After"]
    async with looking(tmp_path) as page:
        assert await page.words(ref) == ["After"]


async def test_a_reply_is_shown_in_its_thread_and_not_in_the_channel(page: Page) -> None:
    parent = await page.adapter.post(HERE, said("The papers"), key="k1")
    reply = await page.adapter.post(HERE.in_thread(parent.id), said("One paper"), key="k2")
    assert await page.words(reply) == ["One paper"]
    assert await page.words(Ref(HERE, reply.id)) == []


async def test_reactions_are_counted_by_person_taken_back_and_kept(tmp_path: Path) -> None:
    async with looking(tmp_path) as page:
        ref = await page.adapter.post(HERE, said("React"), key="k1")
        for person, emoji in (("you", "👍"), ("robin", "👍"), ("robin", "🔥"), ("robin", "🔥")):
            await page.browser.become(person)
            await page.browser.post("/c/papers/react", message=ref.id, emoji=emoji)
        assert await page.adapter.count_reactions(ref) == {"👍": {"you", "robin"}}
    async with looking(tmp_path) as page:
        assert await page.adapter.count_reactions(ref) == {"👍": {"you", "robin"}}


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></form><b>out</b>",
    '" onmouseover="alert(1)',
    "<!channel> <!here> <@U1>",
    "@everyone @here <@&1>",
    "*bold* _italic_ `code` ~~gone~~",
    "[words](https://elsewhere.example)",
    "{{ 7*7 }} {% raw %} &lt;b&gt; &amp;",
    "x" * 10_000,
]
URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:1",
    " javascript:1",
    "data:text/html,x",
    "//elsewhere.example",
    "\u202ehttp://x",
]


def everywhere(words: str, url: str = "https://example.org/") -> Message:
    """A message that repeats what a stranger wrote wherever a message can."""
    vote = Button(label=words[:75], action=Action("vote", (words[:20],)))
    card = Card(
        paper=words[:20], title=words, url=url, byline=words, summary=words, facts=(Span(words, url=url),), why=words,
        body=words, controls=(vote,),
    )  # fmt: skip
    run = (Span(words),)
    link = Controls((LinkButton(label="Go", url=url),))
    return Message(
        plain=words,
        blocks=(Heading(words), Paragraph(run), Bullets((run,)), card, Papers((card,)), link, Footnote(run)),
    )


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_text_of_strangers_is_only_shown(page: Page, words: str) -> None:
    ref = await page.adapter.post(HERE, everywhere(words), key="k1")
    (shown,) = await page.shown(ref)
    assert shown.live == []
    assert shown.words.count(words) >= 10  # each place that repeats it
    assert set(shown.links) == {"https://example.org/"}


@pytest.mark.parametrize("url", URLS)
async def test_only_web_addresses_become_links(page: Page, url: str) -> None:
    (shown,) = await page.shown(await page.adapter.post(HERE, everywhere("A title", url), key="k1"))
    assert (shown.links, shown.live) == ([], [])
    assert "A title" in shown.words


async def test_a_channel_is_shown_as_a_link_with_its_name(page: Page) -> None:
    run = (Span("owls", channel=True), Span(" "), Span("../etc", channel=True), Span(" "), Span("<b>", channel=True))
    (shown,) = await page.shown(await page.adapter.post(HERE, Message(plain="x", blocks=(Paragraph(run),)), key="k1"))
    assert shown.words.strip() == "#owls ../etc <b>"
    assert (shown.links, shown.live) == (["/c/owls"], [])


async def test_a_title_can_not_change_the_reading_direction(page: Page) -> None:
    (shown,) = await page.shown(await page.adapter.post(HERE, everywhere("safe \u202egnp.exe\u2066"), key="k1"))
    assert "safe gnp.exe" in shown.words
    assert not set(shown.words) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


async def test_each_text_reads_in_the_direction_of_its_own_script(page: Page) -> None:
    await page.adapter.post(HERE, everywhere("שלום עולם"), key="k1")
    shown = await page.browser.open()
    assert re.search(r'<h4 dir="auto"><a [^>]*>שלום עולם</a></h4>', shown)
    assert not re.search(r"<(h[34]|p|li)(?![^>]*dir=)[^>]*>שלום", shown)


async def test_a_message_without_blocks_shows_its_plain_form(page: Page) -> None:
    ref = await page.adapter.post(HERE, Message(plain="Plain <b>words</b>"), key="k1")
    assert await page.words(ref) == ["Plain <b>words</b>"]


async def test_a_message_that_was_split_to_fit_is_shown_completely(page: Page) -> None:
    pages = fit(everywhere("&<" * 20_000), page.adapter.limits, page.adapter.text_width)
    assert len(pages) > 1
    for n, piece in enumerate(pages):
        (shown,) = await page.shown(await page.adapter.post(HERE, piece, key=f"k{n}"))
        assert shown.live == []


@pytest.mark.parametrize("place", [Place("web", "other", "papers"), Place("web", "home", "../etc")])
async def test_a_post_to_an_invalid_place_is_refused_and_not_shown(page: Page, place: Place) -> None:
    with pytest.raises(Refused) as told:
        await page.adapter.post(place, said("To nobody"), key="k1")
    assert told.value.broken
    assert "To nobody" not in await page.browser.open()
