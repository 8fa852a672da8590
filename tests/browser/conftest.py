"""The real process, and a real browser before it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

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
MARKS = (
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
)
ROOT = Path(__file__).parents[2]
PATIENCE = 15_000  # milliseconds that a page may take: two busy cores are slow
START = 60.0  # seconds until the first papers must be there

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in (item for item in items if item.path.parent == here):
        item.add_marker(
            pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
        )
        item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`paperboy run` as somebody starts it who has no token and no network, once the first papers are there."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_WEB_PORT": "0",
        "PAPERBOY_SITE_PORT": "0",
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "COLUMNS": "200",
    }
    log = home / "log"
    with log.open("w") as written:
        process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment, stderr=written)
    try:
        yield _ready(log)
    finally:
        process.terminate()
        ended = process.wait(timeout=30)
    assert ended == 0


def _ready(log: Path) -> str:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if found := re.search(r"(?<=web: )http://127\.0\.0\.1:\d+", log.read_text()):
            with urlopen(found[0]) as answer:
                if answer.read().count(b'class="card"') == 9:
                    return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no papers after {START:.0f} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def site_url(url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The site of the same process."""
    log = next(tmp_path_factory.getbasetemp().glob("home*/log"))
    return re.findall(r"site: (http://127\.0\.0\.1:\d+)", log.read_text())[0]


@pytest.fixture(scope="module")  # not longer: while it is open, no asyncio test can run in this thread
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
    """Type into the channel, once the page's script is there to take it."""
    page.wait_for_load_state()
    page.fill("#text", text)
    page.press("#text", "Enter")


def become(page: Page, name: str) -> None:
    """Be somebody else: the page is loaded anew."""
    button = page.get_by_role("button", name=name)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state()


def answer(page: Page) -> Locator:
    """The last private answer in the channel."""
    return page.locator("#stream .private").last
