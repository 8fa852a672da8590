"""Slack's Web API: one connection pool, one client for each workspace, and no hidden retries."""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import as_post_errors
from adapters.slack.install.installs import Installs
from adapters.slack.payload import get_text
from bot.errors import Unsure

# At DEBUG, or without a level, the SDK's logger writes out every request and answer, tokens included.
sdk_log = logging.getLogger(f"{__name__}.sdk")
sdk_log.setLevel(logging.WARNING)

SCOPES_HEADER = "x-oauth-scopes"
MAX_CONNECTIONS = 200  # Slack's rate limits are far below
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)  # seconds; shorter than the 30 s the dispatcher gives an attempt


class SlackApi:
    """The connections to Slack, opened when they are first needed."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, limit_per_host=0)
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, connector=connector, trust_env=True)  # HTTPS_PROXY
        return self._session

    def client(self, token: str | None = None, team: str | None = None) -> AsyncWebClient:
        """A client. It has no `retry_handlers`: the SDK would repeat a post whose answer was lost."""
        return AsyncWebClient(
            token, self._api_url, session=self.session, team_id=team, logger=sdk_log, retry_handlers=[]
        )

    async def post_to_response_url(self, url: str, body: Mapping[str, Any]) -> None:
        """Answer a command or a button at its `response_url`. Raises `PostError`."""
        with as_post_errors():
            async with self.session.post(url, json=body, proxy=self.client().proxy) as response:
                response.raise_for_status()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class Workspaces:
    """Calls the Web API with the token of the right workspace."""

    def __init__(self, installs: Installs, api: SlackApi) -> None:
        self.installs = installs
        self.api = api

    async def client(self, space: str, enterprise: str = "") -> AsyncWebClient:
        """A client with the workspace's token. Raises `PostError`."""
        install = await self.installs.find_install(space, enterprise)
        inside = install.org_wide and space != install.enterprise  # a workspace served by its organization's token
        return self.api.client(install.token, space if inside else None)

    async def call(self, space: str, method: str, /, **arguments: Any) -> AsyncSlackResponse:
        """Call a method of the Web API by its name in the SDK. Raises `PostError`."""
        client = await self.client(space)
        with as_post_errors():
            response: AsyncSlackResponse = await getattr(client, method)(**arguments)
            return response

    async def aclose(self) -> None:
        await self.installs.aclose()
        await self.api.aclose()


def granted_scopes(answer: AsyncSlackResponse) -> tuple[str, ...]:
    """The scopes of the token that a call was made with, as Slack's answer lists them; empty when it doesn't."""
    listed = str(answer.headers.get(SCOPES_HEADER) or "").split(",")
    return tuple(filter(None, (scope.strip() for scope in listed)))


def answer_text(answer: AsyncSlackResponse, *path: str) -> str:
    """A text in an answer of the Web API. Raises `Unsure` when it isn't there: the call may have had its effect."""
    if found := get_text(answer.data, *path):
        return found
    raise Unsure(f"Slack's answer has no {'.'.join(path)}.")
