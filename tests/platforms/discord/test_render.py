"""What is rendered shows exactly the words it was given, and Discord takes whatever `fit` makes."""

from __future__ import annotations

import re
from html import unescape
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import render
from adapters.discord.delivery_mark import has_key, ids_of_key, walk_components
from adapters.discord.escape import href, markdown, utf16_units, width
from adapters.discord.modals import render_modal, submitted
from adapters.discord.render import LIMITS, action_of, message_payload
from bot.chat.fit import fit
from bot.chat.form import Field, Form
from bot.chat.message import (
    Action,
    Bullets,
    Button,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
    Text,
    text,
)
from bot.sources.files import read_papers
from bot.views.card import card
from tests.builders import SHARED, needs_shared
from tests.fakes.discord.limits import check_message
from tests.fakes.discord.mentions import pings as woken
from tests.preview.discord import html, inline
from tests.preview.discord import markdown as shown

NASTY = st.text(alphabet="ab1 .*_~`|<>@#:/[]()\\-+!&é🦉\n\u202e", min_size=1, max_size=60)
TRAPS = (
    "@everyone and @here",
    "<@123> <@!123> <@&5> <#77> <:owl:9> <a:owl:9> <t:1700000000:R> </papers:3> <id:guide>",
    "**b** __u__ *i* _i_ ~~s~~ ||spoiler|| `c` ```block```",
    "[a link](https://evil.example) <https://evil.example> https://evil.example",
    "# one\n## two\n-# small\n> quote\n>>> quotes\n- item\n* item\n+ item\n1. item\n2) item",
    "\\*not escaped\\* \\",
    "x" * 5_000,
    "🦉" * 3_000,
    "a [ b ] c ] d [",
    ":100: in a title :tada::+1: (:thumbsup::skin-tone-3:) at 09:00",
)


def read_back(wire: str) -> str:
    """What a reader sees of a line, without our seams."""
    return unescape(re.sub(r"<[^>]+>", "", inline(wire))).replace("\u200b", "")


def words_of(run: Text) -> str:
    return "".join(span.text for span in run).replace("\u202e", "")


plain_runs = st.lists(NASTY.map(Span), min_size=1, max_size=4).map(tuple)
styled = st.builds(Span, NASTY, bold=st.booleans(), italic=st.booleans(), code=st.booleans())


@settings(max_examples=400, deadline=None)
@given(plain_runs)
def test_plain_words_only_show(run: Text) -> None:
    for wire, words in zip(markdown(run).split("\n"), words_of(run).split("\n"), strict=True):
        assert not re.search(r"<(?!br|div|/div)", shown(wire)), wire
        assert read_back(wire) == words


@pytest.mark.parametrize("words", TRAPS, ids=range(len(TRAPS)))
def test_what_would_do_something_only_shows(words: str) -> None:
    for wire in markdown(text(words)).split("\n"):
        assert not re.search(r"<(?!br|div|/div)", shown(wire))
    assert "\n".join(map(read_back, markdown(text(words)).split("\n"))) == words


@settings(max_examples=300, deadline=None)
@given(st.lists(styled, min_size=1, max_size=4).map(tuple))
def test_styled_words_lose_none_and_leak_none(run: Text) -> None:
    said = " ".join(words_of(run).split())
    assert " ".join(read_back(" ".join(markdown(run).split())).split()) == said


def test_styles_and_links_show_as_such() -> None:
    run = text(Span("b", bold=True), Span("i", italic=True), Span("c", code=True), Span("d", code=True))
    assert inline(markdown(run)).replace("\u200b", "") == "<b>b</b><i>i</i><code>c</code><code>d</code>"
    link = markdown(text(Span("HyperNetworks [v2]", url="https://arxiv.org/abs/1609.09106")))
    assert inline(link) == '<a href="https://arxiv.org/abs/1609.09106">HyperNetworks [v2]</a>'


