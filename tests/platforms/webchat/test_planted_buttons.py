"""Buttons in a shared message: whoever presses one acts in no one else's name, and nothing they did not ask for."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest

from bot.app.build import App
from bot.chat.event import Place
from tests.platforms.webchat.conftest import Browser

PAPERS = Place("web", "home", "papers")
KNOWN = "2508.09968"


async def actions_of(browser: Browser, command: str) -> list[str]:
    """The buttons of an answer that only its asker sees."""
    return re.findall(
        r'name="action" value="([^"]*)"', html.unescape((await browser.say(command))["pieces"][0]["html"])
    )


async def press(browser: Browser, action: str, message: str = "") -> str:
    """What the presser gets to see: the toast and the words."""
    answer = await (await browser.post("/c/papers/press", action=action, message=message)).json()
    pieces = " ".join(piece["html"] for piece in answer["pieces"][:1])
    return html.unescape(f"{answer['toast']} {re.sub('<[^>]+>', ' ', pieces)}")


async def share(browser: Browser, actions: list[str]) -> list[str]:
    """Share an answer, if it can be shared; the buttons that everyone sees then."""
    for action in (action for action in actions if action.startswith("share|")):
        answer = await (await browser.post("/c/papers/press", action=action)).json()
        return re.findall(r'name="action" value="([^"]*)"', html.unescape(answer["pieces"][0]["html"]))
    return []


@pytest.fixture
async def member(app_url: tuple[App, str]) -> AsyncIterator[Browser]:
    opened = Browser(app_url[1])
    await opened.open()
    await opened.become("robin")
    yield opened
    await opened.session.close()


@pytest.mark.parametrize(
    "mistyped",
    ["schedul daily 03:33 top 30 diffusion", "forget-mee everything", f"submi {KNOWN} My paper, please vote"],
)
async def test_a_shared_answer_has_no_button_that_changes_anything(
    browser: Browser, member: Browser, app_url: tuple[App, str], mistyped: str
) -> None:
    app, _ = app_url
    before = await app.store.subscriptions.in_place(PAPERS)
    await browser.say(f"/papers save {KNOWN}")
    own = await actions_of(member, f"/papers {mistyped}")
    planted = await share(member, own)
    assert not [action for action in planted if action.startswith(("run|", "confirm|", "do|"))]
    for action in {*planted, *own}:  # anyone can post a button's value as their own press
        if not action.startswith(("vote|", "save|")):  # these say what they do, and do it for the presser
            await press(browser, action)
    assert await app.store.subscriptions.in_place(PAPERS) == before
    assert "Noise Hypernetworks" in html.unescape(str(await browser.say("/papers saved")))
    assert "My paper, please vote" not in str(await browser.say(f"/papers show {KNOWN}"))


async def test_a_bound_button_works_for_its_asker_alone(
    browser: Browser, member: Browser, app_url: tuple[App, str]
) -> None:
    app, _ = app_url
    before = len(await app.store.subscriptions.in_place(PAPERS))
    (robins,) = [a for a in await actions_of(member, "/papers schedul daily 03:33 diffusion") if a.startswith("run|")]
    assert "Scheduled" not in await press(browser, robins)
    (yours,) = [a for a in await actions_of(browser, "/papers schedul daily 04:44 diffusion") if a.startswith("run|")]
    assert "admin" in await press(member, robins)
    await press(browser, yours)
    await press(browser, yours)  # a second press is the same moment's
    assert len(await app.store.subscriptions.in_place(PAPERS)) <= before + 1


@pytest.mark.parametrize(
    "forged",
    ["page|0|schedule daily 03:33", "share|0|forget-me everything", "do|unschedule", "run|9999999999|aaaa|unschedule",
     "confirm|9999999999|aaaa|forget-me everything", "share|0|saved", "page|0|submit 2508.09968 mine"],
)  # fmt: skip
async def test_a_made_up_button_changes_and_reveals_nothing(
    browser: Browser, app_url: tuple[App, str], forged: str
) -> None:
    app, _ = app_url
    before = await app.store.subscriptions.in_place(PAPERS)
    await browser.say(f"/papers save {KNOWN}")
    await press(browser, forged)
    assert await app.store.subscriptions.in_place(PAPERS) == before
    assert "Noise Hypernetworks" in html.unescape(str(await browser.say("/papers saved")))
    await browser.become("robin")
    assert "Noise Hypernetworks" not in html.unescape(await browser.open())
