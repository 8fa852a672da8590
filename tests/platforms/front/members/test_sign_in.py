"""Signing in with Slack, by a browser over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.front.server import FrontPage
from adapters.front.session import FILE, LIFE
from bot.clock import FixedClock
from bot.errors import ConfigError
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import Someone, Workspace
from tests.platforms.front.members.conftest import Opens
from tests.platforms.front.members.site import Browser


async def sent_back(browser: Browser, front: FrontPage, next: str = "/") -> str:
    """The address at which Slack sends a browser back, not opened yet."""
    left = await browser.get(f"{front.url}/sign-in/slack?next={next}", follow=False)
    assert left.status == 302
    return (await browser.get(left.headers["Location"], follow=False)).headers["Location"]


async def is_in(browser: Browser, front: FrontPage) -> bool:
    return "Sign out" in (await browser.get(f"{front.url}/archive")).words


async def test_a_member_signs_in_and_comes_back_to_the_page_they_read(
    front: FrontPage, ada: Browser, user: Someone
) -> None:
    page = await ada.get(f"{front.url}/archive?a=1")
    assert "Sign in to vote: Slack" in page.words
    back = await ada.get(f"{front.url}/sign-in/slack?next=/archive%3Fa%3D1")
    assert (back.status, back.url) == (200, f"{front.url}/archive?a=1")
    assert "Ada Sign out" in back.words
    assert "Sign in" not in back.words
    assert back.headers["Cache-Control"] == "private, no-store"


async def test_slack_is_asked_for_who_it_is_and_no_more(front: FrontPage, ada: Browser, acme: Workspace) -> None:
    left = await ada.get(f"{front.url}/sign-in/slack", follow=False)
    asked = {name: one for name, (one,) in parse_qs(urlsplit(left.headers["Location"]).query).items()}
    assert asked["scope"] == "openid profile"
    assert asked["team"] == acme.id
    assert asked["redirect_uri"] == f"{front.url}/sign-in/slack/back"
    assert len(asked["state"]) >= 32
    assert len(asked["nonce"]) >= 32
    assert asked["state"] != asked["nonce"]


async def test_without_settings_nothing_is_offered(opens: Opens, ada: Browser) -> None:
    async with opens() as front:
        page = await ada.get(f"{front.url}/")
        assert page.status == 200
        assert "Sign in" not in page.words
        assert (await ada.get(f"{front.url}/sign-in/slack")).status == 404
        assert (await ada.post(f"{front.url}/vote", paper="arxiv:2503.00001")).status in {404, 405}


async def test_who_says_no_reads_on(front: FrontPage, ada: Browser) -> None:
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert page.status == 403
    assert "You chose not to. You can read everything without." in page.words
    assert not await is_in(ada, front)


async def test_another_workspaces_member_does_not_get_in(front: FrontPage, slack: FakeSlack, ada: Browser) -> None:
    stranger = await (await slack.workspace("Initech")).user("Mallory")
    await slack.settings(sign_in_as=stranger.id)
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert page.status == 403
    assert "another Slack workspace" in page.words
    assert not await is_in(ada, front)


async def test_a_forged_state_gets_nobody_in(front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone) -> None:
    back = await sent_back(ada, front)
    state = parse_qs(urlsplit(back).query)["state"][0]
    page = await ada.get(back.replace(state, "x" * len(state)))
    assert page.status == 403
    assert not await is_in(ada, front)
    assert (await slack.counts())["requests"].get("openid.connect.token", 0) == 0


async def test_what_ada_began_eve_can_not_finish_nor_the_other_way_round(
    front: FrontPage, ada: Browser, eve: Browser, user: Someone
) -> None:
    """Else Eve could have Ada vote in Eve's name without knowing."""
    of_ada, of_eve = await sent_back(ada, front), await sent_back(eve, front)
    for browser, address in ((eve, of_ada), (ada, of_eve)):
        assert (await browser.get(address)).status == 403
        assert not await is_in(browser, front)


async def test_a_code_put_into_another_browsers_sign_in_is_refused(
    front: FrontPage, slack: FakeSlack, ada: Browser, eve: Browser, user: Someone
) -> None:
    """The state is Eve's own, but the id token says whose attempt it was made for."""
    stolen = parse_qs(urlsplit(await sent_back(ada, front)).query)["code"][0]
    own = await sent_back(eve, front)
    page = await eve.get(own.replace(parse_qs(urlsplit(own).query)["code"][0], stolen))
    assert page.status == 403
    assert "begun elsewhere" in page.words


