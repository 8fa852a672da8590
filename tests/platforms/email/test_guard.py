"""What nobody may do with the form, and what nobody may read in the database."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.email.sending.adapter import EmailAdapter
from bot.chat.event import Place
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.errors import Busy, Refused
from bot.store.sql import Store
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail
from tests.platforms.email.conftest import ADDRESS, Make, Visitor

PAPERS = Message(plain="Papers of today")


async def test_an_inbox_can_not_be_filled_with_confirmation_mails(
    visitor: Visitor, server: FakeMail, clock: FixedClock, adapter: EmailAdapter
) -> None:
    for address in (ADDRESS, ADDRESS.upper().replace("EXAMPLE.ORG", "example.ORG"), ADDRESS):
        status, _ = await visitor.post(address=address)
        assert status == 200  # nobody is told who was asked already
    assert len(server.received) == 1
    for _ in range(5):
        clock.moment += timedelta(minutes=3)
        await visitor.post(address=ADDRESS)
    assert len(server.received) == 3
    answers = [await visitor.post(address=f"reader{n}@example.org") for n in range(10)]
    assert [status for status, _ in answers].count(429) > 0
    clock.moment += timedelta(hours=1)
    assert (await visitor.post(address="late@example.org"))[0] == 200


async def test_an_address_that_declined_is_not_asked_again(
    visitor: Visitor, server: FakeMail, core: FakeCore, clock: FixedClock
) -> None:
    await visitor.post(address=ADDRESS)
    link = server.received[0].link("/confirm/")
    await visitor.post(server.received[0].link("/unsubscribe/"))
    clock.moment += timedelta(days=100)
    await visitor.post(address=ADDRESS)
    assert len(server.received) == 1
    assert (await visitor.post(link))[0] == 404
    clock.moment += timedelta(days=300)
    await visitor.post(address=ADDRESS)
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@example",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "ada lovelace@example.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "ada\r\nRCPT TO:<bob@example.org>@example.org",
        "ada@example.org, bob@example.org",
        "Ada <ada@example.org>",
        '"a b"@example.org',
        "a..b@example.org",
        "ada@exa\x00mple.org",
        "ädä@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "a" * 64 + ".org",
        "ada@" + "a." * 130 + "org",
        "<script>@example.org",
    ],
)
async def test_an_invalid_address_gets_no_mail(visitor: Visitor, server: FakeMail, address: str) -> None:
    status, page = await visitor.post(address=address, query='"><script>alert(1)</script>')
    assert status == 400
    assert "<script>alert" not in page
    assert server.received == []


async def test_an_international_domain_is_written_to_in_ascii(visitor: Visitor, server: FakeMail) -> None:
    assert (await visitor.post(address="ada@bücher.example"))[0] == 200
    assert server.received[0].recipient == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Base"}, {"count": "1000"}, {"time": "9"}, {"days": "mon top 99"}])
async def test_only_what_the_form_offers_is_taken(visitor: Visitor, server: FakeMail, wrong: dict[str, str]) -> None:
    assert (await visitor.post(address=ADDRESS, **wrong))[0] == 400
    assert server.received == []


async def test_the_database_holds_no_address(
    adapter_of: Make,
    adapter: EmailAdapter,
    visitor: Visitor,
    place: Place,
    server: FakeMail,
    core: FakeCore,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await adapter.post(place, PAPERS, key="k1")
    await visitor.post(address="second@elsewhere.example")
    server.faults["RCPT"] = ["550 5.1.1 <Ada.Lovelace@example.org>: user unknown"]
    with pytest.raises(Refused) as caught:
        await adapter.post(place, PAPERS, key="k2")
    assert "lovelace" not in str(caught.value).lower()
    held = b"".join(file.read_bytes() for file in tmp_path.glob("paperboy.db*"))
    assert place.channel.encode() in held
    for secret in (b"lovelace", b"elsewhere.example"):
        assert secret not in held.lower()
    assert "lovelace" not in caplog.text.lower()
    key = tmp_path / "mail.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes().strip() not in held


async def test_with_the_wrong_key_nothing_is_sent_and_no_one_is_removed(
    adapter_of: Make, place: Place, server: FakeMail, tmp_path: Path
) -> None:
    stored = (tmp_path / "mail.key").rename(tmp_path / "elsewhere")
    with pytest.raises(Busy) as caught:
        await adapter_of(secret="another secret of enough characters").post(place, PAPERS, key="k1")
    assert "EMAIL_SECRET" in str(caught.value)
    stored.rename(tmp_path / "mail.key")
    await adapter_of().post(place, PAPERS, key="k1")
    assert len(server.received) == 1


async def test_expired_records_are_deleted(
    adapter: EmailAdapter,
    visitor: Visitor,
    place: Place,
    core: FakeCore,
    store: Store,
    clock: FixedClock,
    server: FakeMail,
) -> None:
    storage = store.key_value("email")
    await adapter.post(place, PAPERS, key="k1")
    await visitor.post(address="second@example.org")
    await visitor.post(address="third@example.org")
    await visitor.post(server.received[-1].link("/unsubscribe/"))

    async def kept() -> set[str]:
        await adapter._services.subscribers.delete_expired()
        await adapter._services.journal.delete_expired()
        return {key.partition("/")[0] for key, _ in await storage.scan("")}

    assert await kept() == {"subscriber", "post", "pending", "blocked"}
    clock.moment += timedelta(days=20)
    assert await kept() == {"subscriber", "blocked"}
    clock.moment += timedelta(days=360)
    assert await kept() == {"subscriber"}
