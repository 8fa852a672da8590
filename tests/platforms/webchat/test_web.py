"""The chat in the browser, over the wire."""

from __future__ import annotations

import asyncio
import html
import json
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from adapters.webchat.post import WebchatAdapter
from bot.app.build import App
from bot.chat.event import Place
from bot.chat.message import Card, Heading, Message, Paragraph, Span
from bot.papers.model import Tally
from tests.platforms.webchat.conftest import Browser, running


def text(piece: dict[str, str]) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", piece["html"]))


async def first_reply(browser: Browser) -> tuple[str, str, str]:
    """The thread, the first paper's message in it, and that paper."""
    page = await browser.open("/c/papers?thread=newest")
    thread = re.findall(r'data-thread="([^"]+)"', page)[0]
    message = re.findall(rf'data-id="([^"]+)" data-thread="{thread}"', page)[0]
    paper = re.findall(r'value="vote\|([^"]+)"', page)[0]
    return thread, message, paper


async def test_the_first_page_shows_the_days_papers_as_a_thread(browser: Browser) -> None:
    page = await browser.open("/")
    assert "Papers for Friday, 29 May 2026" in page
    assert page.count('class="card"') == 9
    assert "No source has answered yet" in page


async def test_only_the_asker_sees_the_answer_to_a_query(browser: Browser) -> None:
    answer = await browser.say("/papers hypernetworks")
    assert "only visible to you" in answer["pieces"][0]["html"]
    assert "Hypernetwork" in text(answer["pieces"][0])
    assert "Papers on" in await browser.open()
    await browser.become("robin")
    assert "Papers on" not in await browser.open()


async def test_shared_answers_are_seen_by_all(browser: Browser) -> None:
    answer = await browser.say("/papers hypernetworks")
    share = re.findall(r'value="(share\|[^"]+)"', answer["pieces"][0]["html"])[0]
    await browser.post("/c/papers/press", action=html.unescape(share))
    await browser.become("robin")
    assert "Papers on" in await browser.open()


async def test_the_next_page_takes_the_place_of_the_first(browser: Browser) -> None:
    answer = await browser.say("/papers video")
    piece = answer["pieces"][0]
    more = html.unescape(re.findall(r'value="(page\|[^"]+)"', piece["html"])[0])
    following = await (await browser.post("/c/papers/press", action=more, message=piece["id"])).json()
    assert following["pieces"][0]["id"] == piece["id"]
    assert "page 2" in text(following["pieces"][0])


async def test_two_people_have_one_vote_each(browser: Browser, app_url: tuple[App, str]) -> None:
    app, _ = app_url
    thread, message, paper = await first_reply(browser)
    await browser.post("/c/papers/press", action=f"vote|{paper}", message=message, thread=thread)
    await browser.post("/c/papers/react", message=message, thread=thread, emoji="🔥")
    await browser.become("robin")
    await browser.post("/c/papers/react", message=message, thread=thread, emoji="👍")
    assert await app.store.votes.tallies_for("web:home", [paper]) == {paper: Tally(up=2)}
    await app.card_updater.edit_changed()
    assert "2 votes here" in await browser.open("/c/papers?thread=newest")
    await browser.post("/c/papers/react", message=message, thread=thread, emoji="👍")
    assert await app.store.votes.tallies_for("web:home", [paper]) == {paper: Tally(up=1)}


async def test_a_vote_shows_on_its_button_to_the_voter_and_a_second_press_takes_it_back(browser: Browser) -> None:
    thread, message, paper = await first_reply(browser)

    async def press(action: str) -> str:
        here = {"message": message, "thread": thread}
        pieces = (await (await browser.post("/c/papers/press", action=action, **here)).json())["pieces"]
        return str(next(piece["html"] for piece in pieces if piece["id"] == message))

    voted = f'<button class="pressed" name="action" value="unvote|{paper}" aria-pressed="true">Voted</button>'
    assert voted in await press(f"vote|{paper}")
    assert voted in await browser.open("/c/papers?thread=newest")
    await browser.become("robin")
    assert voted not in await browser.open("/c/papers?thread=newest")
    await browser.become("you")
    assert voted not in await press(f"unvote|{paper}")


