"""Adding Paperboy to a workspace, by a browser over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth import InstallPages
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import OAuthStates
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.errors import Refused, StoreError
from bot.http_server import Sealer
from tests.fakes.core import FakeCore
from tests.platforms.slack.installs.install_server import (
    SCOPES,
    Browser,
    InstallServer,
    Page,
    button,
    serve_install_pages,
)
from tests.platforms.slack.installs.oauth_server import ID, Home, OAuthServer


@pytest.fixture
async def site(
    slack: OAuthServer, storage: KeyValue, sealer: Sealer, clock: FixedClock
) -> AsyncIterator[InstallServer]:
    async with serve_install_pages(slack, storage, sealer, clock) as found:
        yield found


@pytest.fixture
async def ada() -> AsyncIterator[Browser]:
    async with Browser() as browser:
        yield browser


@pytest.fixture
async def eve() -> AsyncIterator[Browser]:
    async with Browser() as browser:
        yield browser


def says(page: Page, *words: str) -> None:
    text = " ".join(page.text.split())
    assert all(word in text for word in words), text


async def test_two_workspaces_install_it(site: InstallServer, slack: OAuthServer, ada: Browser, eve: Browser) -> None:
    slack.next_home = Home("T1", "Acme")
    first = await ada.install(site)
    slack.next_home = Home("T2", "Initech")
    second = await eve.install(site)
    assert (first.status, second.status) == (200, 200)
    says(first, "Paperboy is in Acme", "/invite @Paperboy", "/papers schedule weekdays 09:00")
    says(second, "Paperboy is in Initech")
    assert button(first) == f"{slack.url}/app_redirect?app=A0PAPERBOY&team=T1"
    tokens = [(await site.installs.find_install(space)).token for space in ("T1", "T2")]
    assert tokens == [secret for secret in slack.issued if secret.startswith("xoxb")]
    assert (await site.installs.find_install("T1")).installer == "UADA"
    assert await site.installs.list_workspaces() == ["T1", "T2"]


async def test_the_page_tells_what_it_asks_for_and_why_and_asks_for_no_more(site: InstallServer, ada: Browser) -> None:
    page = await ada.get(f"{site.url}/slack/install")
    says(page, "<code>chat:write</code>", "to post", "<code>/papers</code> &lt;b&gt;and&lt;/b&gt; more")
    asked = parse_qs(urlsplit(button(page)).query)
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["client_id"] == [ID]
    assert asked["redirect_uri"] == [f"{site.url}/slack/oauth_redirect"]
    assert asked.keys() == {"scope", "client_id", "redirect_uri", "state"}


async def test_an_organization_installs_it_for_all_its_workspaces(
    site: InstallServer, slack: OAuthServer, ada: Browser
) -> None:
    slack.next_home = Home("", "Acme Org", "E1", org_wide=True)
    says(await ada.install(site), "Paperboy is in Acme Org", "an organization admin")
    assert (await site.installs.find_install("T7", "E1")).org_wide


async def test_what_a_workspace_is_called_does_nothing_but_show(
    site: InstallServer, slack: OAuthServer, ada: Browser
) -> None:
    slack.next_home = Home("T1", "<script>alert(1)</script> {{ 7 * 7 }}")
    page = await ada.install(site)
    says(page, "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}")
    assert "<script" not in page.text


async def test_who_says_no_is_believed(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    slack.consents = False
    page = await ada.install(site)
    assert page.status == 200
    says(page, "Nothing was installed", "You chose not to")
    assert button(page) == "/slack/install"
    assert await site.installs.list_workspaces() == []


@pytest.mark.parametrize("error", ["invalid_scope", "<script>alert(1)</script>", "x" * 5_000, "a\r\nb"])
async def test_another_error_of_slack_is_shown_plainly(site: InstallServer, ada: Browser, error: str) -> None:
    page = await ada.get(f"{site.url}/slack/oauth_redirect?{urlencode({'error': error})}")
    assert page.status == 400
    assert ("Slack says: invalid_scope." in page.text) == (error == "invalid_scope")
    assert "<script" not in page.text
    assert len(page.text) < 6_000


async def test_a_state_works_once(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    back = await ada.consent(await ada.start(site))
    assert (await ada.get(back)).status == 200
    before = (await site.installs.find_install("T1")).token
    again = await ada.get(_with(back, code=slack.given("codes", Home("T1"))))
    assert again.status == 400
    assert len(slack.asked) == 1
    assert (await site.installs.find_install("T1")).token == before


async def test_of_many_at_once_one_wins(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    back = await ada.consent(await ada.start(site))
    pages = await asyncio.gather(*(ada.get(back) for _ in range(20)))
    assert sorted(page.status for page in pages) == [200] + [400] * 19
    says(next(page for page in pages if page.status == 400), "used already")
    assert len(slack.asked) == 1


async def test_what_was_used_here_is_used_in_another_process_too(
    site: InstallServer, slack: OAuthServer, storage: KeyValue, sealer: Sealer, clock: FixedClock, ada: Browser
) -> None:
    back = await ada.consent(await ada.start(site))
    await ada.get(back)
    async with serve_install_pages(slack, storage, sealer, clock) as other:
        page = await ada.get(f"{other.url}/slack/oauth_redirect?{urlsplit(back).query}")
    assert page.status == 400
    assert len(slack.asked) == 1


async def test_a_state_dies_after_ten_minutes(
    site: InstallServer, slack: OAuthServer, clock: FixedClock, ada: Browser
) -> None:
    back = await ada.consent(await ada.start(site))
    await clock.sleep(599)
    in_time = await ada.consent(await ada.start(site))
    await clock.sleep(1)
    page = await ada.get(back)
    assert page.status == 400
    says(page, "ten minutes")
    assert not slack.asked
    assert (await ada.get(in_time)).status == 200


async def test_another_browser_can_not_finish_what_ada_began(
    site: InstallServer, slack: OAuthServer, ada: Browser, eve: Browser
) -> None:
    """Nor the other way round: Eve can't have Ada's browser finish hers, which is what a state is for."""
    back = await ada.consent(await ada.start(site))
    for prepared in (False, True):
        if prepared:
            await eve.start(site)
        page = await eve.get(back)
        assert page.status == 400
        says(page, "This browser did not start the installation.")
    assert not slack.asked
    assert (await ada.get(back)).status == 200  # and it is not spoilt for Ada


@pytest.mark.parametrize(
    "state",
    ["", "x", "gAAAAAB", "ü", "A" * 4_000, Fernet(Fernet.generate_key()).encrypt(b"x").decode()],
    ids=["empty", "short", "begun", "not ascii", "long", "of another key"],
)
async def test_a_state_that_is_none_of_ours_is_refused(
    site: InstallServer, slack: OAuthServer, ada: Browser, state: str
) -> None:
    back = await ada.consent(await ada.start(site))
    page = await ada.get(_with(back, state=state))
    assert page.status == 400
    says(page, "not made by this server")
    assert not slack.asked


async def test_a_record_of_ours_is_no_state(
    site: InstallServer, slack: OAuthServer, storage: KeyValue, ada: Browser
) -> None:
    await ada.install(site)
    record = await storage.get("install/T1")
    assert record
    page = await ada.get(_with(await ada.consent(await ada.start(site)), state=record.decode()))
    assert page.status == 400


async def test_a_link_that_is_only_looked_at_uses_nothing_up(
    site: InstallServer, slack: OAuthServer, ada: Browser
) -> None:
    back = await ada.consent(await ada.start(site))
    async with ada._session.head(back) as looked:
        assert looked.status == 405
    assert (await ada.get(back)).status == 200


async def test_two_tabs_do_not_spoil_each_other(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    first, second = await ada.start(site), await ada.start(site)
    slack.next_home = Home("T1")
    back = await ada.consent(first)
    slack.next_home = Home("T2")
    other = await ada.consent(second)
    assert [(await ada.get(url)).status for url in (back, other)] == [200, 200]
    assert await site.installs.list_workspaces() == ["T1", "T2"]


async def test_a_code_that_slack_does_not_know_installs_nothing(site: InstallServer, ada: Browser) -> None:
    back = await ada.consent(await ada.start(site))
    page = await ada.get(_with(back, code="guessed"))
    assert page.status == 400
    says(page, "invalid_code", "Start again")
    assert await site.installs.list_workspaces() == []


async def test_invented_codes_are_sent_to_slack_ten_times_a_minute_at_most(
    site: InstallServer, slack: OAuthServer, clock: FixedClock, ada: Browser
) -> None:
    for n in range(15):
        page = await ada.get(_with(await ada.consent(await ada.start(site)), code=f"guessed-{n}"))
        assert page.status == (400 if n < 10 else 429)
    assert len(slack.asked) == 10
    await clock.sleep(60)
    assert (await ada.install(site)).status == 200


async def test_without_a_code_nothing_is_asked(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    back = await ada.consent(await ada.start(site))
    page = await ada.get(_with(back, code=""))
    assert page.status == 400
    says(page, "no code")
    assert not slack.asked


@pytest.mark.parametrize(("fault", "status"), [("500", 502), ("text", 502), ("drop", 502), ("lose", 502), ("429", 503)])
async def test_slacks_trouble_is_told_and_a_second_try_works(
    site: InstallServer, slack: OAuthServer, ada: Browser, fault: str, status: int
) -> None:
    slack.faults = [fault]
    assert (await ada.install(site)).status == status
    assert len(slack.asked) == 1  # a code is good for one use: nothing repeats it behind our back
    assert (await ada.install(site)).status == 200


async def test_a_wrong_secret_is_for_the_log(
    site: InstallServer,
    slack: OAuthServer,
    ada: Browser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("tests.platforms.slack.installs.oauth_server.SECRET", "another")
    page = await ada.install(site)
    assert page.status == 503
    says(page, "this server&#39;s operator")
    assert "SLACK_CLIENT_SECRET" in caplog.text


async def test_a_database_that_can_not_be_written_is_told(
    site: InstallServer,
    slack: OAuthServer,
    ada: Browser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def full(install: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr(site.installs, "save_install", full)
    page = await ada.install(site)
    assert page.status == 503
    says(page, "could not store")
    assert "The disk is full." in caplog.text
    assert "The disk is full." not in page.text


async def test_every_page_is_careful(site: InstallServer, slack: OAuthServer, ada: Browser, eve: Browser) -> None:
    back = await ada.consent(await ada.start(site))
    pages = [await eve.get(f"{site.url}/slack/install"), await eve.get(back), await ada.get(back)]
    pages.append(await ada.get(f"{site.url}/slack/oauth_redirect?error=access_denied"))
    nonces = set()
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        nonce = re.search(r"style-src 'nonce-([^']+)'", policy)
        assert nonce
        assert f'<style nonce="{nonce[1]}">' in page.text
        nonces.add(nonce[1])
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert not any(secret in page.text for secret in slack.issued)
        assert not re.search(r"<script|<img|<link|style=| on\w+=", page.text)
    assert len(nonces) == len(pages)


async def test_over_https_the_cookie_is_this_hosts_alone(
    oauth: OAuthClient, storage: KeyValue, sealer: Sealer, clock: FixedClock
) -> None:
    app = Credentials(client_id=ID, client_secret="s", redirect_uri="https://paperboy.example/slack/oauth_redirect")
    installs, states = StoredInstalls(storage, sealer, clock), OAuthStates(storage, sealer, clock)
    pages = InstallPages(app, oauth, installs, states, scopes=SCOPES, clock=clock)
    server = web.Application()
    pages.add_routes(server, FakeCore())
    async with TestClient(TestServer(server)) as client:
        answer = await client.get("/slack/install")
        given = answer.headers["Set-Cookie"]
        assert "https://slack.com/oauth/v2/authorize?" in await answer.text()
    assert given.startswith("__Host-paperboy-install=")
    assert all(part in given for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"))
    assert "Domain" not in given


async def test_looking_at_the_page_writes_nothing_and_old_states_do_not_pile_up(
    site: InstallServer, storage: KeyValue, clock: FixedClock, ada: Browser
) -> None:
    await ada.start(site)
    assert await storage.scan("") == []
    for _ in range(3):
        await ada.install(site)
        await clock.sleep(601)
    assert [key.partition("/")[0] for key, _ in await storage.scan("")] == ["install", "spent"]


async def test_uninstalling_and_installing_again(site: InstallServer, slack: OAuthServer, ada: Browser) -> None:
    await ada.install(site)
    await site.installs.forget_install("T1")
    with pytest.raises(Refused):
        await site.installs.find_install("T1")
    await ada.install(site)
    assert (await site.installs.find_install("T1")).token == slack.issued[-1]


def _with(url: str, **changed: str) -> str:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} | changed
    return f"{url.partition('?')[0]}?{urlencode(query, quote_via=quote)}"
