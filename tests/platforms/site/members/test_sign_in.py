"""Signing in with Slack, by a browser over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.site.adapter import SiteAdapter
from adapters.site.members.oauth.sign_in import MAX_CLIENT_RETURNS_PER_MINUTE, MAX_RETURNS_PER_MINUTE
from bot.clock import FixedClock
from bot.errors import ConfigError
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import Someone, Workspace
from tests.platforms.site.members.conftest import Opens
from tests.platforms.site.members.site import Browser, is_in, sent_back


async def test_a_member_signs_in_and_comes_back_to_the_page_they_read(
    adapter: SiteAdapter, ada: Browser, user: Someone
) -> None:
    page = await ada.get(f"{adapter.url}/archive?a=1")
    assert "Sign in to vote: Slack" in page.words
    back = await ada.get(f"{adapter.url}/sign-in/slack?next=/archive%3Fa%3D1")
    assert (back.status, back.url) == (200, f"{adapter.url}/archive?a=1")
    assert "Ada Saved papers Submit a paper Sign out" in back.words
    assert "Sign in" not in back.words
    assert back.headers["Cache-Control"] == "private, no-store"


async def test_slack_is_asked_for_identity_and_nothing_else(
    adapter: SiteAdapter, ada: Browser, acme: Workspace
) -> None:
    left = await ada.get(f"{adapter.url}/sign-in/slack", follow=False)
    asked = {name: one for name, (one,) in parse_qs(urlsplit(left.headers["Location"]).query).items()}
    assert asked["scope"] == "openid profile"
    assert asked["team"] == acme.id
    assert asked["redirect_uri"] == f"{adapter.url}/sign-in/slack/back"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert asked["state"] != asked["nonce"]


async def test_without_settings_nothing_is_offered(opens: Opens, ada: Browser) -> None:
    async with opens() as adapter:
        page = await ada.get(f"{adapter.url}/")
        assert page.status == 200
        assert "Sign in" not in page.words
        assert (await ada.get(f"{adapter.url}/sign-in/slack")).status == 404
        assert (await ada.post(f"{adapter.url}/vote", paper="arxiv:2503.00001")).status in {404, 405}


async def test_a_person_who_declines_can_still_read(adapter: SiteAdapter, ada: Browser) -> None:
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert page.status == 403
    assert "You chose not to sign in. You can read everything without signing in." in page.words
    assert not await is_in(ada, adapter)


async def test_another_workspaces_member_does_not_get_in(adapter: SiteAdapter, slack: FakeSlack, ada: Browser) -> None:
    stranger = await (await slack.workspace("Initech")).user("Mallory")
    await slack.settings(sign_in_as=stranger.id)
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert page.status == 403
    assert "another Slack workspace" in page.words
    assert not await is_in(ada, adapter)


async def test_a_forged_state_signs_no_one_in(
    adapter: SiteAdapter, slack: FakeSlack, ada: Browser, user: Someone
) -> None:
    back = await sent_back(ada, adapter)
    state = parse_qs(urlsplit(back).query)["state"][0]
    page = await ada.get(back.replace(state, "x" * len(state)))
    assert page.status == 403
    assert not await is_in(ada, adapter)
    assert (await slack.counts())["requests"].get("openid.connect.token", 0) == 0


async def test_no_one_can_finish_the_sign_in_of_another_browser(
    adapter: SiteAdapter, ada: Browser, eve: Browser, user: Someone
) -> None:
    """Else Eve could have Ada vote in Eve's name without knowing."""
    of_ada, of_eve = await sent_back(ada, adapter), await sent_back(eve, adapter)
    for browser, address in ((eve, of_ada), (ada, of_eve)):
        assert (await browser.get(address)).status == 403
        assert not await is_in(browser, adapter)


async def test_a_code_put_into_another_browsers_sign_in_is_refused(
    adapter: SiteAdapter, slack: FakeSlack, ada: Browser, eve: Browser, user: Someone
) -> None:
    """The state is Eve's own, but the id token says whose attempt it was made for."""
    stolen = parse_qs(urlsplit(await sent_back(ada, adapter)).query)["code"][0]
    own = await sent_back(eve, adapter)
    page = await eve.get(own.replace(parse_qs(urlsplit(own).query)["code"][0], stolen))
    assert page.status == 403
    assert "started in another browser" in page.words


async def test_a_way_back_works_once(adapter: SiteAdapter, slack: FakeSlack, ada: Browser, user: Someone) -> None:
    back = await sent_back(ada, adapter)
    kept = ada.cookies()
    assert (await ada.get(back)).status == 200
    ada.session.cookie_jar.update_cookies(kept)  # copied from the browser in between
    again = await ada.get(back)
    assert again.status == 403
    assert (await slack.counts())["requests"]["openid.connect.token"] == 1


async def test_of_many_at_once_one_gets_in(adapter: SiteAdapter, ada: Browser, user: Someone) -> None:
    back = await sent_back(ada, adapter)
    pages = await asyncio.gather(*(ada.get(back, follow=False) for _ in range(10)))
    assert sorted(page.status for page in pages) == [303] + [403] * 9


