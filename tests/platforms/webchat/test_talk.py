"""What people say to each other: links in it, papers they share, and what can be done with any message."""

from __future__ import annotations

import asyncio
import re

import pytest

from adapters.webchat.links import find_urls
from bot.chat.event import Answer, ButtonPress, Event, LinkShared, Place, Ref
from bot.chat.message import Action
from tests.fakes.core import FakeCore
from tests.platforms.webchat.conftest import Browser, mark, stream

PAPERS = Place("web", "home", "papers")
PAPER = "https://arxiv.org/abs/2503.00001"


def shared(core: FakeCore) -> list[str]:
    return [event.url for event in core.heard if isinstance(event, LinkShared)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("no address", []),
        (f"read {PAPER}, it is good", [PAPER]),
        (f"({PAPER})", [PAPER]),
        (f"“{PAPER}”…", [PAPER]),
        (f"<{PAPER}>", [PAPER]),
        (f"{PAPER} and again {PAPER}", [PAPER]),
        (
            "https://a.example/b_(c) https://d.example/?e=f&g#h",
            ["https://a.example/b_(c)", "https://d.example/?e=f&g#h"],
        ),
        ("HTTP://EXAMPLE.ORG", ["HTTP://EXAMPLE.ORG"]),
        ("javascript:alert(1) data:text/html,x ftp://a.example //b.example", []),
        ("https:// http://. https://…", []),
        ("https://a.example/" + "x" * 2_000, []),
    ],
)
def test_urls_are_found_without_the_punctuation_around_them(words: str, found: list[str]) -> None:
    assert find_urls(words) == found


async def test_a_url_becomes_a_link_and_the_text_stays_the_same(you: Browser) -> None:
    shown = (await you.say(f"See <b>{PAPER}</b>, please"))["pieces"][0]["html"]
    assert f'<a href="{PAPER}" target="_blank" rel="noopener noreferrer">{PAPER}</a>' in shown
    assert (
        re.sub(r"<[^>]+>", "", re.findall(r"<p[^>]*>(.*?)</p>", shown)[0]) == f"See &lt;b&gt;{PAPER}&lt;/b&gt;, please"
    )


# ---- papers that people share


async def test_the_card_of_a_shared_paper_is_a_public_reply(you: Browser, robin: Browser, core: FakeCore) -> None:
    since = await mark(robin)
    said = (await you.say(f"Look: {PAPER}"))["pieces"][0]["id"]
    await stream(robin, since, until=f"Answer to {PAPER}".encode())
    page = await robin.open(f"/c/papers?thread={said}")
    assert re.findall(rf'data-id="([^"]+)" data-thread="{said}"', page)
    assert "1 reply" in page
    (event,) = core.heard
    assert isinstance(event, LinkShared)
    assert (event.url, event.place, event.who.id) == (PAPER, PAPERS, "you")


async def test_a_paper_shared_in_a_thread_is_shown_in_that_thread(you: Browser, robin: Browser, core: FakeCore) -> None:
    parent = (await you.say("What to read?"))["pieces"][0]["id"]
    since = await mark(robin)
    await you.say(f"This: {PAPER}", thread=parent)
    await stream(robin, since, until=f"Answer to {PAPER}".encode())
    assert (await robin.open(f"/c/papers?thread={parent}")).count(
        f'data-thread="{parent}"'
    ) == 3  # page and two replies
    assert core.heard[-1].place == PAPERS.in_thread(parent)


async def test_at_most_three_papers_of_a_message_get_a_card(you: Browser, core: FakeCore) -> None:
    since = await mark(you)
    papers = [f"https://arxiv.org/abs/2503.0000{n}" for n in range(5)]
    await you.say(" ".join(papers))
    await stream(you, since, until=papers[2].join(("Answer to ", "</h3>")).encode())
    assert shared(core) == papers[:3]


async def test_other_addresses_get_no_card_and_commands_share_nothing(you: Browser, core: FakeCore) -> None:
    await you.say("https://example.org/ is nice")
    await you.say(f"/papers {PAPER}")
    await you.say("said last")
    assert shared(core) == ["https://example.org/"]
    assert "1 reply" not in await you.open()


async def test_a_message_does_not_wait_for_the_card_of_a_paper(
    you: Browser, core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def never(event: Event) -> Answer | None:
        asked.set()
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr(core, "handle_event", never)
    async with asyncio.timeout(30):
        assert (await you.say(f"Look: {PAPER}"))["pieces"]
        await asked.wait()  # and the adapter closes though the core never answers


async def test_a_piece_is_numbered_so_that_the_newer_one_wins(you: Browser) -> None:
    first = (await you.say("one"))["pieces"][0]
    again = await (await you.post("/c/papers/react", message=first["id"], emoji="👍")).json()
    assert int(again["pieces"][0]["seq"]) > int(first["seq"])


# ---- what can be done with any message


async def test_only_peoples_messages_have_the_menu(you: Browser) -> None:
    said = (await you.say("a message"))["pieces"][0]["html"]
    answered = (await (await you.post("/c/papers/press", action="share|birds")).json())["pieces"][0]["html"]
    assert re.findall(r'value="([a-z]+)" formaction="/c/papers/press">([^<]+)<', said) == [
        ("similar", "Find similar papers"),
        ("vote", "Vote for this paper"),
    ]
    assert "Answer to birds" in answered
    assert "formaction" not in answered


async def test_a_menu_entry_is_a_press_with_the_message_and_its_text(you: Browser, core: FakeCore) -> None:
    said = (await you.say(f"Read {PAPER}"))["pieces"][0]["id"]
    await you.post("/c/papers/press", action="similar", message=said, said="made up")
    heard = core.heard[-1]
    assert isinstance(heard, ButtonPress)
    assert (heard.action, heard.message) == (Action("similar"), Ref(PAPERS, said))
    assert heard.message_text == f"Read {PAPER}"


async def test_a_button_carries_no_text_of_another_channels_message(you: Browser, core: FakeCore) -> None:
    said = (await you.say("a secret of papers"))["pieces"][0]["id"]
    for channel, message in (("owls", said), ("papers", "nothing"), ("papers", "")):
        await you.post(f"/c/{channel}/press", action="similar", message=message)
        heard = core.heard[-1]
        assert isinstance(heard, ButtonPress)
        assert heard.message_text == ""
