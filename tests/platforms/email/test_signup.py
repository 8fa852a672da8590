"""Coming and going: the form, the link, the button, and what cannot be done without the reader."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.email import subscription_form
from adapters.email.sending.adapter import EmailAdapter
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.event import Answer, Command, Event, Place
from bot.chat.message import Message, Paragraph, text
from bot.clock import FixedClock
from bot.errors import AskError, Refused
from tests.builders import ADA, BOB
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail
from tests.platforms.email.conftest import ADDRESS, BASE, Visitor, subscribe

PAPERS = Message(plain="Papers of today")


def commands(heard: list[Event]) -> list[str]:
    return [event.text for event in heard if isinstance(event, Command)]


async def test_nothing_but_the_confirmation_mail_is_sent_before_the_link_is_followed(
    visitor: Visitor, server: FakeMail, core: FakeCore
) -> None:
    status, page = await visitor.post(
        address=ADDRESS, query="diffusion", zone="Europe/Berlin", time="07:00", days="mon"
    )
    assert (status, "inbox" in page) == (200, True)
    assert len(server.received) == 1
    asked = server.received[0]
    assert asked.recipient == ADDRESS
    assert "every Monday at 07:00 (Europe/Berlin), up to 10 papers" in " ".join(asked.plain.split())
    assert b"diffusion" not in asked.raw  # it may be a stranger's words, sent through us
    link = asked.link("/confirm/")
    assert link.startswith(f"{BASE}/confirm/")
    assert core.heard == []

    status, page = await visitor.open(link)  # what a program that looks through mails does
    assert (status, "<button" in page, "papers on “diffusion”" in page) == (200, True, True)
    assert core.heard == []

    status, page = await visitor.post(link)
    assert (status, "subscribed" in page) == (200, True)
    assert commands(core.heard) == [
        "schedule mon 07:00 Europe/Berlin top 10 votes 0 compact pictures:none about: diffusion"
    ]
    event = core.heard[0]
    assert event.who.admin
    assert (event.place.platform, event.place.space, event.place.channel) == ("email", "mail", event.who.id)
    assert len(server.received) == 1


async def test_a_link_followed_twice_or_concurrently_confirms_once(
    visitor: Visitor, server: FakeMail, core: FakeCore
) -> None:
    await visitor.post(address=ADDRESS)
    link = server.received[0].link("/confirm/")
    answers = await asyncio.gather(*(visitor.post(link) for _ in range(4)), visitor.open(link))
    assert {status for status, _ in answers} == {200}
    assert len({event.id for event in core.heard}) == 1  # the core does the same event once


async def test_a_second_subscription_replaces_the_first(
    visitor: Visitor, place: Place, server: FakeMail, core: FakeCore, clock: FixedClock
) -> None:
    assert await subscribe(visitor, server, core, ADDRESS.lower(), count="5") == place
    assert commands(core.heard) == ["unschedule", "schedule weekdays 09:00 UTC top 5 votes 0 compact pictures:none"]


async def test_a_request_that_the_core_refuses_is_shown_and_can_be_tried_again(
    visitor: Visitor, server: FakeMail, core: FakeCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.post(address=ADDRESS)
    link = server.received[0].link("/confirm/")
    said = Message(plain="No <such> source.", blocks=(Paragraph(text("No <such> source.")),))

    async def refuse(event: Event) -> Answer:
        return Answer(message=said)

    with monkeypatch.context() as patched:
        patched.setattr(core, "handle_event", refuse)
        status, page = await visitor.post(link)
    assert (status, "No &lt;such&gt; source." in page) == (400, True)
    assert (await visitor.post(link))[0] == 200


async def test_links_expire_and_can_not_be_forged(
    visitor: Visitor, server: FakeMail, core: FakeCore, clock: FixedClock
) -> None:
    await visitor.post(address=ADDRESS)
    link = server.received[0].link("/confirm/")
    leave = server.received[0].mail["List-Unsubscribe"].strip("<>")
    wrong = [link[:-1] + ("a" if link[-1] != "a" else "b"), link.replace("confirm", "unsubscribe"), f"{BASE}/confirm/x"]
    wrong += [leave.replace("unsubscribe", "confirm"), f"{BASE}/confirm/%00..%2f", f"{BASE}/unsubscribe/{'a' * 24}"]
    for url in wrong:
        assert (await visitor.open(url))[0] == 404, url
        assert (await visitor.post(url))[0] == 404, url
    clock.moment += timedelta(hours=49)
    assert (await visitor.post(link))[0] == 404
    assert core.heard == []


async def test_one_click_ends_it_and_forgets_the_address(
    adapter: EmailAdapter, visitor: Visitor, place: Place, server: FakeMail, core: FakeCore, tmp_path: Path
) -> None:
    await adapter.post(place, PAPERS, key="k1")
    mail = server.received[0].mail
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = re.fullmatch(r"<(https://[^<>]+)>", mail["List-Unsubscribe"])
    assert url
    raw = b"List-Unsubscribe: <" + url[1].encode() + b">\r\n"
    assert raw in server.received[0].raw  # in one piece: mail programs don't decode it
    assert url[1] in server.received[0].plain
    assert url[1] in server.received[0].html

    assert (await visitor.open(url[1]))[0] == 200
    assert core.heard == []
    status, _ = await visitor.post(url[1], **{"List-Unsubscribe": "One-Click"})
    assert status == 200
    assert commands(core.heard) == ["unschedule"]
    with pytest.raises(Refused) as caught:
        await adapter.post(place, PAPERS, key="k2")
    assert caught.value.broken
    assert (await visitor.post(url[1]))[0] == 200  # once more does no harm
    assert len(server.received) == 1


async def test_an_old_mail_still_unsubscribes_after_subscribing_again(
    adapter: EmailAdapter, visitor: Visitor, place: Place, server: FakeMail, core: FakeCore
) -> None:
    await adapter.post(place, PAPERS, key="k1")
    old = server.received[0].link("/unsubscribe/")
    await visitor.post(old)
    assert await subscribe(visitor, server, core) == place
    await visitor.post(old)
    with pytest.raises(Refused):
        await adapter.post(place, PAPERS, key="k2")


async def test_the_form_works_without_scripts_and_shows_errors(visitor: Visitor) -> None:
    status, page = await visitor.open()
    assert status == 200
    assert page.count("<label") == 7
    assert '<option value="Europe/Berlin">' in page
    assert page.count("<script src=") == 1
    _, page = await visitor.post(address="nobody", zone="Asia/Tokyo", query="owls & birds")
    assert 'role="alert"' in page
    assert 'value="nobody"' in page
    assert '<option value="Asia/Tokyo" selected>' in page
    assert "owls &amp; birds" in page
    assert "<script" not in page  # the browser's own time zone must not overwrite the choice


async def test_the_function_behind_mail_me_asks_first(
    adapter: EmailAdapter, visitor: Visitor, server: FakeMail, core: FakeCore
) -> None:
    await adapter.invite(
        BOB,
        {
            "address": ADDRESS,
            "days": "daily",
            "time": "08:00",
            "zone": "Europe/Berlin",
            "query": "owls",
            "pictures": "figures",
        },
    )
    await adapter.signup.wait_until_sent()
    assert core.heard == []
    await visitor.post(server.received[0].link("/confirm/"))
    assert commands(core.heard) == [
        "schedule daily 08:00 Europe/Berlin top 10 votes 0 compact pictures:figures about: owls"
    ]
    with pytest.raises(AskError, match="can't read this e-mail address"):
        await adapter.invite(BOB, {"address": "nobody"})


async def test_one_person_asks_for_ten_mails_an_hour_whatever_the_addresses(
    adapter: EmailAdapter, server: FakeMail
) -> None:
    for n in range(10):
        await adapter.invite(BOB, {"address": f"reader{n}@example.org"})
    with pytest.raises(AskError, match="Too many requests"):
        await adapter.invite(BOB, {"address": "one.more@example.org"})
    await adapter.invite(ADA, {"address": "one.more@example.org"})
    await adapter.signup.wait_until_sent()
    assert len(server.received) == 11


async def test_the_chat_form_has_the_fields_of_the_page(adapter: EmailAdapter) -> None:
    assert adapter.page == f"{BASE}/"
    assert subscription_form.read_form({field.name: field.value for field in adapter.fields}) == SubscriptionRequest()
    assert [field.name for field in adapter.fields if field.secret] == ["address"]


@pytest.mark.parametrize("fault", ["drop after", "451 not now"])
async def test_a_confirmation_mail_that_may_have_arrived_keeps_its_link(
    visitor: Visitor, server: FakeMail, fault: str
) -> None:
    server.faults["DATA"] = [fault]
    assert (await visitor.post(address=ADDRESS))[0] == 200
    assert len(server.received) == 1  # after "not now" it was tried again
    assert (await visitor.post(server.received[0].link("/confirm/")))[0] == 200
