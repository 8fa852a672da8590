"""The site in a real browser, for a person who signs in: with a script and without, live and accessible."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Page, expect

from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.clock import SystemClock
from bot.config import load
from tests.browser.test_access import found
from tests.fakes.slack import FakeSlack

ENVIRONMENT = {
    "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
    "PAPERBOY_SEARCH_SEMANTIC": "false",
    "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
    "SITE_PORT": "0",
    "PAPERBOY_WEB_PORT": "0",
}


class Stage(Struct):
    """A site and the Slack that its people sign in with, on a loop of their own."""

    url: str = ""


async def stage(home: Path, made: Stage, ready: threading.Event, end: threading.Event) -> None:
    async with FakeSlack() as slack:
        acme = await slack.workspace("Acme")
        await slack.settings(sign_in_as=(await acme.user("Ada")).id)
        app = await slack.app()
        given = {"CLIENT_ID": app["client_id"], "CLIENT_SECRET": app["client_secret"]}
        given |= {"TEAM": acme.id, "URL": slack.url}
        environment = ENVIRONMENT | {"PAPERBOY_HOME": str(home)} | {f"SITE_SLACK_{k}": v for k, v in given.items()}
        async with open_app(load(None, environment, installed()), SystemClock()) as opened:
            made.url = await _begin(opened)
            ready.set()
            await asyncio.to_thread(end.wait)


async def _begin(app: App) -> str:
    await welcome(app)
    adapter = app.adapters["site"]
    return str(await adapter.start(app.core))  # type: ignore[attr-defined]


@contextmanager
def running(home: Path) -> Iterator[Stage]:
    made, ready, end = Stage(), threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(stage(home, made, ready, end)))
    thread.start()
    try:
        assert ready.wait(60)
        yield made
    finally:
        end.set()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with running(tmp_path_factory.mktemp("members")) as made:
        yield made


def signed_in(browser: Browser, site: Stage, **options: object) -> Page:
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.goto(site.url)
    page.get_by_role("link", name="Slack").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def test_a_vote_shows_at_once_and_on_other_open_pages_soon(chromium: Browser, site: Stage) -> None:
    ada, complaints = signed_in(chromium, site), list[str]()
    ada.on("console", lambda message: complaints.append(message.text))
    bob = chromium.new_context().new_page()  # who only reads
    bob.goto(site.url)
    theirs = bob.locator(".lead [data-votes]")
    expect(theirs).to_have_text("0")
    button = ada.locator(".lead button.votes")
    address = ada.url
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button.locator("[data-votes]")).to_have_text("1")
    expect(ada.get_by_role("status").first).to_contain_text("You voted")
    assert ada.url == address
    expect(theirs).to_have_text("1")  # told, not loaded
    button.click()
    expect(theirs).to_have_text("0")
    assert complaints == []
    ada.context.close()
    bob.context.close()


def test_without_a_script_a_vote_counts_just_so(chromium: Browser, site: Stage) -> None:
    page = signed_in(chromium, site, java_script_enabled=False)
    for pressed in ("true", "false"):
        page.locator(".lead button.votes").click()
        expect(page.locator(".lead button.votes")).to_have_attribute("aria-pressed", pressed)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to vote:")).to_be_visible()
    page.context.close()


def test_a_session_that_has_ended_gets_a_page_that_says_so(chromium: Browser, site: Stage) -> None:
    page = signed_in(chromium, site)
    page.context.clear_cookies()
    page.locator(".lead button.votes").click()
    expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_everything_is_accessible(chromium: Browser, site: Stage, theme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    page = signed_in(chromium, site, color_scheme=theme, viewport=size, reduced_motion="reduce")
    assert found(page) == ""
    page.locator(".lead button.votes").click()
    expect(page.locator(".lead button.votes")).to_have_attribute("aria-pressed", "true")
    assert found(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".lead button.votes").click()
    expect(page.locator(".lead button.votes")).to_have_attribute("aria-pressed", "false")
    page.context.close()