async def test_a_way_back_works_once(front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone) -> None:
    back = await sent_back(ada, front)
    kept = ada.cookies()
    assert (await ada.get(back)).status == 200
    ada.session.cookie_jar.update_cookies(kept)  # somebody who copied the browser's cookies in between
    again = await ada.get(back)
    assert again.status == 403
    assert (await slack.counts())["requests"]["openid.connect.token"] == 1


async def test_of_many_at_once_one_gets_in(front: FrontPage, ada: Browser, user: Someone) -> None:
    back = await sent_back(ada, front)
    pages = await asyncio.gather(*(ada.get(back, follow=False) for _ in range(10)))
    assert sorted(page.status for page in pages) == [303] + [403] * 9


async def test_the_way_back_closes_after_ten_minutes(
    front: FrontPage, clock: FixedClock, ada: Browser, user: Someone
) -> None:
    back = await sent_back(ada, front)
    clock.moment += timedelta(minutes=10)
    assert (await ada.get(back)).status == 403
    assert not await is_in(ada, front)


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
async def test_an_id_token_that_is_not_for_us_gets_nobody_in(
    front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone, claims: dict[str, object]
) -> None:
    await slack.settings(claims=claims)
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert page.status in {403, 503}
    assert not await is_in(ada, front)


@pytest.mark.parametrize("fault", ["error_before", "drop_after", "rate_limited"])
async def test_a_slack_that_does_not_answer_is_told_as_such(
    front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone, fault: str
) -> None:
    await slack.fail_next("openid.connect.token", fault)
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert page.status == 503
    assert "Try again in a few minutes" in page.words
    assert not await is_in(ada, front)
    assert (await ada.get(f"{front.url}/sign-in/slack")).status == 200  # and the next attempt works


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script> {{ 7 * 7 }}", "Ada\r\nSet-Cookie: a=b", "\u202eadA\x00", "“" + "x" * 5_000, ""],
)
async def test_a_name_does_nothing_but_show(
    front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone, name: str
) -> None:
    await slack.settings(claims={"name": name})
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert ("{{ 7 * 7 }}" in page.text) == ("{{ 7 * 7 }}" in name)
    assert "\u202e" not in page.text
    assert "a" not in ada.cookies()
    assert len(ada.cookies()["paperboy-front"]) < 3_000


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
async def test_nobody_is_sent_off_the_site(front: FrontPage, ada: Browser, user: Someone, next: str) -> None:
    back = await ada.get(await sent_back(ada, front, next), follow=False)
    assert back.status == 303
    to = urlsplit(back.headers["Location"])
    assert f"{to.scheme}://{to.netloc}" == front.url
    assert back.headers["Location"].startswith(f"{front.url}/")
    assert "a" not in ada.cookies()


async def test_signing_out_ends_it_for_every_copy_of_the_cookie(
    opens: Opens, with_slack: dict[str, str], ada: Browser, user: Someone
) -> None:
    async with opens(**with_slack) as front:
        page = await ada.get(f"{front.url}/sign-in/slack")
        kept = ada.cookies()
        out = await ada.post(f"{front.url}/sign-out", csrf=page.hidden("csrf"), next="/archive")
        assert out.url == f"{front.url}/archive"
        assert not await is_in(ada, front)
        ada.session.cookie_jar.update_cookies(kept)
        assert not await is_in(ada, front)
        port = urlsplit(front.url).port
    async with opens(**with_slack | {"port": port}) as again:  # nor after a restart
        assert again.url == front.url
        ada.session.cookie_jar.update_cookies(kept)
        assert not await is_in(ada, again)


async def test_nobody_can_be_signed_out_from_elsewhere(front: FrontPage, ada: Browser, user: Someone) -> None:
    page = await ada.get(f"{front.url}/sign-in/slack")
    assert (await ada.post(f"{front.url}/sign-out")).status == 403
    evil = {"Origin": "https://evil.example"}
    assert (await ada.post(f"{front.url}/sign-out", headers=evil, csrf=page.hidden("csrf"))).status == 403
    assert await is_in(ada, front)


