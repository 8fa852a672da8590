"""How long a person stays signed in, and what keeps others out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.site.adapter import SiteAdapter
from adapters.site.members.sessions import KEY_FILE, SESSION_MAX_AGE
from bot.clock import FixedClock
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import Someone
from tests.platforms.site.members.conftest import Opens
from tests.platforms.site.members.site import Browser, is_in, sent_back


async def test_signing_out_ends_it_for_every_copy_of_the_cookie(
    opens: Opens, with_slack: dict[str, str], ada: Browser, user: Someone
) -> None:
    async with opens(**with_slack) as adapter:
        page = await ada.get(f"{adapter.url}/sign-in/slack")
        kept = ada.cookies()
        out = await ada.post(f"{adapter.url}/sign-out", csrf=page.hidden("csrf"), next="/archive")
        assert out.url == f"{adapter.url}/archive"
        assert not await is_in(ada, adapter)
        ada.session.cookie_jar.update_cookies(kept)
        assert not await is_in(ada, adapter)
        port = urlsplit(adapter.url).port
    async with opens(**with_slack | {"port": port}) as again:  # nor after a restart
        assert again.url == adapter.url
        ada.session.cookie_jar.update_cookies(kept)
        assert not await is_in(ada, again)


async def test_another_site_cannot_sign_a_person_out(adapter: SiteAdapter, ada: Browser, user: Someone) -> None:
    page = await ada.get(f"{adapter.url}/sign-in/slack")
    assert (await ada.post(f"{adapter.url}/sign-out")).status == 403
    evil = {"Origin": "https://evil.example"}
    assert (await ada.post(f"{adapter.url}/sign-out", headers=evil, csrf=page.hidden("csrf"))).status == 403
    assert await is_in(ada, adapter)


async def test_a_session_ends_after_seven_days(
    adapter: SiteAdapter, clock: FixedClock, ada: Browser, user: Someone
) -> None:
    await ada.get(f"{adapter.url}/sign-in/slack")
    kept = ada.cookies()
    clock.moment += SESSION_MAX_AGE - timedelta(seconds=1)
    assert await is_in(ada, adapter)
    clock.moment += timedelta(seconds=1)
    ada.session.cookie_jar.update_cookies(kept)
    assert not await is_in(ada, adapter)


async def test_a_restart_keeps_people_in_and_a_new_key_or_another_workspace_does_not(
    opens: Opens, with_slack: dict[str, str], tmp_path: Path, ada: Browser, user: Someone
) -> None:
    async with opens(**with_slack) as adapter:
        await ada.get(f"{adapter.url}/sign-in/slack")
    options = with_slack | {"port": str(urlsplit(adapter.url).port)}
    async with opens(**options) as adapter:
        assert await is_in(ada, adapter)
    async with opens(**options | {"slack_team": "T0OTHER"}) as adapter:
        assert not await is_in(ada, adapter)
    (tmp_path / KEY_FILE).unlink()
    async with opens(**options) as adapter:
        assert not await is_in(ada, adapter)


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
async def test_a_made_up_cookie_opens_nothing(adapter: SiteAdapter, ada: Browser, cookie: str) -> None:
    page = await ada.get(f"{adapter.url}/archive", Cookie=f"paperboy-site={cookie}")
    assert page.status == 200
    assert "Sign in to vote" in page.words


async def test_cookies_are_kept_from_scripts_and_other_sites(adapter: SiteAdapter, ada: Browser, user: Someone) -> None:
    page = await ada.get(await sent_back(ada, adapter), follow=False)
    (cookie,) = [line for line in page.headers.getall("Set-Cookie") if line.startswith("paperboy-site=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


async def test_behind_https_cookies_are_for_this_host_alone(
    opens: Opens, with_slack: dict[str, str], ada: Browser
) -> None:
    async with opens(**with_slack, public_url="https://papers.example") as adapter:
        left = await ada.get(f"{adapter.url}/sign-in/slack", follow=False)
        (cookie,) = left.headers.getall("Set-Cookie")
        assert cookie.startswith("__Host-paperboy-slack=")
        assert "Secure" in cookie
        assert "redirect_uri=https%3A%2F%2Fpapers.example%2Fsign-in%2Fslack%2Fback" in left.headers["Location"]


async def test_nothing_secret_is_kept_or_said(
    adapter: SiteAdapter,
    slack: FakeSlack,
    ada: Browser,
    user: Someone,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    back = await sent_back(ada, adapter)
    page = await ada.get(back)
    code = parse_qs(urlsplit(back).query)["code"][0]
    secret = (await slack.app())["client_secret"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    for word in (code, secret, "xoxp-"):
        assert word not in page.text
        assert word not in caplog.text
        assert word.encode() not in kept