async def junk_return(adapter: SiteAdapter, client: str) -> int:
    """The status that a stranger gets who begins to sign in and makes up a code."""
    async with Browser() as stranger:
        left = await stranger.get(f"{adapter.url}/sign-in/slack", follow=False)
        state = parse_qs(urlsplit(left.headers["Location"]).query)["state"][0]
        back = f"{adapter.url}/sign-in/slack/back?code=junk&state={state}"
        return (await stranger.get(back, **{"X-Forwarded-For": client})).status


async def test_made_up_codes_make_us_call_the_platform_so_often_and_no_more(
    opens: Opens, with_slack: dict[str, str], slack: FakeSlack, ada: Browser, user: Someone, clock: FixedClock
) -> None:
    async with opens(**with_slack, proxied=True) as adapter:
        calls = [await junk_return(adapter, "203.0.113.1") for _ in range(12)]
        assert calls == [403] * MAX_CLIENT_RETURNS_PER_MINUTE + [429] * 2
        for number in range(MAX_RETURNS_PER_MINUTE):
            await junk_return(adapter, f"203.0.113.{2 + number // 9}")
        assert (await slack.counts())["requests"]["openid.connect.token"] == MAX_RETURNS_PER_MINUTE
        clock.moment += timedelta(minutes=1)
        assert (await ada.get(f"{adapter.url}/sign-in/slack")).status == 200
        assert await is_in(ada, adapter)


async def test_the_way_back_closes_after_ten_minutes(
    adapter: SiteAdapter, clock: FixedClock, ada: Browser, user: Someone
) -> None:
    back = await sent_back(ada, adapter)
    clock.moment += timedelta(minutes=10)
    assert (await ada.get(back)).status == 403
    assert not await is_in(ada, adapter)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another.app"},
        {"iss": "https://slack.example"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"https://slack.com/team_id": None},
        {"https://slack.com/team_id": "T0OTHER"},
        {"https://slack.com/user_id": None},
        {"https://slack.com/user_id": 7},
    ],
)
async def test_an_id_token_that_is_not_for_us_signs_no_one_in(
    adapter: SiteAdapter, slack: FakeSlack, ada: Browser, user: Someone, claims: dict[str, object]
) -> None:
    await slack.settings(claims=claims)
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert page.status in {403, 503}
    assert not await is_in(ada, adapter)


@pytest.mark.parametrize("fault", ["error_before", "drop_after", "rate_limited"])
async def test_an_unavailable_slack_gives_a_page_that_says_try_later(
    adapter: SiteAdapter, slack: FakeSlack, ada: Browser, user: Someone, fault: str
) -> None:
    await slack.fail_next("openid.connect.token", fault)
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert page.status == 503
    assert "Try again in a few minutes" in page.words
    assert not await is_in(ada, adapter)
    assert (await ada.get(f"{adapter.url}/sign-in/slack")).status == 200  # and the next attempt works


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script> {{ 7 * 7 }}", "Ada\r\nSet-Cookie: a=b", "\u202eadA\x00", "“" + "x" * 5_000, ""],
)
async def test_a_name_does_nothing_but_show(
    adapter: SiteAdapter, slack: FakeSlack, ada: Browser, user: Someone, name: str
) -> None:
    await slack.settings(claims={"name": name})
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert ("{{ 7 * 7 }}" in page.text) == ("{{ 7 * 7 }}" in name)
    assert "\u202e" not in page.text
    assert "a" not in ada.cookies()
    assert len(ada.cookies()["paperboy-site"]) < 3_000


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)",
        "///evil.example",
        "evil.example",
        "/.//evil.example",
        "@evil.example",
        "",
    ],
)
async def test_no_one_is_redirected_off_the_site(adapter: SiteAdapter, ada: Browser, user: Someone, next: str) -> None:
    back = await ada.get(await sent_back(ada, adapter, next), follow=False)
    assert back.status == 303
    to = urlsplit(back.headers["Location"])
    assert f"{to.scheme}://{to.netloc}" == adapter.url
    assert back.headers["Location"].startswith(f"{adapter.url}/")
    assert "a" not in ada.cookies()


async def test_under_another_name_of_this_machine_people_are_led_to_the_one_that_slack_knows(
    adapter: SiteAdapter, ada: Browser, user: Someone
) -> None:
    other = adapter.url.replace("127.0.0.1", "localhost")
    page = await ada.get(f"{other}/sign-in/slack?next=/archive")
    assert page.url == f"{adapter.url}/archive"
    assert "Ada Saved papers Submit a paper Sign out" in page.words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"slack_client_id": "1.2"}, "slack_client_secret and slack_team"),
        ({"discord_guild": "1", "discord_client_id": "2"}, "discord_client_secret"),
        ({"public_url": "http://papers.example"}, "public_url: sign-in needs https"),
        ({"slack_url": "http://slack.example"}, "slack_url: sign-in needs https"),
    ],
)
async def test_settings_that_cannot_work_stop_the_start(
    opens: Opens, with_slack: dict[str, str], options: dict[str, str], said: str
) -> None:
    given = (with_slack if "https" in said else {}) | options
    with pytest.raises(ConfigError, match=said) as error:
        async with opens(**given):
            pass
    assert with_slack["slack_client_secret"] not in str(error.value)
