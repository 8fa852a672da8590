"""All of Paperboy in this process, with the sample papers, before a mail server: what a reader would see."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession
from msgspec import structs

from adapters.email.sending.adapter import EmailAdapter
from adapters.email.subscribers import open_subscribers
from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import load_samples
from bot.chat.event import Place
from bot.clock import FixedClock
from bot.config import load
from bot.papers.author_names import OurAuthor
from bot.store.records import Subscription
from tests.builders import listing, paper
from tests.fakes.mail import LINK, FakeMail, Received
from tests.filtered_papers import CASES, FIVE
from tests.filtered_papers import titles as titles_of
from tests.platforms.email.conftest import ADDRESS, BASE, Visitor, options

NOW = datetime(2026, 5, 29, 9, 0, tzinfo=UTC)  # the sample papers have a list of this day


class StillClock(FixedClock):
    """Its time is set by the test; waits are real, so that hourly work stays hourly."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
async def app(server: FakeMail, tmp_path: Path) -> AsyncIterator[App]:
    environment = {
        "PAPERBOY_HOME": str(tmp_path),
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
        "PAPERBOY_SEARCH_SEMANTIC": "false",
    }
    email = {f"EMAIL_{name.upper()}": str(value) for name, value in options(server.port).items()}
    async with open_app(load(None, environment | email, installed()), StillClock(NOW)) as opened:
        await load_samples(opened)
        yield opened


@pytest.fixture
async def visitor(app: App) -> AsyncIterator[Visitor]:
    adapter = app.adapters["email"]
    assert isinstance(adapter, EmailAdapter)
    listening = asyncio.create_task(adapter.listen(app.core))
    await adapter.started.wait()
    async with ClientSession() as session:
        yield Visitor(adapter, session)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def subscriptions(app: App, place: Place) -> list[Subscription]:
    return list(await app.store.subscriptions.in_place(place))


async def subscribe(app: App, visitor: Visitor, server: FakeMail, **form: str) -> Subscription:
    await visitor.post(address=ADDRESS, **form)
    status, page = await visitor.post(server.received.pop().link("/confirm/"))
    assert status == 200, page
    reader = open_subscribers(app.store.key_value("email"), Path(app.settings.home), app.clock).subscriber_id(ADDRESS)
    [found] = await subscriptions(app, Place("email", "mail", reader))
    return found


async def test_from_the_form_to_the_mail_and_away_again(app: App, visitor: Visitor, server: FakeMail) -> None:
    subscription = await subscribe(app, visitor, server, days="daily", time="10:00", zone="Europe/Berlin", count="20")
    assert (subscription.layout, subscription.count, subscription.query, subscription.place.platform) == (
        "compact",
        20,
        "",
        "email",
    )
    assert str(subscription.schedule) == "daily 10:00 Europe/Berlin"
    assert server.received == []  # nothing before its time
    await app.planner.plan_now(subscription)
    assert await app.dispatcher.deliver_due() == 1
    [received] = server.received
    assert received.recipient == ADDRESS
    assert received.html.count("<h2") == received.plain.count("https://arxiv.org/abs/") > 1
    assert len(received.raw) < 100_000
    assert "every day at 10:00 (Europe/Berlin), up to 20 papers" in " ".join(received.plain.split())
    assert await _foreign(app, subscription, received) == set()
    await app.planner.plan_now(subscription)
    assert await app.dispatcher.deliver_due() == 0  # an edition is one mail

    await visitor.post(received.link("/unsubscribe/"), **{"List-Unsubscribe": "One-Click"})
    assert await subscriptions(app, subscription.place) == []


async def _foreign(app: App, subscription: Subscription, received: Received) -> set[str]:
    """Links of a mail that lead neither straight to a paper nor to our own pages."""
    listed = await app.store.papers.listed_between(subscription.sources, date.min, date.max)
    papers = {url for item in listed for url in structs.astuple(item.paper.links)}
    linked = {unescape(url) for url in re.findall(r'href="([^"]*)"', received.html)} | set(LINK.findall(received.plain))
    return {url for url in linked - papers if not url.startswith((f"{BASE}/", "https://huggingface.co/papers/date/"))}


@pytest.mark.parametrize(
    "query",
    [
        "compact models",
        "top 3 votes 9 compact",
        "schedule 09:00 UTC",
        "mon,tue",
        "“a phrase” cat:cs.CL",
        "from scratch",
        "lang:zz diffusion from community about: top 30",
    ],
)
async def test_the_words_of_a_topic_are_not_read_as_options(
    app: App, visitor: Visitor, server: FakeMail, query: str
) -> None:
    subscription = await subscribe(app, visitor, server, query=query, count="30", days="fri")
    assert (str(subscription.schedule), subscription.count, subscription.min_votes, subscription.layout) == (
        "fri 09:00 UTC",
        30,
        0,
        "compact",
    )
    assert (subscription.query, subscription.language) == (query, "en")