def test_a_channel_is_shown_by_its_name_and_nothing_else_passes_for_one() -> None:
    assert markdown(text("in ", Span("1234", channel=True))) == "in <#1234>"
    assert markdown(text(Span("1234> @everyone", channel=True))) == "1234> \\@everyone"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "http://[", "ftp://x.org", "https://x.org/" + "a" * 600, "//x.org", ""]
)
def test_what_is_no_address_is_no_link(url: str) -> None:
    assert href(url) == ""
    assert markdown(text(Span("word", url=url))) == "word"


@given(st.text(alphabet="ab)(*_<>| \\`\"'[]é", max_size=40))
def test_an_address_can_not_end_its_link(tail: str) -> None:
    wire = markdown(text(Span("word", url=f"https://x.org/{tail}", bold=True), " after"))
    assert re.fullmatch(r'<b><a href="https://x\.org/[^"<>]*">word</a></b> after', inline(wire))


@given(plain_runs)
def test_width_is_what_is_sent_or_more(run: Text) -> None:
    assert utf16_units(markdown(run)) <= width(run)
    assert width(run) == sum(width((span,)) for span in run)


words = st.one_of(st.text(max_size=500), NASTY, st.sampled_from(TRAPS))
urls = st.one_of(st.sampled_from(["https://arxiv.org/abs/1", "javascript:x", "https://x.org/" + "(" * 300, ""]), words)
runs = st.lists(
    st.builds(Span, words, bold=st.booleans(), italic=st.booleans(), code=st.booleans(), url=urls), max_size=5
).map(tuple)
actions = st.sampled_from([Action("vote", ("arxiv:1",)), Action("page", ("%|~",)), Action("x" * 100), Action("pick")])
controls = st.lists(
    st.one_of(
        st.builds(Button, label=words, action=actions, style=st.sampled_from(["plain", "primary", "pressed"])),
        st.builds(LinkButton, label=words, url=urls),
    ),
    max_size=7,
).map(tuple)
cards = st.builds(
    Card, paper=st.just("p"), title=words, url=urls, byline=words, summary=words, facts=runs, why=words, body=words,
    controls=controls,
)  # fmt: skip
blocks = st.one_of(
    words.map(Heading), runs.map(Paragraph), runs.map(Footnote), st.lists(runs, max_size=4).map(tuple).map(Bullets),
    cards, cards, controls.map(Controls), st.lists(cards, max_size=4).map(tuple).map(Papers),
)  # fmt: skip
messages = st.builds(Message, plain=words.filter(str.strip), blocks=st.lists(blocks, max_size=25).map(tuple))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(messages)
def test_discord_takes_whatever_fit_makes(message: Message) -> None:
    for page in fit(message, LIMITS, width):
        body = message_payload(page, ids=ids_of_key("key"))
        check_message(body)
        assert has_key({"components": body["components"]}, "key")
        assert not has_key({"components": body["components"]}, "other")
        assert html(body)


@settings(max_examples=60, deadline=None)
@given(st.lists(cards, max_size=6), st.lists(controls.map(Controls), min_size=4, max_size=19))
def test_every_press_is_there_however_many_there_are(papers: list[Card], rows: list[Controls]) -> None:
    for page in fit(Message(plain="x", blocks=(*papers, *rows)), LIMITS, width):
        body = message_payload(page)
        check_message(body)
        offered = {
            (control.label, control.action)
            for block in page.blocks
            if isinstance(block, Card | Controls)
            for control in (block.controls if isinstance(block, Card) else block.items)
            if isinstance(control, Button)
        }
        assert {action for _, action in offered} == set(pressable(body))


def pressable(body: render.Json) -> list[Action]:
    """All that can be pressed or picked, as it comes back."""
    found: list[Action] = []
    for part in walk_components(body["components"]):
        if part["type"] == render.MENU:
            found += [action_of(part["custom_id"], [option["value"]]) for option in part["options"]]
        elif part["type"] == render.BUTTON and "custom_id" in part:
            found.append(action_of(part["custom_id"], []))
    return found


