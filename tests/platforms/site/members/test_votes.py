"""Votes from the pages: whose they are, and who can't cast them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from adapters.site.adapter import SiteAdapter
from adapters.site.members.votes import MAX_VOTES_PER_MINUTE
from bot.clock import FixedClock
from tests.core.conftest import Channel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import Someone, Workspace
from tests.platforms.site.members.site import Browser, Page

NESTS, FEATHERS = "arxiv:2503.00001", "arxiv:2503.00002"
JSON = {"Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def page(adapter: SiteAdapter, ada: Browser, user: Someone) -> Page:
    """The list, as signed-in Ada sees it."""
    return await ada.get(f"{adapter.url}/sign-in/slack?next=/date/2025-03-18")


async def votes(channel: Channel, paper: str = NESTS) -> tuple[int, int]:
    found = (await channel.core.catalog.vote_counts([paper])).get(paper)
    return (found.up, found.down) if found else (0, 0)


async def vote(browser: Browser, adapter: SiteAdapter, page: Page, paper: str = NESTS, **form: str) -> Page:
    given = {"csrf": page.hidden("csrf"), "paper": paper, "vote": "on", "next": "/date/2025-03-18"} | form
    return await browser.post(f"{adapter.url}/vote", **given)


async def test_visitors_see_vote_counts_but_no_button(adapter: SiteAdapter, ada: Browser) -> None:
    page = await ada.get(f"{adapter.url}/")
    assert f'data-votes="{NESTS}">0<' in page.text
    assert 'action="/vote"' not in page.text
    assert (await ada.post(f"{adapter.url}/vote", paper=NESTS, vote="on")).status == 403


async def test_a_vote_counts_and_leads_back_to_the_page(
    adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page
) -> None:
    assert 'aria-pressed="true"' not in page.text
    after = await vote(ada, adapter, page)
    assert (after.status, after.url) == (200, f"{adapter.url}/date/2025-03-18")
    assert f'data-votes="{NESTS}">1<' in after.text
    assert after.text.count('aria-pressed="true"') == 1
    assert await votes(channel) == (1, 0)
    again = await vote(ada, adapter, page, vote="off")
    assert f'data-votes="{NESTS}">0<' in again.text
    assert await votes(channel) == (0, 0)


async def test_a_vote_from_an_outdated_page_changes_nothing(
    adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page
) -> None:
    """Two tabs, or a button pressed twice: a vote stays a vote."""
    for _ in range(3):
        await vote(ada, adapter, page)
    assert await votes(channel) == (1, 0)
    for _ in range(3):
        await vote(ada, adapter, page, vote="off")
    assert await votes(channel) == (0, 0)


async def test_a_script_gets_the_new_counts(adapter: SiteAdapter, ada: Browser, page: Page) -> None:
    form = {"csrf": page.hidden("csrf"), "paper": NESTS, "vote": "on"}
    async with ada.session.post(f"{adapter.url}/vote", data=form, headers=JSON) as answer:
        said = await answer.json()
        assert answer.headers["Cache-Control"] == "no-store"
    assert (said["votes"], said["own_vote"]) == (1, 1)
    assert "You voted for “Hypernetworks for Nests”" in said["text"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"csrf": ""}, 403),
        ({"csrf": "another"}, 403),
        ({"csrf": "é"}, 403),
        ({"paper": ""}, 400),
        ({"paper": "arxiv:2503.99999"}, 400),
        ({"paper": "x" * 200}, 400),
        ({"paper": "'; DROP TABLE marks; --"}, 400),
        ({"paper": "<script>alert(1)</script>"}, 400),
    ],
)
async def test_a_form_that_is_not_right_changes_nothing(
    adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page, form: dict[str, str], status: int
) -> None:
    answer = await vote(ada, adapter, page, **form)
    assert answer.status == status
    assert "<script>alert" not in answer.text
    assert await votes(channel) == (0, 0)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json"},
    ],
)
async def test_another_site_cannot_vote_for_a_reader(
    adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page, headers: dict[str, str]
) -> None:
    """Not even one that has come to know the token."""
    body = urlencode({"csrf": page.hidden("csrf"), "paper": NESTS, "vote": "on"})
    async with ada.session.post(f"{adapter.url}/vote", data=body, headers=FORM | headers) as answer:
        assert answer.status == 403
    assert await votes(channel) == (0, 0)
    async with ada.session.post(f"{adapter.url}/vote", data=body, headers=FORM | {"Origin": adapter.url}) as answer:
        assert answer.status == 200
    assert await votes(channel) == (1, 0)


async def test_a_link_cannot_vote(adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page) -> None:
    answer = await ada.get(f"{adapter.url}/vote?csrf={page.hidden('csrf')}&paper={NESTS}&vote=on")
    assert answer.status == 405
    assert await votes(channel) == (0, 0)


async def test_one_persons_token_is_not_anothers(
    adapter: SiteAdapter, channel: Channel, slack: FakeSlack, acme: Workspace, ada: Browser, eve: Browser, page: Page
) -> None:
    await slack.settings(sign_in_as=(await acme.user("Eve")).id)
    await eve.get(f"{adapter.url}/sign-in/slack")
    assert (await vote(eve, adapter, page)).status == 403
    assert await votes(channel) == (0, 0)


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example", "\r\nX: y"])
async def test_a_vote_leads_nowhere_else(adapter: SiteAdapter, ada: Browser, page: Page, next: str) -> None:
    form = {"csrf": page.hidden("csrf"), "paper": NESTS, "vote": "on", "next": next}
    answer = await ada.post(f"{adapter.url}/vote", follow=False, **form)
    assert (answer.status, answer.headers["Location"]) == (303, f"{adapter.url}/")


async def test_votes_of_one_person_are_limited(
    adapter: SiteAdapter, channel: Channel, clock: FixedClock, ada: Browser, page: Page
) -> None:
    for n in range(MAX_VOTES_PER_MINUTE):
        assert (await vote(ada, adapter, page, vote=("off", "on")[n % 2], next="/robots.txt")).status == 200
    refused = await vote(ada, adapter, page, vote="off")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    assert await votes(channel) == (1, 0)
    clock.moment += timedelta(seconds=60)
    assert (await vote(ada, adapter, page, vote="off")).status == 200


async def test_votes_at_once_are_one(adapter: SiteAdapter, channel: Channel, ada: Browser, page: Page) -> None:
    await asyncio.gather(*(vote(ada, adapter, page, next="/robots.txt") for _ in range(8)))
    assert await votes(channel) == (1, 0)


async def test_a_cached_page_shows_no_ones_own_vote(
    adapter: SiteAdapter, ada: Browser, eve: Browser, page: Page
) -> None:
    await vote(ada, adapter, page)
    of_all = await eve.get(f"{adapter.url}/date/2025-03-18")
    assert "aria-pressed" not in of_all.text
    assert "Ada" not in of_all.text
    assert page.hidden("csrf") not in of_all.text
