"""The form in the hands of strangers: no mailbox is filled, no reader is kept out, and the answer tells nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientSession
from multidict import CIMultiDict

from adapters.email import address, subscription_form
from adapters.email.sending import bounces
from adapters.email.sending.adapter import EmailAdapter
from adapters.email.signup_limit import (
    DOMAIN_RESERVE,
    MAX_IN_ALL,
    MAX_PER_DOMAIN,
    MAX_PER_MAILBOX,
    MAX_PER_NETWORK,
    MAX_PER_VISITOR,
    SignupLimit,
    wider_network,
)
from bot.chat.form import time_zones
from bot.clock import FixedClock
from bot.errors import AskError
from tests.builders import BOB
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail
from tests.platforms.email.conftest import ADDRESS, BASE, Make, Visitor
from tests.platforms.mutations import break_off, good, longest_ms, mutated, statuses, tracebacks


class Proxied:
    """Visitors from everywhere, by way of a proxy that says where each is."""

    def __init__(self, adapter: EmailAdapter, session: ClientSession) -> None:
        self.adapter = adapter
        self._session = session

    async def ask(self, to: str, *lines: str, origin: str = "") -> int:
        """Fill in the form; `lines` of X-Forwarded-For. Returns the status."""
        headers = CIMultiDict([("X-Forwarded-For", line) for line in lines] + ([("Origin", origin)] if origin else []))
        async with self._session.post(f"{self.adapter.url}/mail/", data={"address": to}, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def world(adapter_of: Make, core: FakeCore) -> AsyncIterator[Proxied]:
    adapter = adapter_of(proxied=True)
    async with AsyncExitStack() as stack:
        listening = asyncio.create_task(adapter.listen(core))
        await adapter.started.wait()
        yield Proxied(adapter, await stack.enter_async_context(ClientSession()))
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_one_network_can_not_fill_a_mailbox_or_lock_others_out(world: Proxied, server: FakeMail) -> None:
    asked = Counter([await world.ask(f"target+{n}@example.com", f"2001:db8:1:1::{n:x}") for n in range(305)])
    assert asked == {200: MAX_PER_VISITOR, 429: 305 - MAX_PER_VISITOR}
    assert await world.ask("honest@example.net", "203.0.113.9") == 200
    assert await world.ask("neighbour@example.com", "203.0.113.10") == 200  # the same domain
    await world.adapter.signup.wait_until_sent()
    mailboxes = Counter(address.mailbox(received.recipient) for received in server.received)
    assert mailboxes == {"target@example.com": MAX_PER_MAILBOX, "honest@example.net": 1, "neighbour@example.com": 1}


@pytest.mark.parametrize(
    "spelling", ["victim+{n}@example.org", "VIC{dots}tim+{n}@gmail.com", "v.ictim+{n}@GoogleMail.com"]
)
async def test_spellings_of_a_mailbox_from_many_networks_are_one_mailbox(
    world: Proxied, server: FakeMail, spelling: str
) -> None:
    for n in range(20):
        assert await world.ask(spelling.format(n=n, dots="." * (n % 2)), f"4.4.{n}.4") == 200  # nobody is told
    await world.adapter.signup.wait_until_sent()
    assert len(server.received) == MAX_PER_MAILBOX


async def test_dots_distinguish_mailboxes_except_at_gmail(world: Proxied, server: FakeMail) -> None:
    for n, to in enumerate(
        ("ada.b@example.org", "adab@example.org", "a.dab@example.org", "ad.ab@example.org", "+x@x.org")
    ):
        assert await world.ask(to, f"4.4.{n}.4") == 200
    await world.adapter.signup.wait_until_sent()
    assert len(server.received) == 5


async def test_a_visitor_can_not_say_where_they_are(world: Proxied) -> None:
    """The proxy adds its own line, or its own entry, after what the client sent."""
    two_lines = [await world.ask(f"w{n}@example.org", f"66.{n}.1.1", "6.6.6.6") for n in range(13)]
    assert Counter(two_lines) == {200: MAX_PER_VISITOR, 429: 3}
    one_line = [await world.ask(f"w{n}@example.org", f"66.{n}.1.1, 6.6.6.7") for n in range(13)]
    assert Counter(one_line) == {200: MAX_PER_VISITOR, 429: 3}


async def test_forms_of_other_sites_are_refused(world: Proxied, server: FakeMail) -> None:
    for origin in ("https://evil.example", "null", f"{BASE}.evil.example", "http://papers.example.org"):
        assert await world.ask(ADDRESS, "6.6.6.6", origin=origin) == 403
    for origin in ("https://papers.example.org", world.adapter.url):
        assert await world.ask(ADDRESS, "6.6.6.6", origin=origin) == 200
    await world.adapter.signup.wait_until_sent()
    assert len(server.received) == 1


def test_a_busy_domain_and_a_busy_hour_leave_room_for_those_who_ask_for_the_first_time(clock: FixedClock) -> None:
    limit = SignupLimit(clock)
    for n in range(MAX_PER_DOMAIN):
        assert limit.allow_request(
            f"10.0.{n // MAX_PER_VISITOR}.1", f"10.0.{n // MAX_PER_VISITOR}.0/24", "busy.example"
        )
    assert not limit.allow_request("10.0.9.2", "10.0.0.0/24", "busy.example")  # a network that has asked before
    fresh = [limit.allow_request(f"10.1.{n}.1", f"10.1.{n}.0/24", "busy.example") for n in range(DOMAIN_RESERVE + 1)]
    assert fresh == [True] * DOMAIN_RESERVE + [False]
    assert limit.allow_request("10.0.9.2", "10.0.0.0/24", "quiet.example")
    for n in range(MAX_IN_ALL):
        network = f"10.2.{n // MAX_PER_VISITOR}"
        limit.allow_request(f"{network}.1", f"{network}.0/24", f"{n % 9}.example")
    assert not limit.allow_request("10.2.0.2", "10.2.0.0/24", "quiet.example")
    assert limit.allow_request("10.3.0.1", "10.3.0.0/24", "quiet.example")


def test_many_visitors_of_one_network_are_counted_together(clock: FixedClock) -> None:
    limit = SignupLimit(clock)
    asked = [limit.allow_request(f"2001:db8:1:{n:x}::/64", "2001:db8:1::/48", f"{n}.example") for n in range(50)]
    assert asked == [True] * MAX_PER_NETWORK + [False] * (50 - MAX_PER_NETWORK)
    assert wider_network("2001:db8:1:ffff::/64") == "2001:db8:1::/48"
    assert (wider_network("203.0.113.9"), wider_network("unknown")) == ("203.0.113.0/24", "unknown")


async def test_the_answer_and_its_time_reveal_nothing_about_an_address(visitor: Visitor, server: FakeMail) -> None:
    await visitor.post(address="known@example.org")
    await visitor.post(server.received[-1].link("/confirm/"))
    await visitor.post(address="blocked@example.org")
    await visitor.post(server.received[-1].link("/unsubscribe/"))
    await visitor.post(address="asked@example.org")
    server.slow = lambda: 1.0
    pages, times = set(), []
    for name in ("new", "known", "blocked", "asked"):
        began = time.monotonic()
        async with (
            ClientSession() as session,
            session.post(visitor.here(f"{BASE}/"), data={"address": f"{name}@example.org"}) as answer,
        ):
            pages.add((answer.status, await answer.text()))
            times.append(time.monotonic() - began)
    assert len(pages) == 1
    assert max(times) < 0.8  # no one waits for the mail server


async def test_a_mail_server_that_is_away_is_tried_again(
    adapter: EmailAdapter, visitor: Visitor, server: FakeMail, caplog: pytest.LogCaptureFixture
) -> None:
    server.faults["MAIL"] = ["451 not now"] * 3
    assert (await visitor.post(address=ADDRESS))[0] == 200
    assert len(server.received) == 1
    server.faults["MAIL"] = ["451 not now"] * 4
    assert (await visitor.post(address="second@example.org"))[0] == 200
    assert len(server.received) == 1
    assert "second" not in caplog.text
    assert (await visitor.post(address="second@example.org"))[0] == 200  # at once: no link is on its way
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "wrong", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nSubject: x", "a\u2028b@example.org"]
)
async def test_no_address_becomes_a_header(adapter: EmailAdapter, server: FakeMail, wrong: str) -> None:
    with pytest.raises(AskError):
        await adapter.invite(BOB, {"address": wrong})
    with pytest.raises(AskError):
        await adapter.invite(BOB, {"address": ADDRESS, "zone": f"UTC\r\nBcc: {ADDRESS}"})
    await adapter.signup.wait_until_sent()
    assert server.received == []


# ---- junk


async def test_200_mutated_requests_and_100_broken_bodies_leave_no_traceback(
    visitor: Visitor, server: FakeMail, caplog: pytest.LogCaptureFixture
) -> None:
    await visitor.post(address=ADDRESS)
    paths = [server.received[0].link(part).removeprefix("https://papers.example.org") for part in ("/conf", "/unsub")]
    url, host = visitor.here("https://papers.example.org"), "papers.example.org"
    form = "address=b%40example.org&query=owls&days=mon&time=09%3A00&zone=UTC&count=10"
    base = [good("GET", path, host) for path in ("/mail", "/mail/", "/mail/static/style.css", *paths)]
    posts = [good("POST", path, host, body=form) for path in ("/mail/", "/mail/reports", *paths)]
    seen = await statuses(url, mutated([*base, *posts], 200))
    assert [code for code in seen if code >= 500] == []
    assert len({*seen}) > 4
    await break_off(url, posts[0], 100)
    assert tracebacks(caplog.records) == []
    assert (await visitor.open())[0] == 200


HOSTILE = (
    "@" * 20_000,
    "a@" + "b." * 10_000 + "org",
    "a." * 10_000 + "@b.org",
    "a@" + "ü." * 190 + "org",
    "a@" + "ü" * 390 + ".org",
    "(" * 20_000,
    "<a@" * 6_000,
    "-" * 20_000,
    ("a" * 24 + "." + "b" * 24 + " ") * 400,
)


@pytest.mark.parametrize(
    "parse",
    [
        address.parse,
        address.parse_named,
        lambda text: subscription_form.read_form({"query": text}),
        lambda text: bounces.read_report(text.encode()),
        lambda text: bounces.read_report(b"Content-Type: message/feedback-report\n\nFeedback-Type: " + text.encode()),
    ],
)
def test_20000_hostile_characters_take_no_time(parse: object) -> None:
    time_zones()  # read once from disk, like the tables of other alphabets
    address.parse("ada@ü.example")
    assert longest_ms(parse, HOSTILE) < 50  # type: ignore[arg-type]


# ---- other alphabets


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("ada@straße.example", "ada@xn--strae-oqa.example"),  # another domain than strasse.example
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.Example", "ada@xn--bcher-kva.example"),
        ("ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"),
        ("ada@βόλος.example", "ada@xn--nxasmm1c.example"),  # the final sigma stays
        ("ada@نامه\u200cای.example", "ada@xn--mgba3gch31f060k.example"),  # a joiner that belongs to the word
        ("Ada@Example.ORG.", "Ada@example.org"),
    ],
)
def test_international_domains_follow_idna_2008(typed: str, sent: str) -> None:
    assert address.parse(typed) == sent


@pytest.mark.parametrize(
    "typed", ["ada@-ü.example", "ada@ü..example", "ada@☃\u202e.example", "ada@" + "ü" * 64 + ".example"]
)
def test_what_is_no_domain_in_any_alphabet_is_refused(typed: str) -> None:
    with pytest.raises(AskError, match="can't read"):
        address.parse(typed)
