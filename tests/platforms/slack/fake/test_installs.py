"""OAuth: the page, the code, the token, and its rotation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack

# slack_sdk's oauth_v2_access uses what aiohttp is about to remove
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
BACK = "http://127.0.0.1:1/slack/oauth_redirect"


async def agree(slack: FakeSlack, team: str = "", **more: str) -> tuple[int, dict[str, list[str]], str]:
    """Follow the install link: (status, what comes back in the address, the page)."""
    app = await slack.app()
    url = AuthorizeUrlGenerator(
        client_id=app["client_id"],
        redirect_uri=BACK,
        scopes=["chat:write", "commands"],
        authorization_url=slack.authorize_url,
    ).generate(state="s1", team=team or None)
    async with aiohttp.ClientSession() as session, session.get(url, params=more, allow_redirects=False) as answer:
        back = answer.headers.get("Location", "")
        return answer.status, parse_qs(urlsplit(back).query), await answer.text()


async def exchange(slack: FakeSlack, **args: Any) -> Any:
    app = await slack.app()
    client = AsyncWebClient(base_url=slack.api_url)
    return await client.oauth_v2_access(client_id=app["client_id"], client_secret=app["client_secret"], **args)


async def test_two_workspaces_install(slack: FakeSlack) -> None:
    for name in ("East", "West"):
        team = await slack.workspace(name, installed=False)
        status, back, _ = await agree(slack, team.id)
        assert (status, back["state"]) == (302, ["s1"])
        got = await exchange(slack, code=back["code"][0], redirect_uri=BACK)
        assert (got["team"]["id"], got["scope"], got["bot_user_id"]) == (team.id, "chat:write,commands", team.bot)
        told = await AsyncWebClient(token=got["access_token"], base_url=slack.api_url).auth_test()
        assert told["team"] == name
        with pytest.raises(SlackApiError, match="code_already_used"):
            await exchange(slack, code=back["code"][0], redirect_uri=BACK)


async def test_the_page_asks_where_and_somebody_may_say_no(slack: FakeSlack) -> None:
    east = await slack.workspace("East", installed=False)
    status, _, page = await agree(slack)
    assert status == 200
    assert f"team={east.id}" in page
    assert (await agree(slack, deny="1"))[1] == {"error": ["access_denied"], "state": ["s1"]}


async def test_a_wrong_code_address_or_secret_gets_nothing(slack: FakeSlack) -> None:
    east = await slack.workspace("East", installed=False)
    with pytest.raises(SlackApiError, match="invalid_code"):
        await exchange(slack, code="made up", redirect_uri=BACK)
    code = (await agree(slack, east.id))[1]["code"][0]
    with pytest.raises(SlackApiError, match="bad_redirect_uri"):
        await exchange(slack, code=code, redirect_uri="http://127.0.0.1/elsewhere")
    client = AsyncWebClient(base_url=slack.api_url)
    with pytest.raises(SlackApiError, match="bad_client_secret"):
        await client.oauth_v2_access(client_id=(await slack.app())["client_id"], client_secret="x", code=code)


async def test_an_organisation_installs(slack: FakeSlack) -> None:
    org = await slack.enterprise("Initech", installed=False)
    await slack.workspace("East", enterprise=org["id"], installed=False)
    code = (await agree(slack, org["id"]))[1]["code"][0]
    got = await exchange(slack, code=code, redirect_uri=BACK)
    assert (got["team"], got["enterprise"]["id"], got["is_enterprise_install"]) == (None, org["id"], True)


async def test_tokens_rotate_and_a_refresh_token_works_once(slack: FakeSlack) -> None:
    await slack.settings(rotation=True)
    east = await slack.workspace("East", installed=False)
    got = await exchange(slack, code=(await agree(slack, east.id))[1]["code"][0], redirect_uri=BACK)
    assert got["expires_in"] == 43_200
    app = await slack.app()
    client = AsyncWebClient(base_url=slack.api_url)
    rotator = AsyncTokenRotator(client_id=app["client_id"], client_secret=app["client_secret"], client=client)
    held = Installation(
        user_id="U1",
        team_id=east.id,
        bot_token=got["access_token"],
        bot_refresh_token=got["refresh_token"],
        bot_token_expires_at=1,
    )
    renewed = await rotator.perform_token_rotation(installation=held)
    assert renewed is not None
    assert renewed.bot_token not in {None, got["access_token"]}
    assert (await client.auth_test(token=renewed.bot_token))["team_id"] == east.id
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        await exchange(slack, grant_type="refresh_token", refresh_token=got["refresh_token"])
    await slack.settings(shift=43_201)
    with pytest.raises(SlackApiError, match="token_expired"):
        await client.auth_test(token=renewed.bot_token)
