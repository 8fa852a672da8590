"""Forms on the page: shown to one person, sent, mended, replaced by their answer. All of it without a script."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from bot.app.build import App
from bot.chat.event import FormSubmission, Place
from bot.chat.message import Action
from tests.fakes.core import FORM, FakeCore
from tests.platforms.webchat.conftest import Browser

PAPERS = Place("web", "home", "papers")


async def asked(browser: Browser, command: str = "/papers schedule", **form: str) -> dict[str, str]:
    """A message with a form."""
    piece: dict[str, str] = (await browser.say(command, **form))["pieces"][0]
    assert "/c/papers/submit" in piece["html"]
    return piece


async def send(browser: Browser, piece: dict[str, str], **values: str) -> dict[str, Any]:
    fields = {f"field-{name}": value for name, value in values.items()}
    here = {"message": piece["id"], "thread": piece["thread"], "action": "schedule"}
    answer: dict[str, Any] = await (await browser.post("/c/papers/submit", **here, **fields)).json()
    return answer


def entries(shown: str) -> dict[str, str]:
    """What stands in the fields of a page."""
    typed = dict(re.findall(r'<input[^>]* name="field-([a-z]+)"[^>]* value="([^"]*)"', shown))
    lists = re.findall(r'<select[^>]* name="field-([a-z]+)"[^>]*>(.*?)</select>', shown, re.DOTALL)
    picked = {name: "".join(re.findall(r'<option value="([^"]*)" selected', options)) for name, options in lists}
    return {name: html.unescape(value) for name, value in (typed | picked).items()}


def folded(shown: str) -> bool:
    return "<details" in shown.partition("/submit")[0]


# ---- shown


async def test_a_form_has_a_title_labels_hints_choices_and_a_button(you: Browser) -> None:
    shown = (await asked(you))["html"]
    assert ">Schedule papers</h3>" in shown
    assert re.search(r'<label for="(\S+)">When <span class="must">required</span></label>\s*<input id="\1"', shown)
    assert re.search(r'aria-describedby="(\S+)".*<p class="hint" id="\1">weekdays 09:00</p>', shown, re.DOTALL)
    assert re.findall(r'<option value="(\w+)"( selected)?>([^<]+)<', shown) == [
        ("thread", " selected", "A thread"),
        ("compact", "", "Compact"),
    ]
    assert '<button class="primary">Continue</button>' in shown
    assert "Say when." not in shown  # that is for platforms without forms
    assert "only visible to you" in shown


async def test_a_form_is_for_the_asker_alone_and_still_there_on_the_next_page(you: Browser, robin: Browser) -> None:
    await asked(you)
    assert "Schedule papers" in await you.open()
    assert "Schedule papers" not in await robin.open()


async def test_a_button_can_bring_a_form_too(you: Browser) -> None:
    answer = await (await you.post("/c/papers/press", action="schedule")).json()
    assert "Schedule papers" in answer["pieces"][0]["html"]


# ---- sent


async def test_a_form_is_submitted_with_its_own_action_and_values(you: Browser, core: FakeCore) -> None:
    piece = await asked(you)
    here = {"message": piece["id"], "action": "forget-me", "field-when": " daily 18:00 ", "field-layout": "compact"}
    await you.post("/c/papers/submit", **here, other="x", **{"field-other": "y"})
    heard = core.heard[-1]
    assert isinstance(heard, FormSubmission)
    assert (heard.action, heard.place, heard.who.id) == (FORM.action, PAPERS, "you")
    assert heard.values == {"when": "daily 18:00", "layout": "compact"}


async def test_the_answer_takes_the_forms_place_and_the_form_is_folded_away(you: Browser) -> None:
    piece = await asked(you)
    (sent,) = (await send(you, piece, when="daily 18:00", layout="compact"))["pieces"][:1]
    assert sent["id"] == piece["id"]
    assert "Answer to when=daily 18:00 layout=compact" in sent["html"]
    assert folded(sent["html"])
    assert entries(sent["html"]) == {"when": "daily 18:00", "layout": "compact"}
    assert (await you.open()).count("/submit") == 1


async def test_the_next_press_removes_the_form(you: Browser) -> None:
    piece = await asked(you)
    await send(you, piece, when="daily 18:00")
    await you.post("/c/papers/press", action="page|next", message=piece["id"])
    page = await you.open()
    assert "page 2" in page
    assert "/submit" not in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"when": "", "layout": "compact"}, "Fill in “When”."),
        ({"when": "x" * 301, "layout": "compact"}, "“When” is too long: the limit is 300 characters."),
        ({"when": "daily", "layout": "a poster"}, "“Layout” must be one of its choices."),
    ],
)
async def test_errors_are_shown_with_the_form_and_the_input_is_kept(
    you: Browser, core: FakeCore, values: dict[str, str], told: str
) -> None:
    piece = await asked(you)
    heard = len(core.heard)
    (shown,) = (await send(you, piece, **values))["pieces"][:1]
    assert (shown["id"], len(core.heard)) == (piece["id"], heard)
    assert told in shown["html"]
    assert not folded(shown["html"])
    assert entries(shown["html"])["when"] == values["when"]


async def test_form_input_comes_back_as_plain_text(you: Browser) -> None:
    typed = '"><script>alert(1)</script>&amp;'
    (shown,) = (await send(you, await asked(you), when=typed, layout="a poster"))["pieces"][:1]
    assert "<script>" not in shown["html"]
    assert entries(shown["html"])["when"] == typed


async def test_one_can_not_fill_in_anothers_form(you: Browser, robin: Browser, core: FakeCore) -> None:
    piece = await asked(you)
    await send(robin, piece, when="daily 18:00")
    assert core.heard[-1].who.id == "robin"  # what Robin may do is the core's to say
    assert "Answer to" not in await you.open()
    assert entries(await you.open())["when"] == ""


async def test_a_form_from_before_a_restart_still_works(you: Browser, core: FakeCore) -> None:
    answer = await send(you, {"id": "gone", "thread": ""}, when="daily 18:00")
    heard = core.heard[-1]
    assert isinstance(heard, FormSubmission)
    assert (heard.action, heard.values) == (Action("schedule"), {"when": "daily 18:00"})
    assert "Answer to when=daily 18:00" in answer["pieces"][0]["html"]


async def test_a_form_in_a_thread_stays_in_the_thread(you: Browser, core: FakeCore) -> None:
    parent = (await you.say("a message"))["pieces"][0]["id"]
    piece = await asked(you, thread=parent)
    (sent,) = (await send(you, piece, when="daily"))["pieces"][:1]
    assert (sent["thread"], core.heard[-1].place) == (parent, PAPERS.in_thread(parent))


async def test_without_javascript_a_form_redirects_to_the_page(you: Browser) -> None:
    piece = await asked(you)
    form = {"message": piece["id"], "csrf": you.csrf, "field-when": "daily"}
    answer = await you.post("/c/papers/submit", headers={"Accept": "text/html", "X-CSRF": ""}, **form)
    assert (answer.status, answer.headers["Location"]) == (303, "/c/papers#end")
    assert "Answer to when=daily" in await you.open()


# ---- with the real core


async def test_a_schedule_is_mended_previewed_and_then_kept(browser: Browser, app_url: tuple[App, str]) -> None:
    app, _ = app_url
    before = len(await app.store.subscriptions.in_place(PAPERS))
    piece = await asked(browser)
    (wrong,) = (await send(browser, piece, when="sometimes", query="hypernetworks"))["pieces"][:1]
    assert "I can&#39;t read a time in" in wrong["html"]
    assert entries(wrong["html"])["query"] == "hypernetworks"
    assert not folded(wrong["html"])
    (preview,) = (await send(browser, piece, when="weekdays 09:00 UTC", query="hypernetworks"))["pieces"][:1]
    assert "Nothing is saved until you press the button" in preview["html"]
    assert len(await app.store.subscriptions.in_place(PAPERS)) == before
    keep = html.unescape(re.findall(r'value="(confirm\|[^"]+)"', preview["html"])[0])
    (kept,) = (await (await browser.post("/c/papers/press", action=keep, message=piece["id"])).json())["pieces"][:1]
    assert "Scheduled: weekdays at 09:00 (UTC)" in kept["html"]
    assert "/submit" not in kept["html"]
    assert len(await app.store.subscriptions.in_place(PAPERS)) == before + 1


async def test_the_form_of_a_member_who_can_not_schedule_is_refused(browser: Browser, app_url: tuple[App, str]) -> None:
    app, _ = app_url
    before = await app.store.subscriptions.in_place(PAPERS)
    piece = await asked(browser)
    await browser.become("robin")
    (shown,) = (await send(browser, piece, when="daily 10:00"))["pieces"][:1]
    assert "Only an admin can use" in shown["html"]
    assert await app.store.subscriptions.in_place(PAPERS) == before
