"""`/papers feed`: the secret address of a channel's feed, with the site that it opens on."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import time
from pathlib import Path
from typing import cast

import pytest

from adapters.site.adapter import SiteAdapter
from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import welcome
from bot.chat.event import Answer, Command, Person, Place
from bot.clock import FixedClock
from bot.config import load
from bot.papers.samples import SOURCE, sample_papers
from bot.schedule import Clocked
from bot.store.records import Subscription
from tests.builders import ADA, BOB, PAPERS
from tests.platforms.site.members.site import Browser

DAILY = Clocked(times=(time(9),))

Whole = Callable[..., AbstractAsyncContextManager[App]]
SITE = "https://papers.example"


@pytest.fixture
def whole(tmp_path: Path, clock: FixedClock) -> Whole:
    @asynccontextmanager
    async def opened(**environment: str) -> AsyncIterator[App]:
        given = {
            "PAPERBOY_HOME": str(tmp_path),
            "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
            "PAPERBOY_SEARCH_SEMANTIC": "false",
            "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
            "SITE_PORT": "0",
            "PAPERBOY_WEB_PORT": "0",
        }
        async with open_app(load(None, given | environment, installed()), clock) as app:
            yield app

    return opened


async def says(app: App, text: str, who: Person = ADA, place: Place = PAPERS) -> Answer:
    answer = await app.core.handle_event(
        Command(id=f"e{app.clock.now()}{text}{who.id}", at=app.clock.now(), who=who, place=place, text=text)
    )
    assert answer is not None
    return answer


async def link(app: App, place: Place = PAPERS) -> str:
    found = re.search(rf"{SITE}(/feeds/channel/\S+\.atom)", (await says(app, "feed", place=place)).message.plain)
    assert found
    return found[1]


async def test_an_admin_gets_the_address_of_a_feed_of_the_channels_papers(whole: Whole, ada: Browser) -> None:
    async with whole(SITE_PUBLIC_URL=SITE) as app:
        await welcome(app)
        wish = Subscription(
            id="s9",
            place=PAPERS,
            schedule=DAILY,
            created=app.clock.now(),
            count=2,
            sources=(SOURCE,),
        )
        await app.store.subscriptions.add_subscription(wish)
        await app.planner.plan_now(wish)
        await app.dispatcher.deliver_due()
        assert (await says(app, "feed")).private
        address = await link(app)
        adapter = cast(SiteAdapter, app.adapters["site"])
        await adapter.start(app.core)
        here = f"http://127.0.0.1:{adapter.url.rpartition(':')[2]}"
        feed = await ada.get(here + address)
        assert feed.status == 200
        brought = [id for id, _ in await app.store.outbox.papers_posted_in(PAPERS, 5)]
        titles = [listing.paper.title for listing, *_ in sample_papers() if listing.paper.id in brought]
        assert titles
        assert all(title in html.unescape(feed.words) for title in titles)
        assert (await ada.get(here + address.replace(".atom", "x.atom"))).status == 404
        elsewhere = await ada.get(here + await link(app, Place("web", "home", "other")))
        assert elsewhere.status in {200, 404}
        assert not any(title in elsewhere.words for title in titles)


async def test_the_address_is_the_same_each_time_and_in_a_thread(whole: Whole) -> None:
    async with whole(SITE_PUBLIC_URL=SITE) as app:
        first = await link(app)
        assert await link(app, PAPERS.in_thread("7")) == first
    async with whole(SITE_PUBLIC_URL=SITE) as app:
        assert await link(app) == first
        assert "papers" not in first.removeprefix("/feeds/channel/")  # nor does it tell which channel it is


async def test_others_do_not_get_it(whole: Whole) -> None:
    async with whole(SITE_PUBLIC_URL=SITE) as app:
        said = (await says(app, "feed", who=BOB)).message.plain
        assert "Only an admin can use" in said
        assert SITE not in said


async def test_a_site_for_this_machine_alone_says_so(whole: Whole) -> None:
    async with whole() as app:
        assert "can't be reached from outside" in (await says(app, "feed")).message.plain
        assert "feed" in [command.name for command in app.core.commands]


async def test_without_a_site_the_command_does_not_exist(whole: Whole) -> None:
    async with whole(SITE_ENABLED="false") as app:
        assert "feed" not in [command.name for command in app.core.commands]
        assert "feed:" not in (await says(app, "help")).message.plain
        assert "Papers on “feed”" in (await says(app, "feed")).message.plain
        assert "feed" not in dict(await app.core.complete("fe", ADA))