async def test_only_an_admin_can_schedule(browser: Browser, app_url: tuple[App, str]) -> None:
    app, _ = app_url
    answer = await browser.say("/papers schedule weekdays 09:00 Europe/Berlin top 5")
    assert "Scheduled: weekdays at 09:00 (Europe/Berlin)" in text(answer["pieces"][0])
    assert text(answer["pieces"][0]).count("09:00 (Europe/Berlin)") == 4
    await browser.become("robin")
    refused = await browser.say("/papers schedule daily 10:00")
    assert "Only an admin can use" in text(refused["pieces"][0])
    assert len(await app.store.subscriptions.in_place(Place("web", "home", "papers"))) == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/papers", "Commands"),
        ("/papers help schedule", "when complete"),
        ("/papers today", "Papers for Friday, 29 May 2026"),
        ("/papers trending year", "trending week"),
        ("/papers trendng week", "Did you mean /papers trending?"),
        ("/papers show 2508.09968", "Noise Hypernetworks"),
        ("/papers show 2405.99999", "I don't know the paper"),
        ("/papers similar 2508.09968", "Similar to"),
        ("/papers why", "posts next"),
        ("/papers leaderboard", "No votes in that time"),
        ("/papers saved", "haven't saved any papers yet"),
        ("/papers new nonsense!", "isn't an arXiv category"),
        ("/papers schedules", "weekdays at 09:00"),
        ("/papers following", "don't follow any topics"),
        ("/papers unschedule zzzz", "no schedule"),
        ("/papers schedule soon", "For example"),
        ("/papers zqxv", "Nothing found"),
    ],
)
async def test_every_command_has_an_answer(browser: Browser, typed: str, told: str) -> None:
    answer = await browser.say(typed)
    assert told in text(answer["pieces"][0])


async def test_saved_papers_and_topics_belong_to_one_person(browser: Browser) -> None:
    saved = await browser.say("/papers save 2508.09968")
    assert "Saved" in saved["toast"]
    assert "Noise Hypernetworks" in text((await browser.say("/papers saved"))["pieces"][0])
    await browser.say("/papers follow video generation")
    assert "video generation" in text((await browser.say("/papers following"))["pieces"][0])
    await browser.become("robin")
    assert "haven't saved any papers yet" in text((await browser.say("/papers saved"))["pieces"][0])


ODD = [
    "",
    "x" * 10_000,
    "\x00\x01\x1b[31m",
    '"open',
    "AND OR NEAR(",
    "* - ^ : ( )",
    "🦉" * 50,
    "%",
    "a|b%7C",
    "\u202ee",
]


@pytest.mark.parametrize("query", ODD)
async def test_odd_queries_are_answered(browser: Browser, query: str) -> None:
    answer = await browser.say(f"/papers {query}")
    assert answer["pieces"]
    assert "Something went wrong" not in text(answer["pieces"][0])


async def test_what_people_write_is_shown_as_plain_text(browser: Browser) -> None:
    await browser.say("<script>alert(1)</script> *bold* & co")
    page = await browser.open()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; *bold* &amp; co" in page


