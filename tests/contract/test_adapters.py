"""What every chat platform must do; run on each adapter there is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

import pytest
from aiohttp import ClientSession, CookieJar
from msgspec import Struct

from adapters import web
from bot.chat.adapter import Counts, Edits, Finds, Listens, Posts, Setup
from bot.chat.event import Place, Reaction, Ref
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
    Paragraph,
    Span,
)
from bot.clock import FixedClock
from bot.errors import Refused
from bot.store import open_store
from tests.builders import NOW
from tests.fakes.core import FakeCore

SINCE = NOW - timedelta(minutes=5)


class Shown(Struct):
    """A message as a reader has it: the words, where its links go, and what acts by itself (nothing should)."""

    words: str
    links: list[str]
    live: list[str]


class Platform(Protocol):
    """An adapter on its platform, and how to look at that platform from outside."""

    adapter: Posts
    core: FakeCore
    place: Place
    refused: list[Place]

    async def shown(self, ref: Ref) -> Shown | None: ...
    async def count(self) -> int: ...
    async def react(self, ref: Ref, emoji: str) -> str:
        """Somebody's reaction; returns who."""
        ...

    async def aclose(self) -> None: ...


class Web:
    """The browser chat, looked at over HTTP."""

    place = Place("web", "home", "papers")
    refused = [Place("web", "elsewhere", "papers"), Place("web", "home", "../etc"), Place("web", "home", "UPPER")]  # noqa: RUF012

    def __init__(self, adapter: web.WebAdapter, core: FakeCore, close: AsyncExitStack) -> None:
        self.adapter: Posts = adapter
        self.core = core
        self._url = adapter.url
        self._close = close
        self._session = ClientSession(cookie_jar=CookieJar(unsafe=True))

    @classmethod
    async def start(cls, home: Path) -> Web:
        async with AsyncExitStack() as stack:
            store = await open_store(home / "paperboy.db")
            stack.push_async_callback(store.aclose)
            adapter = web.make(Setup(options={"port": "0"}, shelf=store.shelf("web"), home=home, clock=FixedClock(NOW)))
            assert adapter is not None
            stack.push_async_callback(adapter.aclose)
            core = FakeCore()
            listening = asyncio.create_task(adapter.listen(core))
            stack.push_async_callback(_stop, listening)
            await asyncio.wait_for(adapter.started.wait(), 10)
            return cls(adapter, core, stack.pop_all())
        raise AssertionError

    async def shown(self, ref: Ref) -> Shown | None:
        reader = _Reader(ref.id)
        reader.feed(await self._page(ref.place.thread))
        return reader.shown if reader.found else None

    async def count(self) -> int:
        return len(re.findall(r'<div class="message', await self._page()))

    async def react(self, ref: Ref, emoji: str) -> str:
        csrf = re.findall(r'data-csrf="([^"]+)"', await self._page())[0]
        form = {"message": ref.id, "emoji": emoji}
        async with self._session.post(f"{self._url}/c/papers/react", data=form, headers={"X-CSRF": csrf}) as answer:
            assert answer.ok
        return "you"

    async def aclose(self) -> None:
        await self._session.close()
        await self._close.aclose()

    async def _page(self, thread: str = "") -> str:
        async with self._session.get(f"{self._url}/c/papers", params={"thread": thread} if thread else {}) as answer:
            return await answer.text()