async def test_a_second_subscription_replaces_the_first_in_the_store(
    app: App, visitor: Visitor, server: FakeMail
) -> None:
    await subscribe(app, visitor, server, query="owls")
    cast(FixedClock, app.clock).moment = NOW.replace(hour=12)
    subscription = await subscribe(app, visitor, server, query="diffusion")
    assert subscription.query == "diffusion"


async def test_a_bounced_subscription_is_held_and_can_be_started_again(
    app: App, visitor: Visitor, server: FakeMail
) -> None:
    subscription = await subscribe(app, visitor, server)
    server.faults["RCPT"] = ["550 5.1.1 no such user"]
    await app.planner.plan_now(subscription)
    assert await app.dispatcher.deliver_due() == 0
    [held] = await subscriptions(app, subscription.place)
    assert "no mailbox" in held.inactive_reason
    cast(FixedClock, app.clock).moment = NOW.replace(hour=12)
    again = await subscribe(app, visitor, server)
    assert again.inactive_reason == ""
    await app.planner.plan_now(again)
    assert await app.dispatcher.deliver_due() == 1


async def test_once_a_week_brings_the_week_in_one_mail(app: App, visitor: Visitor, server: FakeMail) -> None:
    subscription = await subscribe(app, visitor, server, days="fri", count="30")
    await app.planner.plan_now(subscription)
    assert await app.dispatcher.deliver_due() == 1
    [received] = server.received
    assert "Papers for the week of 2" in received.mail["Subject"]
    assert "Papers for the week of 2" in received.plain
    days = {
        item.day
        for item in await app.store.papers.listed_between(
            subscription.sources, NOW.date() - timedelta(days=6), NOW.date()
        )
    }
    assert len(days) > 3
    assert received.html.count("<h2") > 10


async def test_papers_listed_later_make_no_second_mail(app: App, visitor: Visitor, server: FakeMail) -> None:
    subscription = await subscribe(app, visitor, server, count="30")
    await app.planner.plan_now(subscription)
    assert await app.dispatcher.deliver_due() == 1
    late = listing(paper(1, "Late to the List", upvotes=99), day=NOW.date(), source="samples")
    await app.store.papers.add_listings([late], app.clock.now())
    assert await app.planner.plan_due() == 0
    assert await app.dispatcher.deliver_due() == 0
    assert len(server.received) == 1


@pytest.mark.parametrize(("words", "numbers"), CASES)
async def test_a_mail_has_the_papers_that_pass_its_filters(
    app: App, visitor: Visitor, server: FakeMail, words: str, numbers: set[int]
) -> None:
    subscription = await subscribe(app, visitor, server, query=words, count="30", days="daily")
    day = date(2026, 5, 30)
    await app.store.papers.add_listings([listing(one, day=day, source="samples") for one in FIVE], app.clock.now())
    cast(StillClock, app.clock).moment += timedelta(days=1)
    await app.planner.plan_now(subscription)
    await app.dispatcher.deliver_due()
    [received] = server.received
    assert {one.title for one in FIVE if one.title in received.plain} == titles_of(numbers)


async def test_a_mail_names_an_author_of_its_own_community_and_comes_first(
    app: App, visitor: Visitor, server: FakeMail
) -> None:
    subscription = await subscribe(app, visitor, server, days="daily")
    theirs = structs.replace(paper(92, "Compilers for Nests"), authors=("Hopper, Grace B.",))
    await app.store.papers.add_listings([listing(theirs, day=date(2026, 5, 30), source="samples")], app.clock.now())
    grace = OurAuthor(tenant=subscription.place.tenant, name="Grace Hopper")
    await app.store.our_people.add_author(grace, app.clock.now())
    await app.store.our_people.add_author(
        structs.replace(grace, tenant="web:other", name="Ada Lovelace"), app.clock.now()
    )
    cast(StillClock, app.clock).moment += timedelta(days=1)
    await app.planner.plan_now(subscription)
    await app.dispatcher.deliver_due()
    [received] = server.received
    assert "by our own Grace Hopper" in received.plain
    assert "by our own Grace Hopper" in received.html
    assert received.plain.index("Compilers for Nests") < min(
        (received.plain.index(f"\n{n}.") for n in (2, 3) if f"\n{n}." in received.plain), default=10**9
    )
