"""The site in a real browser: read without a script, by everyone, on every screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.test_access import found

PAGES = (
    "/",
    "/date/2026-05-30",
    "/week/2026-W22",
    "/month/2026-05",
    "/trending/month",
    "/trending/week?topic=video",
    "/paper/2508.09968",
    "/search",
    "/search?q=hypernetworks&after=2024",
    "/search?q=zqxvw",
    "/topics",
    "/author/Zeynep%20Akata",
    "/archive",
    "/nope",
)


@pytest.fixture
def reader(chromium: Browser, site_url: str) -> Iterator[Page]:
    """Somebody without JavaScript."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900}, java_script_enabled=False)
    page = context.new_page()
    page.goto(site_url)
    yield page
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(chromium: Browser, site_url: str, theme: str) -> None:
    context = chromium.new_context(color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    for path in PAGES:
        page.goto(f"{site_url}{path}")
        assert found(page) == "", path
    context.close()


def test_no_page_is_wider_than_a_small_phone(chromium: Browser, site_url: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 780})
    for path in PAGES:
        page.goto(f"{site_url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.close()


def test_no_page_breaks_its_own_content_policy(chromium: Browser, site_url: str) -> None:
    page, complaints = chromium.new_page(), list[str]()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "404" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    for path in PAGES:
        page.goto(f"{site_url}{path}")
    page.close()
    assert complaints == []


def test_earlier_days_are_one_click_away(reader: Page) -> None:
    today = reader.locator("h1").inner_text()
    reader.locator(".days a[rel=prev]").click()
    expect(reader.locator("h1")).not_to_have_text(today)
    reader.locator(".days a[rel=next]").click()
    expect(reader.locator("h1")).to_have_text(today)
    reader.get_by_role("link", name="Whole week").click()
    expect(reader.locator("h1")).to_contain_text("Week")
    reader.get_by_role("link", name="Archive").click()
    reader.locator(".month td a").last.click()
    expect(reader.locator(".paper h2").first).to_be_visible()


def test_from_the_list_to_a_paper_to_its_author(reader: Page) -> None:
    title = reader.locator(".paper h2 a").first.inner_text()
    reader.locator(".paper h2 a").first.click()
    expect(reader.locator("h1")).to_have_text(title)
    author = reader.locator("p.authors a").first.inner_text()
    reader.locator("p.authors a").first.click()
    expect(reader.locator("h1")).to_have_text(author)
    expect(reader.locator(".paper h2").filter(has_text=title)).to_be_visible()


def test_search_works_without_a_script(reader: Page) -> None:
    reader.get_by_label("Search the papers").fill("hypernetworks")
    reader.keyboard.press("Enter")
    expect(reader.locator(".paper h2").first).to_contain_text(re.compile("hypernetwork", re.IGNORECASE))
    reader.get_by_text("More filters").click()
    reader.get_by_label("Published before").fill("1999")
    reader.get_by_role("button", name="Search").click()
    expect(reader.locator(".notice")).to_contain_text("No papers found")
    expect(reader.get_by_label("Published before")).to_have_value("1999")


def test_the_keyboard_comes_to_the_papers_first(chromium: Browser, site_url: str) -> None:
    page = chromium.new_page()
    page.goto(site_url)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the papers")).to_be_focused()
    page.close()


def test_on_paper_there_is_nothing_to_press(chromium: Browser, site_url: str) -> None:
    page = chromium.new_page()
    page.goto(site_url)
    page.emulate_media(media="print")
    expect(page.locator(".paper h2").first).to_be_visible()
    for gone in (".search", ".masthead nav ul", ".days"):
        expect(page.locator(gone)).to_be_hidden()
    page.close()