class _Reader(HTMLParser):
    """Reads one message of a page; everything but plain structure counts as alive."""

    PLAIN = frozenset({"a", "article", "button", "div", "h3", "h4", "input", "li", "p", "ul"})
    SAFE = frozenset({"aria-pressed", "class", "href", "name", "rel", "target", "type", "value"})

    def __init__(self, id: str) -> None:
        super().__init__()
        self._id = id
        self._mine = self._reading = False
        self.found = False
        self.shown = Shown("", [], [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "data-id" in given:
            self._mine = given["data-id"] == self._id
        elif tag == "form" and self._mine:
            self._reading = self.found = given.get("class") == "content"
        elif self._reading:
            self.shown.links += [url or "" for name, url in attrs if name == "href"]
            self.shown.live += [tag] if tag not in self.PLAIN else []
            self.shown.live += [name for name in given if name not in self.SAFE]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._reading:
            self._reading = self._mine = False

    def handle_data(self, data: str) -> None:
        if self._reading:
            self.shown.words += data


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


Start = Callable[[], Awaitable[Platform]]
PLATFORMS: dict[str, Callable[[Path], Awaitable[Platform]]] = {"web": Web.start}


@pytest.fixture(params=PLATFORMS)
async def start(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts the adapter; each further start is a restart on the same store."""
    running: list[Platform] = []

    async def again() -> Platform:
        while running:
            await running.pop().aclose()
        running.append(await PLATFORMS[request.param](tmp_path))
        return running[-1]

    yield again
    while running:
        await running.pop().aclose()


@pytest.fixture
async def platform(start: Start) -> Platform:
    return await start()


def said(words: str) -> Message:
    return Message(plain=words, blocks=(Heading(words),))


async def test_a_message_is_shown_where_it_was_posted(platform: Platform) -> None:
    ref = await platform.adapter.post(platform.place, said("Good morning"), key="k1")
    shown = await platform.shown(ref)
    assert shown is not None
    assert shown.words.strip() == "Good morning"


async def test_a_reply_is_shown_in_its_thread(platform: Platform) -> None:
    parent = await platform.adapter.post(platform.place, said("The papers"), key="k1")
    reply = await platform.adapter.post(platform.place.in_thread(parent.id), said("One paper"), key="k2")
    assert (await platform.shown(reply) or Shown("", [], [])).words.strip() == "One paper"
    assert await platform.shown(Ref(platform.place, reply.id)) is None  # not in the channel itself


async def test_the_same_key_twice_is_one_message(platform: Platform) -> None:
    refs = await asyncio.gather(*(platform.adapter.post(platform.place, said("Once"), key="k1") for _ in range(5)))
    assert len(set(refs)) == 1
    assert await platform.count() == 1


async def test_the_same_key_after_a_restart_is_still_one_message_and_keeps_its_words(start: Start) -> None:
    platform = await start()
    first = await platform.adapter.post(platform.place, said("First words"), key="k1")
    platform = await start()
    assert await platform.adapter.post(platform.place, said("Other words"), key="k1") == first
    assert await platform.count() == 1
    assert (await platform.shown(first) or Shown("", [], [])).words.strip() == "First words"


async def test_another_key_is_another_message(platform: Platform) -> None:
    await platform.adapter.post(platform.place, said("The same"), key="k1")
    await platform.adapter.post(platform.place, said("The same"), key="k2")
    assert await platform.count() == 2


async def test_a_message_is_found_by_its_key_after_a_restart(start: Start) -> None:
    platform = await start()
    ref = await platform.adapter.post(platform.place, said("Kept"), key="k1")
    platform = await start()
    if not isinstance(platform.adapter, Finds):
        pytest.skip("this platform can't find by key")
    assert await platform.adapter.find(platform.place, key="k1", since=SINCE) == ref
    assert await platform.adapter.find(platform.place, key="k2", since=SINCE) is None


async def test_an_edit_is_seen_and_survives_a_restart(start: Start) -> None:
    platform = await start()
    if not isinstance(platform.adapter, Edits):
        pytest.skip("this platform can't edit")
    ref = await platform.adapter.post(platform.place, said("Before"), key="k1")
    await platform.adapter.edit(ref, said("After"))
    for looked_at in (platform, await start()):
        if looked_at is platform:
            continue
        assert (await looked_at.shown(ref) or Shown("", [], [])).words.strip() == "After"
        assert await looked_at.count() == 1


async def test_editing_what_is_gone_is_refused(platform: Platform) -> None:
    if not isinstance(platform.adapter, Edits):
        pytest.skip("this platform can't edit")
    with pytest.raises(Refused):
        await platform.adapter.edit(Ref(platform.place, "nothing"), said("After"))


async def test_reactions_are_heard_and_counted_and_taken_back(platform: Platform) -> None:
    if not isinstance(platform.adapter, Counts):
        pytest.skip("this platform can't count")
    ref = await platform.adapter.post(platform.place, said("React"), key="k1")
    assert await platform.adapter.reactions(ref) == {}
    who = await platform.react(ref, "👍")
    assert await platform.adapter.reactions(ref) == {"👍": {who}}
    await platform.react(ref, "👍")
    assert await platform.adapter.reactions(ref) == {}
    heard = [event for event in platform.core.heard if isinstance(event, Reaction)]
    assert [(event.message, event.emoji, event.added) for event in heard] == [(ref, "👍", True), (ref, "👍", False)]
    assert len({event.id for event in heard}) == 2


async def test_reactions_are_there_after_a_restart(start: Start) -> None:
    platform = await start()
    ref = await platform.adapter.post(platform.place, said("React"), key="k1")
    who = await platform.react(ref, "🔥")
    platform = await start()
    if not isinstance(platform.adapter, Counts):
        pytest.skip("this platform can't count")
    assert await platform.adapter.reactions(ref) == {"🔥": {who}}


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></form><b>out</b>",
    '" onmouseover="alert(1)',
    "<!channel> <!here> <@U1>",
    "@everyone @here <@&1>",
    "*bold* _italic_ `code` ~~gone~~ ||hidden||",
    "[words](https://elsewhere.example) <https://elsewhere.example|words>",
    "{{ 7*7 }} {% raw %} &lt;b&gt; &amp;",
    "`" * 40,
    "x" * 10_000,
]
URLS = ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:1", "data:text/html,x", "//elsewhere.example", "x"]


def everywhere(words: str, url: str = "https://example.org/") -> Message:
    """A message that repeats what a stranger wrote wherever a message can."""
    card = Card(
        paper=words[:20],
        title=words,
        url=url,
        byline=words,
        line=words,
        facts=(Span(words, url=url),),
        why=words,
        body=words,
        controls=(Button(label=words[:75], action=Action("vote", (words[:20],))),),
    )
    return Message(
        plain=words,
        blocks=(
            Heading(words),
            Paragraph((Span(words),)),
            Bullets(((Span(words),),)),
            card,
            Controls((LinkButton(label="Go", url=url),)),
            Footnote((Span(words),)),
        ),
    )


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
async def test_what_strangers_wrote_does_nothing_but_show(platform: Platform, words: str) -> None:
    ref = await platform.adapter.post(platform.place, everywhere(words), key="k1")
    shown = await platform.shown(ref)
    assert shown is not None
    assert shown.live == []
    assert shown.words.count(words) >= 7
    assert set(shown.links) == {"https://example.org/"}


@pytest.mark.parametrize("url", URLS)
async def test_only_web_addresses_become_links(platform: Platform, url: str) -> None:
    ref = await platform.adapter.post(platform.place, everywhere("A title", url), key="k1")
    shown = await platform.shown(ref)
    assert shown is not None
    assert shown.links == []
    assert shown.live == []
    assert "A title" in shown.words


async def test_a_title_can_not_turn_the_reading_direction(platform: Platform) -> None:
    ref = await platform.adapter.post(platform.place, everywhere("safe \u202egnp.exe\u2066"), key="k1")
    shown = await platform.shown(ref)
    assert shown is not None
    assert "safe gnp.exe" in shown.words
    assert not set(shown.words) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


async def test_messages_without_blocks_show_their_plain_form(platform: Platform) -> None:
    ref = await platform.adapter.post(platform.place, Message(plain="Plain <b>words</b>"), key="k1")
    assert (await platform.shown(ref) or Shown("", [], [])).words.strip() == "Plain <b>words</b>"


async def test_a_page_at_the_limits_is_taken(platform: Platform) -> None:
    limits, width = platform.adapter.limits, platform.adapter.width
    for n, page in enumerate(fit(everywhere("&<" * 20_000), limits, width)):
        assert await platform.shown(await platform.adapter.post(platform.place, page, key=f"k{n}"))


@pytest.mark.parametrize("words", ["plain", "a & b < c", "🦉é", '"quoted"'])
async def test_a_width_is_what_goes_over_the_wire_and_never_less(platform: Platform, words: str) -> None:
    assert platform.adapter.width((Span(words),)) >= len(words)
    assert platform.adapter.width((Span(words), Span(words))) == 2 * platform.adapter.width((Span(words),))


async def test_places_that_can_not_be_are_refused_for_good(platform: Platform) -> None:
    for place in platform.refused:
        with pytest.raises(Refused) as told:
            await platform.adapter.post(place, said("To nobody"), key="k1")
        assert told.value.broken
        assert told.value.hint
    assert await platform.count() == 0


async def test_the_name_is_the_one_in_its_places_and_it_listens(platform: Platform) -> None:
    assert platform.adapter.name == platform.place.platform
    assert isinstance(platform.adapter, Listens)
