"""The promises of tests/contract that a platform without edits and reactions can keep."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from adapters.email import make
from adapters.email.sending.adapter import EmailAdapter
from bot.chat.adapter import (
    CanCountReactions,
    CanEdit,
    CanFind,
    CanInvite,
    CanListen,
    CanMessageUser,
    CanPost,
    HasDoctor,
    Setup,
)
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.message import (
    Bullets,
    Card,
    Controls,
    Footnote,
    Heading,
    LinkButton,
    Message,
    Papers,
    Paragraph,
    Span,
    text,
)
from bot.clock import FixedClock
from bot.errors import ConfigError, Refused
from bot.store.sql import Store
from bot.views.card import card
from tests.builders import NOW, paper
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail
from tests.platforms.email.conftest import Make, options

HOSTILE = (
    "<script>alert(1)</script>",
    "<!channel> <@U123> @everyone @here",
    "[a link](https://evil.example) <https://evil.example|safe>",
    "right\u202eto left",
    "&lt;b&gt; &amp; \x00\x07",
    "one\r\nBcc: everybody@example.org\r\n\r\nanother mail",
    ".\r\nMAIL FROM:<x@example.org>",
    "🦉" * 500,
    "x" * 10_000,
    "half a \ud83e pair",
)


def says(words: str) -> Message:
    return Message(plain=words, blocks=(Paragraph(text(words)),))


def test_it_declares_what_it_can_do(adapter: EmailAdapter) -> None:
    protocols = (CanPost, CanFind, CanEdit, CanCountReactions, CanMessageUser, CanInvite, HasDoctor, CanListen)
    declared = {p.__name__ for p in protocols if isinstance(adapter, p)}
    assert declared == {"CanPost", "CanFind", "CanInvite", "HasDoctor", "CanListen"}


async def test_the_same_key_is_the_same_mail(adapter: EmailAdapter, place: Place, server: FakeMail) -> None:
    first = await adapter.post(place, says("one"), key="key-1")
    again = await adapter.post(place, says("one"), key="key-1")
    other = await adapter.post(place, says("two"), key="key-2")
    assert first == again != other
    assert [received.mail["Message-ID"] for received in server.received] == [f"<{first.id}>", f"<{other.id}>"]


async def test_a_mail_is_found_by_its_key_after_a_restart(adapter_of: Make, place: Place, server: FakeMail) -> None:
    ref = await adapter_of().post(place, says("one"), key="key-1")
    adapter = adapter_of()
    assert await adapter.find_post(place, key="key-1", since=NOW) == ref
    assert await adapter.find_post(place, key="key-9", since=NOW) is None
    assert await adapter.post(place, says("one"), key="key-1") == ref
    assert len(server.received) == 1


async def test_a_reply_refers_to_the_mail_it_answers(adapter: EmailAdapter, place: Place, server: FakeMail) -> None:
    head = await adapter.post(place, says("head"), key="head")
    reply = await adapter.post(place.in_thread(head.id), says("reply"), key="reply")
    assert (reply.place.channel, reply.place.thread) == (place.channel, head.id)
    assert server.received[1].mail["In-Reply-To"] == server.received[0].mail["Message-ID"]
    assert Place.parse(str(reply.place)) == reply.place


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_stays_text(adapter: EmailAdapter, place: Place, server: FakeMail, words: str) -> None:
    shown = Card(paper="p", title=words, url="javascript:alert(1)", summary=words, byline=words, body=words)
    message = Message(plain=words, blocks=(Heading(words), shown, Footnote(text(Span(words, url=words)))))
    for n, page in enumerate(fit(message, adapter.limits, adapter.text_width)):
        await adapter.post(place, page, key=f"hostile-{n}")
    for received in server.received:
        mail = received.mail
        assert received.recipient == "Ada.Lovelace@example.org"
        assert set(mail.keys()) == EXPECTED
        assert "\n" not in mail["Subject"]
        assert "<script" not in received.html
        assert 'href="javascript' not in received.html
        assert not set(received.html + received.plain) & set("\u202e\x00\x07")
        assert len(received.raw) < 100_000
        assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


EXPECTED = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted"),
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
}


async def test_every_kind_of_block_can_be_posted(adapter: EmailAdapter, place: Place, server: FakeMail) -> None:
    blocks = (
        Heading("Heading"),
        Paragraph(text("words ", Span("bold", bold=True), Span("code", code=True), Span("it", italic=True))),
        Bullets((text("one"), text("two"))),
        card(paper(1), summary="A line.", mine=1, saved=True, why="because", body=True),
        Controls((LinkButton(label="Read", url="https://example.org/read"),)),
        Footnote(text("small print")),
    )
    await adapter.post(place, Message(plain="all of them", blocks=blocks), key="all")
    received = server.received[0]
    for said in ("Heading", "bold", "code", "one", "A line.", "because", "https://example.org/read", "small print"):
        assert said in received.plain
        assert said in received.html
    assert "Similar" not in received.plain + received.html  # a button that needs a chat


async def test_a_mail_previews_its_papers_names_its_links_and_shows_one_link_as_a_button(
    adapter: EmailAdapter, place: Place, server: FakeMail
) -> None:
    button = Controls((LinkButton(label="Read", url="https://example.org/read"),))
    linked = replace(card(paper(1)), facts=(Span("PDF", url="https://example.org/1.pdf"),))
    blocks = (Heading("Heading"), linked, card(paper(2)), button)
    await adapter.post(place, Message(plain="Papers, " * 20, blocks=blocks), key="named")
    received = server.received[0]
    before = received.html.partition("<h1")[0]
    assert f"{paper(1).title} · {paper(2).title}" in before  # in a list of mails, beside the subject
    assert len(re.findall("<title>(.*)</title>", before)[0]) < 70
    assert re.search(r'<a class="bu"[^>]*href="https://example.org/read"', received.html)
    assert f"   Paper: {paper(1).links.page}" in received.plain
    assert "   PDF: https://example.org/1.pdf" in received.plain


async def test_each_text_reads_in_the_direction_of_its_own_script(
    adapter: EmailAdapter, place: Place, server: FakeMail
) -> None:
    words = "שלום עולם"
    shown = Card(paper="p", title=words, url="https://example.org/", summary=words, byline=words, why=words, body=words)
    message = Message(
        plain=words, blocks=(Heading(words), Paragraph(text(words)), Bullets((text(words),)), Papers((shown,)), shown)
    )
    await adapter.post(place, message, key="rtl")
    html = server.received[0].html
    assert len(re.findall(r'<(?:h1|h2|p|li)[^>]* dir="auto"[^>]*>(?:<a [^>]*>)?\s*שלום', html)) == 9
    assert not re.search(r"<(h1|h2|p|li)(?![^>]*dir=)[^>]*>\s*שלום", html)


async def test_width_counts_what_is_sent(adapter: EmailAdapter) -> None:
    assert adapter.text_width(text("a & b")) >= len("a & b") + len("a &amp; b")
    assert adapter.text_width(text("ab", "cd")) == adapter.text_width(text("ab")) + adapter.text_width(text("cd"))


@pytest.mark.parametrize("nowhere", [Place("email", "another-home", "no/such channel"), Place("email", "mail", "x")])
async def test_an_impossible_place_is_refused_permanently(adapter: EmailAdapter, nowhere: Place) -> None:
    with pytest.raises(Refused) as caught:
        await adapter.post(nowhere, says("x"), key="k")
    assert caught.value.broken
    assert caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"sender": ""},
        {"sender": "no address"},
        {"sender": "Paperboy <a@example.org>\r\nBcc: <b@example.org>"},
        {"base_url": ""},
        {"base_url": "javascript:alert(1)"},
        {"base_url": "https://papers.example.org/\r\nBcc: x"},
        {"secret": "short"},
        {"tls": "perhaps"},
        {"port": "70000"},
        {"host": "mail.example.org", "password": "hunter2", "tls": "none"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_answered_with_the_right_ones(
    wrong: dict[str, object], store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        make(Setup(options=options(25) | wrong, storage=store.key_value("email"), home=tmp_path, clock=clock))
    assert caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_without_a_mail_server_there_is_no_adapter(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    for nothing in ({}, {"host": ""}, options(25) | {"enabled": "false"}):
        assert make(Setup(options=nothing, storage=store.key_value("email"), home=tmp_path, clock=clock)) is None


async def test_it_can_listen_again_after_it_ended(adapter: EmailAdapter) -> None:
    for _ in range(2):
        listening = asyncio.create_task(adapter.listen(FakeCore()))
        await asyncio.wait_for(adapter.started.wait(), 30)
        async with ClientSession() as session, session.get(f"{adapter.url}/mail/") as answer:
            assert answer.status == 200
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
