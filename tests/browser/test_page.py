"""The main job in a real browser, against the real process: see the papers, vote, search, follow, schedule."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import answer, ask, become


def test_the_days_papers_are_there_as_a_thread(page: Page) -> None:
    expect(page.locator("#thread .card")).to_have_count(9)
    expect(page.locator("#stream h3").first).to_have_text("Papers for Friday, 29 May 2026")
    expect(page.locator("#stream .thread-link.has").first).to_have_text("9 replies")


def test_a_reaction_and_a_button_are_votes_and_the_card_follows(page: Page) -> None:
    reply = page.locator("#thread .message").nth(2)
    reply.locator(".picker summary").click()
    reply.get_by_label("React with 👍").click()
    expect(reply.locator(".chip")).to_have_text("👍 1")
    expect(reply.locator(".facts")).to_contain_text("1 vote here")
    become(page, "Robin")
    page.goto(page.url.partition("?")[0] + "?thread=newest")
    again = page.locator("#thread .message").nth(2)
    again.get_by_role("button", name="Vote").click()
    expect(page.locator(".toast")).to_contain_text("(2 votes here)")
    expect(again.locator(".facts")).to_contain_text("2 votes here")
    expect(again.get_by_role("button", name="Voted")).to_have_attribute("aria-pressed", "true")


def test_a_search_is_answered_and_similar_leads_on(page: Page) -> None:
    ask(page, "/papers hypernetworks")
    found = answer(page)
    expect(found).to_contain_text("only visible to you")
    expect(found.locator("h4").first).to_contain_text(re.compile("hypernetwork", re.IGNORECASE))
    found.get_by_role("button", name="Similar").first.click()
    expect(page.locator("#stream .private h3").last).to_contain_text("Similar to")


def test_commands_complete_while_typing(page: Page) -> None:
    page.locator("#text").press_sequentially("/papers tre")
    expect(page.locator("#choices li").first).to_contain_text("/papers trending")
    page.press("#text", "ArrowDown")
    page.press("#text", "Enter")
    expect(page.locator("#text")).to_have_value("/papers trending ")
    expect(page.locator("#choices li").first).to_have_text(re.compile(r"/papers trending \w+"))
    page.press("#text", "Escape")
    expect(page.locator("#choices")).to_be_hidden()


def test_a_command_in_the_help_fills_the_message_box(page: Page) -> None:
    ask(page, "/papers help")
    answer(page).get_by_text("/papers trending", exact=False).first.click()
    expect(page.locator("#text")).to_have_value(re.compile("^/papers trending ?$"))


def test_the_answer_to_a_button_opens_under_its_message(page: Page) -> None:
    reply = page.locator("#thread .message").nth(2)
    reply.get_by_role("button", name="Similar").click()
    expect(page.locator("#thread .message").nth(3)).to_contain_text("only visible to you")


def test_a_schedule_says_when_it_comes(page: Page) -> None:
    ask(page, "/papers schedule weekdays 09:00 Europe/Berlin")
    expect(answer(page).locator("h3")).to_have_text("Scheduled: weekdays at 09:00 (Europe/Berlin)")
    assert answer(page).inner_text().count("09:00 (Europe/Berlin)") == 4


def test_who_may_not_schedule_is_told_so(page: Page) -> None:
    become(page, "Robin")
    ask(page, "/papers schedule daily 10:00")
    expect(answer(page)).to_contain_text("Only an admin can use")


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
    expect(answer(page)).to_contain_text("Papers on")
    context.close()


def test_the_first_tab_shows_the_way_to_the_message_box_and_moves_nothing(page: Page) -> None:
    page.wait_for_load_state()
    before = page.locator("main").bounding_box()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to message box")).to_be_focused()
    assert page.locator("main").bounding_box() == before
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_be_focused()


def test_a_thread_can_be_read_and_closed_by_keyboard(page: Page) -> None:
    page.goto(page.url.partition("?")[0])
    page.locator(".thread-link.has").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread .card").first).to_be_visible()
    page.wait_for_load_state()  # the page is shown before its script listens to keys
    page.keyboard.press("Escape")
    expect(page.locator("aside.thread")).to_be_hidden()
