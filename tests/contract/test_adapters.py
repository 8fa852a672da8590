"""What every adapter must do: a new one is added to `KITS` and runs all of it on its first day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.adapter import CanCountReactions, CanEdit, CanFind, CanLink, CanListen, CanPost, Setup
from bot.chat.event import Place, Ref
from bot.chat.fit import fit
from bot.chat.message import (
    Bullets,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
    text,
)
from bot.clock import FixedClock, SystemClock
from bot.errors import ConfigError, PostError, Refused
from bot.papers.model import Tally
from bot.store.sql import Store
from bot.views.card import card, row
from tests.builders import paper
from tests.contract.kits import KITS, Kit

HOSTILE = (
    "<script>alert(1)</script>",
    "<!channel> <@U123> @everyone @here",
    "*bold* _italic_ `code` ~struck~ ||hidden||",
    "[a link](https://evil.example) <https://evil.example|safe>",
    "right\u202eto left",
    "&lt;b&gt; &amp; \x00\x07",
    "🦉" * 500,
    "x" * 10_000,
)


@pytest.fixture(params=KITS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def kit(name: str, store: Store, tmp_path: Path) -> AsyncIterator[Kit]:
    async with KITS[name](store, tmp_path) as started:
        yield started


@pytest.fixture
def make(kit: Kit) -> Callable[[], CanPost]:
    """Starts the adapter anew on the same shelf, as after a restart."""
    return kit.make


@pytest.fixture
def place(kit: Kit) -> Place:
    return kit.place


def says(words: str) -> Message:
    return Message(plain=words, blocks=(Paragraph(text(words)),))


async def test_it_declares_what_it_can_do(make: Callable[[], CanPost], name: str) -> None:
    adapter = make()
    assert isinstance(adapter, CanPost)
    assert adapter.name == name
    declared = {
        protocol.__name__
        for protocol in (CanFind, CanEdit, CanCountReactions, CanListen)
        if isinstance(adapter, protocol)
    }
    assert declared == {"CanFind", "CanListen"} | (set() if name == "email" else {"CanEdit", "CanCountReactions"})


async def test_the_same_key_is_the_same_message(make: Callable[[], CanPost], place: Place, kit: Kit) -> None:
    if not kit.knows_keys:
        pytest.skip("this platform takes a message as often as it is sent: the dispatcher asks `find` first")
    adapter = make()
    first = await adapter.post(place, says("one"), key="key-1")
    again = await adapter.post(place, says("one"), key="key-1")
    other = await adapter.post(place, says("two"), key="key-2")
    assert first == again != other


async def test_a_message_is_found_by_its_key_after_a_restart(make: Callable[[], CanPost], place: Place) -> None:
    ref = await make().post(place, says("one"), key="key-1")
    adapter = make()
    assert isinstance(adapter, CanFind)
    since = SystemClock().now() - timedelta(hours=1)
    assert await adapter.find_post(place, key="key-1", since=since) == ref
    assert await adapter.find_post(place, key="key-9", since=since) is None


async def test_a_message_can_be_told_by_its_address(make: Callable[[], CanPost], place: Place, name: str) -> None:
    adapter = make()
    if not isinstance(adapter, CanLink):
        pytest.skip("what was sent here is nowhere to be seen by others")
    head, reply = Ref(place, "41.5"), Ref(place.in_thread("41.5"), "42.5")
    expected = {
        "slack": f"https://slack.com/app_redirect?team={place.space}&channel={place.channel}&message_ts=42.5",
        "discord": f"https://discord.com/channels/{place.space}/41.5/42.5",
        "web": "",  # it does not listen yet: there is no page to lead to
    }
    assert adapter.message_url(reply) == expected[name]
    assert adapter.message_url(head) != adapter.message_url(reply) or name == "web"


async def test_a_thread_hangs_from_a_message(make: Callable[[], CanPost], place: Place) -> None:
    adapter = make()
    head = await adapter.post(place, says("head"), key="head")
    reply = await adapter.post(place.in_thread(head.id), says("reply"), key="reply")
    assert (reply.place.channel, reply.place.thread) == (place.channel, head.id)


async def test_a_message_can_be_changed_and_one_that_is_gone_can_not(make: Callable[[], CanPost], place: Place) -> None:
    adapter = make()
    if not isinstance(adapter, CanEdit):
        pytest.skip("what was sent here can't be changed")
    ref = await adapter.post(place, says("one"), key="key-1")
    await adapter.edit_post(ref, says("two"))
    with pytest.raises(Refused) as caught:
        await adapter.edit_post(Ref(place, "never-posted"), says("x"))
    assert caught.value.gone


async def test_nobody_has_reacted_to_a_new_message_and_the_bot_does_not_count(
    make: Callable[[], CanPost], place: Place
) -> None:
    adapter = make()
    if not isinstance(adapter, CanCountReactions):
        pytest.skip("nobody can react here")
    ref = await adapter.post(place, says("one"), key="key-1")
    assert await adapter.count_reactions(ref) == {}


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_are_posted_as_words_within_the_limits(
    make: Callable[[], CanPost], place: Place, words: str
) -> None:
    adapter = make()
    shown = Card(paper="p", title=words, url="javascript:alert(1)", summary=words, byline=words, body=words)
    message = Message(plain=words, blocks=(Heading(words), shown, Footnote(text(Span(words, url=words)))))
    for n, page in enumerate(fit(message, adapter.limits, adapter.text_width)):
        await adapter.post(place, page, key=f"hostile-{n}")


async def test_every_kind_of_block_can_be_posted(make: Callable[[], CanPost], place: Place) -> None:
    blocks = (
        Heading("Heading"),
        Paragraph(text("words ", Span("bold", bold=True), Span("code", code=True), Span("it", italic=True))),
        Bullets((text("one"), text("two"))),
        Papers((row(paper(1, upvotes=3), "A line.", Tally(up=1)), row(paper(2), "", Tally())), 3),
        card(paper(1), summary="A line.", mine=1, saved=True, why="because", body=True),
        Controls((LinkButton(label="Read", url="https://example.org"),)),
        Footnote(text("small print")),
    )
    adapter = make()
    await adapter.post(place, Message(plain="all of them", blocks=blocks), key="all")


async def test_width_counts_what_is_sent_and_not_what_is_seen(make: Callable[[], CanPost]) -> None:
    adapter = make()
    assert adapter.text_width(text("a & b")) >= len("a & b")
    assert adapter.text_width(text("ab", "cd")) == adapter.text_width(text("ab")) + adapter.text_width(text("cd"))


async def test_a_place_that_can_not_be_is_refused_for_good(make: Callable[[], CanPost], place: Place) -> None:
    adapter = make()
    nowhere = Place(place.platform, "another-home", "no/such channel")
    with pytest.raises(PostError) as caught:
        await adapter.post(nowhere, says("x"), key="k")
    assert isinstance(caught.value, Refused)
    assert caught.value.broken
    assert caught.value.hint


async def test_a_wrong_setting_is_answered_with_the_right_ones(
    kit: Kit, name: str, store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        kit.factory(Setup(options={"nonsense": 1}, storage=store.key_value(name), home=tmp_path, clock=clock))
    assert caught.value.hint
