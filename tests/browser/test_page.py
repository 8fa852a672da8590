"""The main job in a real browser, against the real process: see the papers, vote, search, follow, schedule."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`paperboy run` as somebody starts it who has no token and no network."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "COLUMNS": "200",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())
    assert found
    for line in process.stderr:  # until the first edition is planned
        if "starter shelf" in line:
            break
    yield found[0]
    process.terminate()
    assert process.wait(timeout=15) == 0
    process.stderr.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    """A page that may not complain: no error on the console, no violation of the content policy."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context = chromium.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    opened.on("console", note)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(url)
    yield opened
    context.close()
    assert complaints == []


def ask(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.press("#text", "Enter")


def test_the_days_papers_are_there_as_a_thread(page: Page) -> None:
    expect(page.locator("#thread .card")).to_have_count(9)
    expect(page.locator("#stream h3").first).to_have_text("Papers of Friday, 29 May 2026")
    expect(page.locator("#stream .thread-link.has").first).to_have_text("9 replies")


def test_a_reaction_and_a_button_are_votes_and_the_card_follows(page: Page) -> None:
    reply = page.locator("#thread .message").nth(2)
    reply.locator(".picker summary").click()
    reply.get_by_label("React with 👍").click()
    expect(reply.locator(".chip")).to_have_text("👍 1")
    expect(reply.locator(".facts")).to_contain_text("1 vote here")
    page.get_by_role("button", name="Robin").click()
    page.goto(page.url.partition("?")[0] + "?thread=newest")
    again = page.locator("#thread .message").nth(2)
    again.get_by_role("button", name="Vote").click()
    expect(page.locator(".toast")).to_contain_text("counts (2 votes here)")
    expect(again.locator(".facts")).to_contain_text("2 votes here")


def test_a_search_is_answered_and_similar_leads_on(page: Page) -> None:
    ask(page, "/papers hypernetworks")
    answer = page.locator("#stream .private").last
    expect(answer).to_contain_text("only visible to you")
    expect(answer.locator("h4").first).to_contain_text(re.compile("hypernetwork", re.IGNORECASE))
    answer.get_by_role("button", name="Similar").first.click()
    expect(page.locator("#stream .private h3").last).to_contain_text("Similar to")


def test_commands_complete_while_typing(page: Page) -> None:
    page.locator("#text").press_sequentially("/papers tre")
    expect(page.locator("#choices li").first).to_have_text("/papers trending")
    page.press("#text", "ArrowDown")
    page.press("#text", "Enter")
    expect(page.locator("#text")).to_have_value("/papers trending ")
    page.press("#text", "Escape")
    expect(page.locator("#choices")).to_be_hidden()


def test_a_schedule_says_when_it_comes(page: Page) -> None:
    ask(page, "/papers schedule weekdays 09:00 Europe/Berlin")
    answer = page.locator("#stream .private").last
    expect(answer.locator("h3")).to_have_text("Scheduled: weekdays at 09:00 (Europe/Berlin)")
    assert answer.inner_text().count("09:00 (Europe/Berlin)") == 4


def test_who_may_not_schedule_is_told_so(page: Page) -> None:
    page.get_by_role("button", name="Robin").click()
    ask(page, "/papers schedule daily 10:00")
    expect(page.locator("#stream .private").last).to_contain_text("for those who may set schedules")


def test_what_one_says_another_sees_at_once(page: Page, chromium: Browser, url: str) -> None:
    other = chromium.new_page()
    other.goto(f"{url}/c/papers")
    ask(page, "Has anybody read the second one?")
    expect(other.locator("#stream .message").last).to_contain_text("Has anybody read the second one?")
    other.close()


@pytest.mark.parametrize("width", [390, 800, 1024, 1280])
def test_nothing_is_cut_off_at_any_width(chromium: Browser, url: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme="dark")
    page.goto(url)
    expect(page.locator("#stream .message").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    channels = page.locator(".side li").first
    if not channels.is_visible():
        page.get_by_role("button", name="Channels").click()
    expect(channels).to_be_visible()
    page.close()


def test_a_phone_without_javascript_has_the_channels_and_takes_a_command(chromium: Browser, url: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    expect(page.locator(".side li").first).to_be_visible()
    ask(page, "/papers hypernetworks")
    expect(page.locator("#stream .private").last).to_contain_text("Papers on")
    context.close()


def test_a_thread_can_be_read_and_closed_by_keyboard(page: Page) -> None:
    page.goto(page.url.partition("?")[0])
    page.locator(".thread-link.has").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread .card").first).to_be_visible()
    page.wait_for_load_state()  # the page is shown before its script listens to keys
    page.keyboard.press("Escape")
    expect(page.locator("aside.thread")).to_be_hidden()
