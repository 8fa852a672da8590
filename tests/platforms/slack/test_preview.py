"""The preview shows what a payload holds, all of it, and nothing in it comes alive."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.slack.outbound import modals
from adapters.slack.outbound.elements import width
from adapters.slack.outbound.render import LIMITS, payload
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.form import Field, Form
from bot.chat.message import Action, Message
from bot.views.card import card
from tests.builders import paper
from tests.platforms.slack.test_render import messages
from tests.preview.slack import html

TAGS = {
    "div",
    "ol",
    "span",
    "h3",
    "p",
    "pre",
    "a",
    "ul",
    "li",
    "strong",
    "em",
    "code",
    "label",
    "i",
    "header",
    "footer",
}


class Page(HTMLParser):
    """Keeps the words and the tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"class", "href", "start"}
        self.links += [value or "" for name, value in attrs if name == "href"]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(messages)
def test_any_message_has_a_preview_in_which_nothing_comes_alive(message: Message) -> None:
    for page in fit(message, LIMITS, width):
        shown = Page(html(payload(page)))
        assert shown.tags <= TAGS
        assert all(link.startswith(("http://", "https://")) for link in shown.links)
    html(modals.message_modal(message, Place("slack", "T1", "C1")))
    html(modals.home_view(message, Place("slack", "T1", "D1")))


def test_a_card_shows_all_it_says() -> None:
    message = Message(
        plain="x", blocks=(card(paper(7, "Owls & <mice>", upvotes=12), summary="A line.", why="a reason"),)
    )
    words = " ".join(Page(html(payload(message))).words)
    for said in ("Owls & <mice>", "A line.", "▲ 12 on Hugging Face", "a reason", "Vote", "Similar"):
        assert said in words


def test_a_dialog_shows_its_fields() -> None:
    form = Form(title="Make a schedule", action=Action("s"), fields=(Field(name="when", label="When", value="mon"),))
    words = " ".join(Page(html(modals.form_modal(form, Place("slack", "T1", "C1")))).words)
    assert all(said in words for said in ("Make a schedule", "When", "(optional)", "mon", "Continue", "Close"))


def test_what_it_does_not_know_it_refuses() -> None:
    with pytest.raises(ValueError, match="video"):
        html({"blocks": [{"type": "video"}]})
