"""Saved papers, lists and notes on the site: each person's own, and changed through the core as in a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.site.adapter import SiteAdapter
from tests.core.conftest import Channel
from tests.fakes.slack.people import Someone
from tests.platforms.site.members.conftest import Opens
from tests.platforms.site.members.site import Browser, Page

PAPER = "arxiv:2503.00001"


@pytest.fixture
async def site(opens: Opens, with_slack: dict[str, str]) -> AsyncIterator[SiteAdapter]:
    async with opens(**with_slack) as found:
        yield found


@pytest.fixture
async def page(site: SiteAdapter, ada: Browser, user: Someone) -> Page:
    return await ada.get(f"{site.url}/sign-in/slack?next=/paper/2503.00001")


async def change(ada: Browser, site: SiteAdapter, page: Page, action: str, **form: str) -> Page:
    values = {"csrf": page.hidden("csrf"), "paper": PAPER, "action": action, "next": "/saved"} | form
    return await ada.post(f"{site.url}/saved", headers={"Origin": site.url}, **values)


async def test_a_stranger_is_told_to_sign_in(site: SiteAdapter, ada: Browser) -> None:
    assert "Sign in to see" in (await ada.get(f"{site.url}/saved")).words
    assert (await ada.post(f"{site.url}/saved", paper=PAPER, action="save")).status == 403


async def test_a_paper_is_saved_noted_and_read(site: SiteAdapter, ada: Browser, page: Page, channel: Channel) -> None:
    saved = await change(ada, site, page, "save")
    assert "Hypernetworks for Nests" in saved.words
    noted = await change(ada, site, page, "note", words="for <b>Friday</b>")
    assert 'value="for &lt;b&gt;Friday&lt;/b&gt;"' in noted.text
    assert "To read again" in (await change(ada, site, page, "read")).words
    assert "Nothing here yet" in (await change(ada, site, page, "save")).words


async def test_a_list_has_its_own_page_and_files(site: SiteAdapter, ada: Browser, page: Page) -> None:
    shown = await change(ada, site, page, "list", words="reading group", next="/saved?list=reading%20group")
    assert "Hypernetworks for Nests" in shown.words
    assert "reading group 1" in shown.words
    path = shown.text.partition('/cite.bib"')[0].rpartition('href="')[2]
    assert (await ada.get(f"{site.url}{path}/cite.bib")).text.startswith("@misc{arxiv:2503.00001,")


async def test_any_name_of_a_list_is_answered(site: SiteAdapter, ada: Browser, page: Page) -> None:
    for name in ("x" * 900, "%00%e2%80%ae", "%ff"):
        assert (await ada.get(f"{site.url}/saved?list={name}")).status == 200


async def test_a_wrong_form_changes_nothing(site: SiteAdapter, ada: Browser, page: Page, channel: Channel) -> None:
    assert (await change(ada, site, page, "schedule")).status == 400
    assert (await change(ada, site, page, "list", words="")).status == 400
    assert (await change(ada, site, page, "save", paper="saved")).status == 400
    assert (await change(ada, site, page, "save", csrf="x")).status == 403
    refused = await change(ada, site, page, "list", words="channel:club")
    assert refused.status == 400
    assert "Only an admin can start a list" in refused.words
    assert "Nothing here yet" in (await ada.get(f"{site.url}/saved")).words
