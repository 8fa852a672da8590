"""Giving a paper on the site: whatever the core says to it is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.site.adapter import SiteAdapter
from bot.chat.adapter import CommandHelp
from bot.chat.catalog import Catalog
from bot.chat.event import Answer, Command, Event
from bot.chat.message import Message
from bot.clock import FixedClock
from bot.store.sql import Store
from tests.builders import listing, paper
from tests.core.conftest import Channel
from tests.fakes.core import FakeCore
from tests.fakes.slack.people import Someone, Workspace
from tests.platforms.site.members.site import Browser, Page, opened

URL = "https://arxiv.org/abs/2405.15738"


class Takes(FakeCore):
    """A core that takes papers."""

    commands = (CommandHelp(name="submit", usage="submit URL [why]", summary="Bring a paper."),)

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    async def handle_event(self, event: Event) -> Answer | None:
        self.heard.append(event)
        assert isinstance(event, Command)
        return Answer(message=Message(plain=f"I heard <b>{event.text}</b>."))


@pytest.fixture
def core(channel: Channel) -> Takes:
    return Takes(channel.core.catalog)


@pytest.fixture
async def site(
    core: Takes, store: Store, clock: FixedClock, tmp_path: Path, with_slack: dict[str, str]
) -> AsyncIterator[SiteAdapter]:
    async with opened(core, store, clock, tmp_path, **with_slack) as found:
        yield found


@pytest.fixture
async def page(site: SiteAdapter, ada: Browser, user: Someone) -> Page:
    return await ada.get(f"{site.url}/sign-in/slack?next=/submit")


async def send(ada: Browser, site: SiteAdapter, page: Page, **form: str) -> Page:
    return await ada.post(f"{site.url}/submit", **{"csrf": page.hidden("csrf"), "url": URL} | form)


async def test_the_core_hears_it_in_the_persons_name_and_its_word_is_shown(
    site: SiteAdapter, core: Takes, acme: Workspace, user: Someone, ada: Browser, page: Page
) -> None:
    said = await send(ada, site, page, why="It is  about\nnests")
    assert said.status == 200
    (event,) = core.heard
    assert isinstance(event, Command)
    assert event.text == f"submit {URL} It is about nests"
    assert (event.who.tenant, event.who.id, event.who.name) == (f"slack:{acme.id}", user.id, "Ada")
    assert not event.who.admin
    assert f"I heard <b>submit {URL} It is about nests</b>." in said.words
    assert "<b>submit" not in said.text


@pytest.mark.parametrize("url", ["", "   ", "two words", "\r\nschedule daily 09:00"])
async def test_a_wrong_address_does_not_reach_the_core(
    site: SiteAdapter, core: Takes, ada: Browser, page: Page, url: str
) -> None:
    said = await send(ada, site, page, url=url, why='"><script>alert(1)</script>')
    assert "Enter one address" in said.words
    assert "<script>alert" not in said.text
    assert core.heard == []


async def test_no_one_can_submit_for_another_person(
    site: SiteAdapter, core: Takes, ada: Browser, eve: Browser, page: Page
) -> None:
    assert (await send(ada, site, page, csrf="x")).status == 403
    assert (await send(eve, site, page)).status == 403
    assert core.heard == []


async def test_a_visitor_who_wants_to_submit_is_shown_how_to_sign_in(site: SiteAdapter, eve: Browser) -> None:
    page = await eve.get(f"{site.url}/submit")
    assert page.status == 200
    assert "Sign in" in page.words
    assert "<textarea" not in page.text and 'name="why"' not in page.text


async def test_a_paper_submitted_on_the_site_is_on_the_communitys_list(
    adapter: SiteAdapter, channel: Channel, acme: Workspace, ada: Browser, user: Someone
) -> None:
    brought = paper(70, "Owls and Their Towns")
    await channel.store.papers.add_listings([listing(brought, source="arxiv-asked")], channel.clock.now())
    page = await ada.get(f"{adapter.url}/sign-in/slack?next=/submit")
    said = await send(ada, adapter, page, url=brought.links.page, why="for Friday")
    assert "is on this community’s list" in said.words
    (submission,) = (await channel.store.submissions.for_papers(f"slack:{acme.id}", [brought.id])).values()
    assert (submission.person, submission.why) == (f"slack:{acme.id}/{user.id}", "for Friday")