async def test_a_hostile_card_is_inert(browser: Browser, app_url: tuple[App, str]) -> None:
    app, _ = app_url
    card = Card(
        paper='x" onclick="y',
        title="<img src=x onerror=alert(1)>",
        url="javascript:alert(1)",
        summary="@everyone <!channel>",
        facts=(Span("a", url="data:text/html,x"),),
    )
    message = Message(plain="x", blocks=(Heading("<b>"), Paragraph((Span("x", url="JAVASCRIPT:1"),)), card))
    await app.adapters["web"].post(Place("web", "home", "papers"), message, key="hostile")
    page = await browser.open()
    assert "<img src=x" not in page
    assert "javascript:" not in page.casefold()
    assert "data:text" not in page


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-CSRF": "wrong"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Content-Type": "application/x-www-form-urlencoded; charset=nope", "X-CSRF": ""}, 400),
    ],
)
async def test_requests_from_elsewhere_are_refused(browser: Browser, headers: dict[str, str], status: int) -> None:
    answer = await browser.post("/c/papers/say", headers=headers, text="/papers today")
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_every_page_has_security_headers(browser: Browser) -> None:
    for path in ("/", "/c/papers", "/static/style.css", "/c/UPPER", "/nowhere", "/healthz"):
        async with browser.session.get(browser.url + path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_body_that_is_too_large_is_refused(browser: Browser) -> None:
    assert (await browser.post("/c/papers/say", text="x" * 500_000)).status == 413


async def test_forms_work_without_javascript(browser: Browser) -> None:
    answer = await browser.post("/c/papers/say", headers={"Accept": "text/html"}, text="/papers today")
    assert answer.status == 303
    assert (await browser.post("/channels", name="Bird Lovers", csrf=browser.csrf)).headers[
        "Location"
    ] == "/c/bird-lovers"
    assert "# bird-lovers" in await browser.open("/c/bird-lovers")
    refused = await browser.post("/channels", name="../etc")
    assert "toast" in refused.headers["Location"]


async def test_completion_offers_commands_options_and_titles(browser: Browser) -> None:
    async def offered(typed: str) -> dict[str, str]:
        async with browser.session.get(f"{browser.url}/complete", params={"text": typed}) as answer:
            return dict(await answer.json())

    assert (await offered("tre"))["trending"] == "Show the papers that get the most attention now."
    assert await offered("trending w") == {"trending week": ""}
    assert any("Hypernetwork" in title for title in await offered("hypern"))


async def test_a_page_catches_up_after_a_disconnect(browser: Browser) -> None:
    page = await browser.open()
    mark = re.findall(r'data-position="([^"]+)"', page)[0]
    await browser.say("said meanwhile")
    url = f"{browser.url}/events?channel=papers&since={mark}"
    async with browser.session.get(url) as stream:
        seen = await asyncio.wait_for(_until(stream.content, b"said meanwhile"), 30)
    assert b"event: pieces" in seen
    async with browser.session.get(f"{browser.url}/events?channel=papers&since=other-1") as stream:
        assert b"event: reload" in await asyncio.wait_for(_until(stream.content, b"reload"), 30)


async def test_healthz_reports_a_broken_database(browser: Browser, app_url: tuple[App, str]) -> None:
    async with ClientSession() as session, session.get(f"{browser.url}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
    app, _ = app_url
    database = Path(app.settings.home) / "paperboy.db"
    for file in (database, database.with_name("paperboy.db-wal")):
        if file.exists():
            file.write_bytes(b"ruined" * 4_000)
    async with ClientSession() as session, session.get(f"{browser.url}/healthz") as answer:
        assert answer.status == 503
        assert "database" in await answer.json()


async def test_everything_is_stored_across_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, url):
        browser = Browser(url)
        await browser.open()
        thread, message, paper = await first_reply(browser)
        await browser.post("/c/papers/react", message=message, thread=thread, emoji="🎉")
        await browser.say("good morning")
        await browser.session.close()
    async with running(tmp_path) as (app, url):
        browser = Browser(url)
        page = await browser.open("/c/papers?thread=newest")
        await browser.session.close()
        assert "good morning" in page
        assert "🎉 1" in page
        assert page.count('class="card"') == 9  # not posted again
        assert await app.store.votes.tallies_for("web:home", [paper]) == {paper: Tally(up=1)}


async def test_an_event_carries_json_a_program_can_read(browser: Browser) -> None:
    answer = await browser.say("hello")
    assert json.dumps(answer)
    assert {piece["pane"] for piece in answer["pieces"]} == {"stream", "thread"}


async def _until(content: object, wanted: bytes) -> bytes:
    seen = b""
    async for chunk in content.iter_any():  # type: ignore[attr-defined]
        seen += chunk
        if wanted in seen:
            return seen
    return seen


async def test_a_message_has_an_address_with_its_thread_open(app_url: tuple[App, str]) -> None:
    app, _url = app_url
    adapter = app.adapters["web"]
    assert isinstance(adapter, WebchatAdapter)
    place = Place("web", "home", "papers")
    head = await adapter.post(place, Message(plain="a head"), key="head")
    reply = await adapter.post(place.in_thread(head.id), Message(plain="a reply of its own"), key="reply")
    async with ClientSession() as session, session.get(adapter.message_url(reply)) as answer:
        page = await answer.text()
    assert page.count("a reply of its own") == 1