def test_two_buttons_that_do_the_same_can_stand_in_one_message() -> None:
    again = Button(label="Vote", action=Action("vote", ("arxiv:1",)))
    body = message_payload(Message(plain="x", blocks=(Controls((again, again)),)))
    check_message(body)
    assert pressable(body) == [again.action, again.action]


def test_five_papers_with_all_their_buttons_stand_in_boxes_of_one_message() -> None:
    from tests.builders import paper

    more = tuple(Button(label=name, action=Action(name)) for name in ("page", "share"))
    message = Message(
        plain="x",
        blocks=(Heading("5 papers"), *(card(paper(n)) for n in range(5)), Footnote(text("note")), Controls(more)),
    )
    (page,) = fit(message, LIMITS, width)
    kinds = [part["type"] for part in walk_components(message_payload(page)["components"])]
    assert kinds.count(render.BOX) == 5
    assert kinds.count(render.BUTTON) == 22


@pytest.mark.slow
@needs_shared
def test_two_thousand_real_papers_are_taken() -> None:
    papers = islice(
        (listing.paper for batch in read_papers(SHARED / "hf-daily-papers") for listing in batch.listings), 2_000
    )
    count = 0
    for paper in papers:
        message = Message(plain=paper.title, blocks=(card(paper, summary=paper.offered_summary, body=True),))
        for page in fit(message, LIMITS, width):
            body = message_payload(page, ids=ids_of_key(paper.id))
            check_message(body)
            content = next(
                part["content"] for part in walk_components(body["components"]) if part["type"] == render.TEXT
            )
            assert paper.title.split()[0] in read_back(content.split("\n")[0]), content
        count += 1
    assert count == 2_000


class TestForms:
    def test_a_form_is_a_dialog_that_comes_back_as_it_was_filled_in(self) -> None:
        form = Form(
            title="Schedule papers",
            action=Action("schedule", ("x",)),
            fields=(
                Field(name="when", label="When", hint="daily 09:00", required=True),
                Field(name="query", label="Topic", value="nets"),
                Field(name="top", label="How many", choices=(("5", "Five"), ("10", "Ten")), value="10"),
                Field(name="ping", label="Role", role=True, value="77"),
            ),
        )
        dialog = render_modal(form, has_roles=False)
        assert (dialog["custom_id"], dialog["title"]) == ("schedule|x", "Schedule papers")
        assert [part["component"]["type"] for part in dialog["components"]] == [4, 4, 3]
        assert html(dialog)
        in_server = render_modal(form, has_roles=True)["components"][-1]["component"]
        assert (in_server["type"], in_server["default_values"]) == (6, [{"id": "77", "type": "role"}])
        sent = [
            {"type": 18, "component": {"type": 4, "custom_id": "when", "value": "daily 09:00"}},
            {"type": 18, "component": {"type": 3, "custom_id": "top", "values": ["5"]}},
            {"type": 18, "component": {"type": 3, "custom_id": "none", "values": []}},
        ]
        assert submitted(sent) == {"when": "daily 09:00", "top": "5", "none": ""}


def test_code_of_several_lines_is_a_block_in_which_nothing_is_interpreted() -> None:
    assert markdown((Span("@misc{a,\n  title = {*b* <@1>},\n}", code=True),)) == (
        "```\n@misc{a,\n  title = {*b* <@1>},\n}\n```"
    )
    assert "```" not in markdown((Span("a\n```\n@everyone", code=True),))


def test_the_people_of_a_post_are_notified_and_no_one_else() -> None:
    facts = text("near to what ", Span("42", person=True, tie="notified"), " reads", Span("7", person=True))
    shown = Card(paper="p", title="@everyone", url="https://example.org", facts=facts)
    payload = message_payload(Message(plain="A paper", blocks=(shown,), pings=("42", "everyone", "@here", "<@&5>")))
    assert payload["allowed_mentions"] == {"parse": [], "users": ["42"]}
    assert woken(payload) == ["@42"]
    assert woken(message_payload(Message(plain="A paper", blocks=(shown,)))) == []
