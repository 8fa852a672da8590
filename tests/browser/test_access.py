"""Everybody can use it: axe finds nothing to say against any view, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import answer, ask

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

WIDE, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=390, height=844)


@pytest.fixture(params=["light", "dark"])
def view(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, color_scheme=request.param, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def found(page: Page) -> str:
    """What axe has to say, empty when nothing."""
    result = axe.Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    return result.generate_report() if result.violations_count else ""


def test_the_channel_and_an_open_thread(view: Page, url: str) -> None:
    view.goto(url)
    expect(view.locator("#thread .card")).to_have_count(9)
    assert found(view) == ""
    view.locator("#thread .picker summary").first.click()
    assert found(view) == ""
    view.goto(f"{url}/c/papers")
    assert found(view) == ""


def test_an_empty_channel(view: Page, url: str) -> None:
    view.goto(f"{url}/c/nothing-yet")
    assert found(view) == ""


def test_a_form_and_what_came_of_it(view: Page, url: str) -> None:
    view.goto(f"{url}/c/access")
    ask(view, "/papers schedule")
    expect(view.get_by_label("When").last).to_be_focused()
    assert found(view) == ""
    view.keyboard.type("sometimes")
    view.keyboard.press("Enter")
    expect(answer(view).locator(".wrong")).to_be_visible()
    assert found(view) == ""
    view.get_by_label("When").last.fill("weekdays 09:00")
    view.keyboard.press("Enter")
    expect(answer(view).get_by_role("button", name="Schedule it")).to_be_visible()
    assert found(view) == ""


@pytest.mark.parametrize("asked", ["hypernetworks", "show 2508.09968", "home", "help", "zqxv"])
def test_private_answers(view: Page, url: str, asked: str) -> None:
    channel = asked.partition(" ")[0]
    view.goto(f"{url}/c/{channel}")
    ask(view, f"/papers {asked}")
    expect(answer(view)).to_be_visible()
    assert found(view) == ""


def test_the_thread_of_a_shared_paper(view: Page, url: str) -> None:
    view.goto(f"{url}/c/shared")
    ask(view, "https://arxiv.org/abs/2508.09968")
    view.locator("#stream .message").last.get_by_text("1 reply").click()
    expect(view.locator("#thread .card")).to_be_visible()
    assert found(view) == ""


def test_what_people_say_with_its_menu_and_completions(view: Page, url: str) -> None:
    view.goto(f"{url}/c/people")
    ask(view, "Look at https://example.org/ today")
    said = view.locator("#stream .message").last
    said.hover()
    said.get_by_label("More actions").click()
    assert found(view) == ""
    view.keyboard.press("Escape")
    view.locator("#text").press_sequentially("/papers tre")
    expect(view.locator("#choices li").first).to_contain_text("/papers trending")
    view.keyboard.press("ArrowDown")
    assert found(view) == ""


def test_on_a_phone(view: Page, url: str) -> None:
    view.set_viewport_size(PHONE)
    view.goto(url)
    assert found(view) == ""
    view.get_by_role("button", name="Channels").click()
    expect(view.locator(".side li").first).to_be_visible()
    assert found(view) == ""
    view.goto(f"{url}/c/phone")
    ask(view, "/papers schedule")
    expect(view.get_by_label("When").last).to_be_focused()
    assert found(view) == ""
