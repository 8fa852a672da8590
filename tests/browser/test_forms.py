"""Forms, menus and shared papers in a real browser, with and without its script."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answer, ask


def test_a_schedule_is_filled_in_mended_seen_and_kept_by_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/c/forms")
    ask(page, "/papers schedule")
    expect(page.get_by_label("When")).to_be_focused()
    page.keyboard.type("now and then")
    page.get_by_label("Topic").fill("hypernetworks")
    page.keyboard.press("Enter")
    expect(answer(page).locator(".wrong")).to_contain_text("now and then")
    expect(page.get_by_label("Topic")).to_have_value("hypernetworks")
    expect(page.get_by_label("When")).to_be_focused()
    page.get_by_label("When").fill("weekdays 09:00 Europe/Berlin")
    page.get_by_label("Layout").select_option(value="compact")
    page.keyboard.press("Enter")
    expect(answer(page)).to_contain_text("as a digest,")
    keep = page.get_by_role("button", name="Schedule it")
    expect(keep).to_be_focused()
    page.keyboard.press("Enter")
    expect(answer(page).locator("h3")).to_have_text("Scheduled: weekdays at 09:00 (Europe/Berlin)")
    expect(page.locator("#stream .private")).to_have_count(1)


def test_what_was_typed_into_a_form_survives_a_reload(page: Page, url: str) -> None:
    page.goto(f"{url}/c/drafts")
    ask(page, "/papers schedule")
    page.get_by_label("Topic").fill("half a thou")
    page.reload()
    expect(page.get_by_label("Topic")).to_have_value("half a thou")


def test_a_form_can_be_filled_in_without_javascript(chromium: Browser, url: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/c/plain")
    ask(page, "/papers schedule")
    page.get_by_label("When").fill("weekdays 08:15 UTC")
    page.get_by_role("button", name="Preview").click()
    expect(answer(page).locator("h3").first).to_have_text("Weekdays at 08:15 (UTC)", ignore_case=True)
    answer(page).get_by_text("Change and send again").click()
    expect(page.get_by_label("When")).to_have_value("weekdays 08:15 UTC")
    page.get_by_role("button", name="Schedule it").click()
    expect(answer(page).locator("h3")).to_have_text("Scheduled: weekdays at 08:15 (UTC)")
    context.close()


def test_a_shared_paper_gets_its_card_and_can_be_saved_from_the_menu(page: Page, url: str) -> None:
    page.goto(f"{url}/c/links")
    ask(page, "Worth a look: https://arxiv.org/abs/2508.09968.")
    said = page.locator("#stream .message").last
    expect(said.locator("a[href='https://arxiv.org/abs/2508.09968']")).to_be_visible()
    expect(said.locator(".thread-link")).to_have_text("1 reply")
    said.hover()
    said.get_by_label("More actions").click()
    said.get_by_role("button", name="Save this paper").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    said.locator(".thread-link").click()
    expect(page.locator("#thread .card h3")).to_have_text(re.compile("Noise Hypernetworks"))


def test_a_menu_closes_with_escape_and_gives_the_focus_back(page: Page, url: str) -> None:
    page.goto(f"{url}/c/menus")
    ask(page, "nothing much")
    more = page.locator("#stream .message").last.get_by_label("More actions")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save this paper")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Save this paper")).to_be_hidden()
    expect(more).to_be_focused()
