"""Bounces and complaints, as mail servers write them and as nobody should believe them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from adapters.email.sending import bounces
from adapters.email.sending.adapter import EmailAdapter
from bot.chat.event import BotRemoved, Command, Place
from bot.chat.message import Message
from bot.errors import Refused
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail, Received
from tests.platforms.email.conftest import ADDRESS, Visitor

PAPERS = Message(plain="Papers of today")


def about(kind: str, fields: str, original: str, *, to: str = "papers@example.org", part: str = "") -> bytes:
    """A report of three parts (RFC 6522)."""
    held = part or "text/rfc822-headers"
    lines = (
        "From: MAILER-DAEMON@mail.example.org",
        f"To: {to}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type={kind}; boundary="=x"',
        "",
        "--=x",
        "Content-Type: text/plain",
        "",
        "This is the mail system. I'm sorry.",
        "--=x",
        f"Content-Type: message/{kind}",
        "",
        fields,
        "--=x",
        f"Content-Type: {held}",
        "",
        original,
        "--=x--",
    )
    return "\r\n".join("\n".join(lines).split("\n")).encode()


def dsn(original: str, *, action: str = "failed", status: str = "5.1.1", **more: str) -> bytes:
    recipient = f"Final-Recipient: rfc822; {ADDRESS}\nAction: {action}\nStatus: {status}\n"
    return about("delivery-status", f"Reporting-MTA: dns; mail.example.org\n\n{recipient}", original, **more)


def arf(original: str, kind: str = "abuse", part: str = "") -> bytes:
    return about("feedback-report", f"Feedback-Type: {kind}\nUser-Agent: Some/1.0\nVersion: 1\n", original, part=part)


@pytest.fixture
async def mail(adapter: EmailAdapter, place: Place, server: FakeMail, core: FakeCore) -> Received:
    """What Ada was sent."""
    await adapter.post(place, PAPERS, key="k1")
    return server.received.pop()


def headers(mail: Received, *names: str) -> str:
    return "".join(f"{name}: {mail.mail[name]}\n" for name in names)


async def stopped(adapter: EmailAdapter, place: Place) -> bool:
    try:
        await adapter.post(place, PAPERS, key="another")
    except Refused as error:
        return error.broken
    return False


@pytest.mark.parametrize("known_by", ["List-Unsubscribe", "Message-ID"])
async def test_a_bounce_stops_the_subscriber(
    known_by: str, adapter: EmailAdapter, place: Place, mail: Received, visitor: Visitor, core: FakeCore
) -> None:
    assert await visitor.hand_in(dsn(headers(mail, known_by))) == (200, "bounce")
    assert [type(event) for event in core.heard] == [BotRemoved]
    assert core.heard[0].place == place
    assert await stopped(adapter, place)


async def test_a_bounce_is_known_by_where_it_came_to(
    adapter: EmailAdapter, place: Place, mail: Received, visitor: Visitor
) -> None:
    tag = mail.link("/unsubscribe/").rpartition("/")[2]
    assert await visitor.hand_in(dsn("", to=f"bounces+{tag.upper()}@example.org")) == (200, "bounce")
    assert await stopped(adapter, place)


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
async def test_a_complaint_forgets_and_blocks(
    part: str, adapter: EmailAdapter, place: Place, mail: Received, visitor: Visitor, core: FakeCore, server: FakeMail
) -> None:
    original = headers(mail, "Subject", "List-Unsubscribe")
    assert await visitor.hand_in(arf(original, part=part)) == (200, "complaint")
    assert [event.text for event in core.heard if isinstance(event, Command)] == ["unschedule"]
    assert await stopped(adapter, place)
    await visitor.post(address=ADDRESS)
    assert server.received == []


async def test_a_complaint_about_the_question_blocks_too(visitor: Visitor, server: FakeMail) -> None:
    await visitor.post(address="victim@example.org")
    asked = server.received[0]
    assert await visitor.hand_in(arf(headers(asked, "List-Unsubscribe"))) == (200, "complaint")
    assert (await visitor.post(asked.link("/confirm/")))[0] == 404


async def test_other_reports_stop_no_one(
    adapter: EmailAdapter, place: Place, mail: Received, visitor: Visitor, core: FakeCore
) -> None:
    original = headers(mail, "List-Unsubscribe", "Message-ID")
    harmless = [
        dsn(original, action="delayed", status="4.4.1"),
        dsn(original, action="delivered", status="2.0.0"),
        dsn(original, status="5.2.2"),  # a full mailbox
        dsn(original, status="5.7.1"),  # a policy
        arf(original, kind="not-spam"),
        b"Subject: I am on holiday\r\nAuto-Submitted: auto-replied\r\n\r\n" + original.encode(),
        b"",
        b"\xff\x00" * 1000,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 2_000,
    ]
    for raw in harmless:
        assert await visitor.hand_in(raw) == (200, "ignored"), raw[:80]
    assert core.heard == []
    assert not await stopped(adapter, place)


async def test_a_forged_report_stops_no_one(
    adapter: EmailAdapter, place: Place, mail: Received, visitor: Visitor, core: FakeCore
) -> None:
    token = mail.link("/unsubscribe/").rpartition("/")[2]
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    for original in (f"To: {ADDRESS}\n", f"List-Unsubscribe: <https://x/{forged}>\n", "Message-ID: <k2@example.org>\n"):
        assert await visitor.hand_in(dsn(original)) == (200, "unknown")
        assert await visitor.hand_in(arf(original)) == (200, "unknown")
    real = dsn(headers(mail, "List-Unsubscribe"))
    for wrong in ("", "wrong", "Bearer"):
        assert (await visitor.hand_in(real, wrong))[0] == 404
    assert core.heard == []
    assert not await stopped(adapter, place)


def test_a_malicious_report_is_ignored() -> None:
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 20_000
    assert bounces.read_report(nested) is None
    many = EmailMessage()
    many["List-Unsubscribe"] = " ".join("a" * 24 + "." + "b" * 24 for _ in range(1000))
    assert bounces.read_report(many.as_bytes()) is None
