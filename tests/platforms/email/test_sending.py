"""What becomes of a mail: each answer of a server, each way of losing it, and what it looks like when it arrives."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.email.sending.adapter import EmailAdapter
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.message import Card, Message, Span, text
from bot.clock import FixedClock
from bot.errors import Busy, PostError, Refused, Unsure
from bot.papers.pictures import Picture
from bot.store.records import DeliveryState, EditionFacts
from bot.store.sql import Store
from bot.views.digest import Entry, all_in_one
from tests.builders import NOW, delivery_of, paper, post
from tests.fakes.mail import FakeMail, Stage, certificate
from tests.faults.delivering import drain
from tests.platforms.email.conftest import ADDRESS, Make

PAPERS = Message(plain="Papers of today")


async def test_a_mail_says_what_it_is(adapter_of: Make, place: Place, server: FakeMail) -> None:
    adapter = adapter_of(reply_to="Editors <desk@example.org>", bounce="bounces+*@example.org")
    ref = await adapter.post(place, Message(plain="Wörter, “quoted” — and more " * 8), key="abcdefghijklmnopqrstuvwxy")
    received = server.received[0]
    mail = received.mail
    assert mail["Message-ID"] == "<abcdefghijklmnopqrstuvwxy@example.org>" == f"<{ref.id}>"
    assert mail["From"] == "Paperboy <papers@example.org>"
    assert mail["To"] == ADDRESS
    assert mail["Reply-To"] == "Editors <desk@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Paperboy <paperboy.example.org>"
    assert mail["Date"].datetime == NOW
    assert mail["Subject"].startswith("Wörter, “quoted” — and more")
    assert received.sender == f"bounces+{received.link('/unsubscribe/').rpartition('/')[2]}@example.org"
    assert len(received.sender.partition("@")[0]) <= 64
    assert all(len(line) <= 998 and line.isascii() for line in received.raw.split(b"\r\n"))


@pytest.mark.parametrize(
    ("stage", "answer", "becomes", "broken"),
    [
        ("RCPT", "550 5.1.1 no such user", Refused, True),
        ("RCPT", "550 no such user", Refused, True),
        ("RCPT", "550 5.2.1 mailbox disabled", Refused, True),
        ("RCPT", "552 5.2.2 mailbox full", Refused, False),
        ("RCPT", "450 4.2.0 greylisted", Busy, False),
        ("RCPT", "554 5.7.1 relay access denied", Busy, False),  # our settings: nobody may lose a subscription
        ("MAIL", "550 5.7.1 sender not allowed", Busy, False),
        ("MAIL", "451 4.3.0 try later", Busy, False),
        ("DATA", "554 5.7.1 looks like spam", Refused, False),
        ("DATA", "552 5.3.4 too big", Refused, False),
        ("DATA", "451 4.3.2 not now", Busy, False),
        ("MAIL", "drop", Busy, False),
        ("RCPT", "drop", Busy, False),
        ("DATA", "drop", Unsure, False),
        ("DATA", "drop after", Unsure, False),
    ],
)
async def test_an_answer_becomes_an_error(
    adapter: EmailAdapter,
    place: Place,
    server: FakeMail,
    stage: Stage,
    answer: str,
    becomes: type[PostError],
    broken: bool,
) -> None:
    server.faults[stage] = [answer]
    with pytest.raises(PostError) as caught:
        await adapter.post(place, PAPERS, key="k1")
    assert type(caught.value) is becomes
    assert getattr(caught.value, "broken", False) is broken
    if becomes is Busy:
        assert await adapter.find_post(place, key="k1", since=NOW) is None  # nothing is in doubt
        await adapter.post(place, PAPERS, key="k1")
        assert len(server.received) == 1
    if broken:
        with pytest.raises(Refused):  # the subscriber has stopped, whatever the server would say now
            await adapter.post(place, PAPERS, key="k2")
        assert server.received == []
    elif becomes is Refused:
        await adapter.post(place, PAPERS, key="k2")
        assert len(server.received) == 1


@pytest.mark.parametrize("fault", ["drop", "drop after"])
async def test_a_mail_that_may_have_arrived_is_reported_and_can_be_sent_again(
    adapter_of: Make, place: Place, server: FakeMail, fault: str
) -> None:
    server.faults["DATA"] = [fault]
    with pytest.raises(Unsure):
        await adapter_of().post(place, PAPERS, key="k1")
    adapter = adapter_of()
    for _ in range(2):  # whoever died between hearing it and noting it hears it again
        with pytest.raises(Refused) as caught:
            await adapter.find_post(place, key="k1", since=NOW)
        assert not caught.value.broken
        assert "k1@example.org" in str(caught.value)
    await adapter.post(place, PAPERS, key="k1")
    assert {received.mail["Message-ID"] for received in server.received} == {"<k1@example.org>"}


async def test_unsure_repeat_sends_the_mail_again(adapter_of: Make, place: Place, server: FakeMail) -> None:
    adapter = adapter_of(unsure="repeat")
    server.faults["DATA"] = ["drop after"]
    with pytest.raises(Unsure):
        await adapter.post(place, PAPERS, key="k1")
    assert await adapter.find_post(place, key="k1", since=NOW) is None
    await adapter.post(place, PAPERS, key="k1")
    assert [received.mail["Message-ID"] for received in server.received] == ["<k1@example.org>"] * 2


async def test_an_aborted_attempt_is_uncertain_only_after_the_content_went_out(
    adapter: EmailAdapter, place: Place, server: FakeMail
) -> None:
    for key, stage in (("k1", "RCPT"), ("k2", "DATA")):
        server.faults[stage] = ["hang"]  # type: ignore[index]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await adapter.post(place, PAPERS, key=key)
    assert await adapter.find_post(place, key="k1", since=NOW) is None
    with pytest.raises(Refused):
        await adapter.find_post(place, key="k2", since=NOW)


async def test_a_mail_server_that_confirms_late_gets_each_mail_once(
    adapter_of: Make, place: Place, server: FakeMail, store: Store
) -> None:
    server.slow = lambda: 0.6  # its spam filter takes longer than an attempt on other platforms
    await store.outbox.add_posts([post("k1", place=place)])
    await drain(store, "email", adapter_of(confirm_seconds=5), attempt_s=0.3, back_off_s=0.05)
    delivery = await delivery_of(store, "k1")
    assert delivery is not None
    assert (delivery.state, delivery.reason) == (DeliveryState.SENT, "")
    assert len(server.received) == 1


async def test_an_unreachable_mail_server_is_tried_again(adapter_of: Make, place: Place, server: FakeMail) -> None:
    with pytest.raises(Busy) as caught:
        await adapter_of(port=1).post(place, PAPERS, key="k1")
    assert caught.value.hint
    await adapter_of().post(place, PAPERS, key="k1")


async def test_connections_are_reused_and_a_dead_one_is_replaced(
    adapter: EmailAdapter, place: Place, server: FakeMail
) -> None:
    server.connections = 0
    for n in range(5):
        await adapter.post(place, PAPERS, key=f"k{n}")
    assert server.connections <= 1
    for transport in list(server._open):
        transport.abort()  # type: ignore[attr-defined]
    await asyncio.sleep(0.05)
    await adapter.post(place, PAPERS, key="k9")
    assert len(server.received) == 6


async def test_a_domain_is_not_overrun(adapter_of: Make, place: Place, server: FakeMail, clock: FixedClock) -> None:
    adapter = adapter_of(pace=0.5)
    waits = []
    for n in range(6):
        try:
            await adapter.post(place, PAPERS, key=f"k{n}")
        except Busy as error:
            waits.append(round(error.retry_after, 3))
    spent = sum(clock.slept)
    assert len(server.received) + len(waits) == 6
    assert spent + max(waits, default=0.0) >= 2.5 - 1e-6  # six mails, five pauses
    clock.moment += timedelta(seconds=5)
    for n in range(6):
        await adapter.post(place, PAPERS, key=f"k{n}")
    assert len(server.received) == 6


async def test_a_deferred_mail_waits_longer_each_time(adapter: EmailAdapter, place: Place, server: FakeMail) -> None:
    server.always["RCPT"] = "450 4.7.1 slow down"
    waits = []
    for _ in range(8):
        with pytest.raises(Busy) as caught:
            await adapter.post(place, PAPERS, key="k1")
        waits.append(caught.value.retry_after)
    assert waits[:3] == [120, 240, 480]
    assert waits[-1] == 3600
    server.always.clear()
    await adapter.post(place, PAPERS, key="k1")
    server.faults["RCPT"] = ["450 4.7.1 slow down"]
    with pytest.raises(Busy) as caught:
        await adapter.post(place, PAPERS, key="k2")
    assert caught.value.retry_after == 120


async def test_an_edition_of_30_papers_is_one_mail_under_100_kb(
    adapter: EmailAdapter, place: Place, server: FakeMail
) -> None:
    for n, word in enumerate(("owls ", '"&<' * 3, "ю" * 9 + " ", "🦉 ")):
        long = [paper(i, word * 60, upvotes=i, authors=(word * 9,) * 8) for i in range(30)]
        message = all_in_one(
            EditionFacts(day=NOW.date(), listed=42, sources=("arxiv",)),
            [Entry(paper=p, summary=word * 40) for p in long],
        )
        pages = fit(message, adapter.limits, adapter.text_width)
        assert len(pages) == 1
        await adapter.post(place, pages[0], key=f"k{n}")
    for received in server.received:
        assert received.html.count("<h2") == 30
        assert received.plain.count("https://arxiv.org/abs/") >= 30
        assert len(received.raw) < 100_000


async def test_a_mail_loads_nothing_from_the_network(adapter: EmailAdapter, place: Place, server: FakeMail) -> None:
    entries = [Entry(paper=paper(1, upvotes=3), summary="A line.")]
    await adapter.post(place, all_in_one(EditionFacts(day=NOW.date(), listed=1, sources=("arxiv",)), entries), key="k1")
    html = server.received[0].html
    for loads in ("<img", "<script", "<link", "<iframe", "url(", "@import", "<table"):
        assert loads not in html
    assert 'name="color-scheme" content="light dark"' in html
    assert 'href="https://arxiv.org/abs/2503.00001"' in html


@pytest.mark.parametrize("kind", ["starttls", "tls"])
async def test_it_signs_in_behind_tls(
    kind: str, adapter_of: Make, place: Place, tmp_path: Path, server: FakeMail
) -> None:
    context, authority = certificate(tmp_path)
    async with FakeMail(tls=context, implicit=kind == "tls", login="paperboy:hunter2") as guarded:
        mine = {"port": guarded.port, "tls": kind, "user": "paperboy"}
        adapter = adapter_of(**mine, password="hunter2", ca_file=str(authority))
        await adapter.post(place, PAPERS, key="k1")
        assert [f.ok for f in await adapter.check_setup()] == [True, True, True]
        assert len(guarded.received) == 1
        for more in ({"password": "wrong", "ca_file": str(authority)}, {"password": "hunter2"}):
            with pytest.raises(Busy) as caught:
                await adapter_of(**mine, **more).post(place, PAPERS, key="k2")
            assert "hunter2" not in str(caught.value)
        assert len(guarded.received) == 1


async def test_doctor_says_what_is_wrong(adapter_of: Make) -> None:
    findings = await adapter_of(port=1, base_url="http://papers.example.org", report_token="").check_setup()
    assert [f.ok for f in findings] == [False, False, False]
    assert all(f.hint for f in findings)


async def test_a_mail_brings_its_figures_with_it_and_goes_out_without_those_that_are_gone(
    adapter_of: Make, place: Place, server: FakeMail
) -> None:
    names = [f"figure/arxiv:2503.0000{n}" for n in (1, 2)]
    jpeg = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400  # more than the text of a mail may have

    async def picture(name: str) -> Picture | None:
        return Picture(jpeg=jpeg, width=880, height=300) if name == names[0] else None

    credit = text("Figure 2 of the paper, ", Span("CC BY 4.0", url="https://creativecommons.org/licenses/by/4.0/"))
    cards = [Card(paper=name, title="Nests", url="https://a.example", picture=name, credit=credit) for name in names]
    await adapter_of(picture=picture).post(place, Message(plain="Papers", blocks=tuple(cards)), key="k1")
    (mail,) = server.received
    parts = {part.get_content_type(): part for part in mail.mail.walk()}
    assert list(parts) == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg"]
    assert parts["image/jpeg"].get_payload(decode=True) == jpeg
    assert parts["image/jpeg"].get_content_disposition() == "inline"
    (shown,) = re.findall(r'src="cid:([^"]+)"', mail.html)
    assert parts["image/jpeg"]["Content-ID"] == f"<{shown}>"
    assert mail.html.count('href="https://creativecommons.org/licenses/by/4.0/"') == 1
    assert "src=" not in mail.html.replace(f'src="cid:{shown}"', ""), "nothing is loaded from the web"