async def test_a_session_ends_after_seven_days(
    front: FrontPage, clock: FixedClock, ada: Browser, user: Someone
) -> None:
    await ada.get(f"{front.url}/sign-in/slack")
    kept = ada.cookies()
    clock.moment += LIFE - timedelta(seconds=1)
    assert await is_in(ada, front)
    clock.moment += timedelta(seconds=1)
    ada.session.cookie_jar.update_cookies(kept)
    assert not await is_in(ada, front)


async def test_a_restart_keeps_people_in_and_a_new_key_or_another_workspace_does_not(
    opens: Opens, with_slack: dict[str, str], tmp_path: Path, ada: Browser, user: Someone
) -> None:
    async with opens(**with_slack) as front:
        await ada.get(f"{front.url}/sign-in/slack")
    options = with_slack | {"port": str(urlsplit(front.url).port)}
    async with opens(**options) as front:
        assert await is_in(ada, front)
    async with opens(**options | {"slack_team": "T0OTHER"}) as front:
        assert not await is_in(ada, front)
    (tmp_path / FILE).unlink()
    async with opens(**options) as front:
        assert not await is_in(ada, front)


async def test_another_sites_cookie_opens_nothing(
    opens: Opens, with_slack: dict[str, str], ada: Browser, eve: Browser, user: Someone, tmp_path: Path
) -> None:
    """Not even of a site on the same data folder, whose key is the same."""
    async with opens(**with_slack) as one, opens(**with_slack) as other:
        await ada.get(f"{one.url}/sign-in/slack")
        eve.session.cookie_jar.update_cookies(ada.cookies())
        assert await is_in(eve, one)
        assert not await is_in(eve, other)


@pytest.mark.parametrize("cookie", ["x", "gAAAAA", "é" * 50, "=" * 100, "A" * 6_000])
async def test_a_made_up_cookie_opens_nothing(front: FrontPage, ada: Browser, cookie: str) -> None:
    page = await ada.get(f"{front.url}/archive", Cookie=f"paperboy-front={cookie}")
    assert page.status == 200
    assert "Sign in to vote" in page.words


async def test_cookies_are_kept_from_scripts_and_other_sites(front: FrontPage, ada: Browser, user: Someone) -> None:
    page = await ada.get(await sent_back(ada, front), follow=False)
    (cookie,) = [line for line in page.headers.getall("Set-Cookie") if line.startswith("paperboy-front=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


async def test_behind_https_cookies_are_for_this_host_alone(
    opens: Opens, with_slack: dict[str, str], ada: Browser
) -> None:
    async with opens(**with_slack, public_url="https://papers.example") as front:
        left = await ada.get(f"{front.url}/sign-in/slack", follow=False)
        (cookie,) = left.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-paperboy-slack=")
        assert "Secure" in cookie
        assert "redirect_uri=https%3A%2F%2Fpapers.example%2Fsign-in%2Fslack%2Fback" in left.headers["Location"]


async def test_nothing_secret_is_kept_or_said(
    front: FrontPage, slack: FakeSlack, ada: Browser, user: Someone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    back = await sent_back(ada, front)
    page = await ada.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    secret = (await slack.app())["client_secret"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    for word in (code, secret, "xoxp-"):
        assert word not in page.text
        assert word not in caplog.text
        assert word.encode() not in kept


async def test_under_another_name_of_this_machine_people_are_led_to_the_one_that_slack_knows(
    front: FrontPage, ada: Browser, user: Someone
) -> None:
    other = front.url.replace("127.0.0.1", "localhost")
    page = await ada.get(f"{other}/sign-in/slack?next=/archive")
    assert page.url == f"{front.url}/archive"
    assert "Ada Sign out" in page.words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"slack_client_id": "1.2"}, "slack_client_secret and slack_team"),
        ({"discord_guild": "1", "discord_client_id": "2"}, "discord_client_secret"),
        ({"public_url": "http://papers.example"}, "public_url: sign-in needs https"),
        ({"slack_url": "http://slack.example"}, "slack_url: sign-in needs https"),
    ],
)
async def test_settings_that_can_not_work_are_told_at_the_start(
    opens: Opens, with_slack: dict[str, str], options: dict[str, str], said: str
) -> None:
    given = (with_slack if "https" in said else {}) | options
    with pytest.raises(ConfigError, match=said) as error:
        async with opens(**given):
            pass
    assert with_slack["slack_client_secret"] not in str(error.value)
