"""The browser's protocol: what the adapter hears, and what it shows to whom."""

from __future__ import annotations

import re

import pytest

from bot.chat.event import ButtonPress, Command, Place, Reaction, Ref
from bot.chat.message import Action
from tests.fakes.core import FakeCore
from tests.platforms.webchat.conftest import Browser, mark, stream

PAPERS = Place("web", "home", "papers")


def action(piece: dict[str, str], name: str) -> str:
    return str(re.findall(rf'value="({name}\|[^"]*)"', piece["html"])[0])


async def test_a_command_reaches_the_core_with_its_text_and_sender(you: Browser, core: FakeCore) -> None:
    await you.say("/papers  diffusion 'a & b' | 100% ")
    (heard,) = core.heard
    assert isinstance(heard, Command)
    assert (heard.text, heard.place, heard.who.id, heard.who.admin) == ("diffusion 'a & b' | 100%", PAPERS, "you", True)


async def test_a_member_has_no_admin_rights(robin: Browser, core: FakeCore) -> None:
    await robin.say("/papers")
    assert [(event.who.id, event.who.admin) for event in core.heard] == [("robin", False)]


async def test_an_unknown_person_in_the_cookie_is_ignored(you: Browser, core: FakeCore) -> None:
    await you.become("root")
    await you.say("/papers")
    assert core.heard[0].who.id == "you"


async def test_a_press_carries_its_button_and_message(you: Browser, core: FakeCore) -> None:
    piece = (await you.say("/papers birds"))["pieces"][0]
    await you.post("/c/papers/press", action=action(piece, "page"), message=piece["id"])
    heard = core.heard[-1]
    assert isinstance(heard, ButtonPress)
    assert (heard.action, heard.message) == (Action("page", ("birds",)), Ref(PAPERS, piece["id"]))


async def test_a_reaction_belongs_to_its_thread_and_a_second_press_removes_it(you: Browser, core: FakeCore) -> None:
    parent = (await you.say("a message"))["pieces"][0]["id"]
    reply = (await you.say("a reply", thread=parent))["pieces"][0]["id"]
    for _ in range(2):
        await you.post("/c/papers/react", message=reply, emoji="👍")
    heard = [event for event in core.heard if isinstance(event, Reaction)]
    assert [event.added for event in heard] == [True, False]
    assert {event.message for event in heard} == {Ref(PAPERS.in_thread(parent), reply)}


@pytest.mark.parametrize(("message", "emoji"), [("nothing", "👍"), ("", ""), (None, "<b>"), (None, "👍👍")])
async def test_unknown_emoji_and_messages_are_ignored(
    you: Browser, core: FakeCore, message: str | None, emoji: str
) -> None:
    said = (await you.say("a message"))["pieces"][0]["id"]
    assert (await you.post("/c/papers/react", message=said if message is None else message, emoji=emoji)).ok
    assert core.heard == []


@pytest.mark.parametrize("wire", ["", "|", "%", "vote|" + "x" * 500, "🦉|" * 60, "\x00", "<script>"])
async def test_a_made_up_button_value_is_parsed_without_an_error(you: Browser, core: FakeCore, wire: str) -> None:
    assert (await you.post("/c/papers/press", action=wire, message="nothing", thread="nothing")).status == 200
    assert isinstance(core.heard[-1], ButtonPress)


async def test_plain_messages_do_not_reach_the_core(you: Browser, core: FakeCore) -> None:
    await you.say("papersplease, /papers is not a command here")
    assert "no command /paper" in (await you.say("/paper birds"))["toast"]
    assert core.heard == []


# ---- what is shown, and to whom


async def test_an_answer_is_for_the_asker_alone_until_it_is_shared(you: Browser, robin: Browser) -> None:
    since = await mark(robin)
    piece = (await you.say("/papers birds"))["pieces"][0]
    assert "Answer to birds" in await you.open()
    assert "Answer to birds" not in await robin.open()
    await you.say("said aloud")
    assert b"Answer to birds" not in await stream(robin, since, until=b"said aloud")
    shared = await (await you.post("/c/papers/press", action=action(piece, "share"))).json()
    assert shared["toast"] == "Shared."
    assert "Answer to birds" in await robin.open()


async def test_the_next_page_replaces_only_its_own_answer(you: Browser) -> None:
    answers = [(await you.say(f"/papers {asked}"))["pieces"][0] for asked in ("owls", "birds", "nests")]
    await you.post("/c/papers/press", action=action(answers[1], "page"), message=answers[1]["id"])
    page = await you.open()
    assert re.findall(r"Answer to (\w+)</h3>\s*<p[^>]*>page (\d)", page) == [
        ("owls", "1"),
        ("birds", "2"),
        ("nests", "1"),
    ]


async def test_one_can_not_turn_the_page_of_anothers_answer(you: Browser, robin: Browser) -> None:
    piece = (await you.say("/papers birds"))["pieces"][0]
    await robin.post("/c/papers/press", action=action(piece, "page"), message=piece["id"])
    assert "page 2" not in await you.open()


async def test_a_brief_answer_is_a_toast_and_no_answer_is_nothing(you: Browser) -> None:
    assert await you.say("/papers briefly") == {"toast": "Noted briefly.", "pieces": []}
    assert await you.say("/papers nothing") == {"toast": "", "pieces": []}


async def test_an_answer_in_a_thread_stays_in_the_thread(you: Browser) -> None:
    parent = (await you.say("a message"))["pieces"][0]["id"]
    piece = (await you.say("/papers birds", thread=parent))["pieces"][0]
    assert (piece["thread"], piece["pane"]) == (parent, "thread")
    assert "Answer to birds" in await you.open(f"/c/papers?thread={parent}")
    assert "Answer to birds" not in await you.open()


async def test_an_unknown_thread_means_the_channel(you: Browser) -> None:
    assert (await you.say("somewhere", thread="nothing"))["pieces"][0]["thread"] == ""


async def test_channels_are_separate(you: Browser) -> None:
    await you.post("/channels", name="#Night Owls")
    await you.post("/c/night-owls/say", text="hoo")
    assert "hoo" in await you.open("/c/night-owls")
    assert "hoo" not in await you.open("/c/papers")
    assert "# night-owls" in await you.open("/c/papers")


@pytest.mark.parametrize("name", ["", "   ", "../etc", "<b>", "-x", "ünï", "a/b"])
async def test_a_channel_without_a_valid_name_is_not_created(you: Browser, name: str) -> None:
    answer = await you.post("/channels", name=name)
    assert answer.headers["Location"].startswith("/c/papers?toast=")
    assert len(re.findall(r'data-name="', await you.open())) == 1


@pytest.mark.parametrize("path", ["/c/papers?toast=<b>x</b>", "/c/papers?thread=%22><b>x", "/c/papers?before='<b>x"])
async def test_the_query_string_can_not_inject_markup(you: Browser, path: str) -> None:
    assert "<b>x" not in await you.open(path)


async def test_a_person_is_sent_back_to_a_channel_and_nowhere_else(you: Browser) -> None:
    for stood, sent in (("papers", "/c/papers"), ("../../evil", "/"), ("//evil.example", "/"), ("", "/")):
        assert (await you.post("/person", person="robin", channel=stood)).headers["Location"] == sent
