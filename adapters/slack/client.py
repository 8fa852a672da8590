"""Talking to Slack's Web API: one connection pool, one client a workspace, and no retries behind our back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.errors import told
from adapters.slack.install.installs import Installs

# Without a level of its own the SDK writes out every request and answer, even where nobody reads it.
quiet = logging.getLogger(f"{__name__}.sdk")
quiet.setLevel(logging.WARNING)

API = "https://slack.com/api/"
AT_ONCE = 200  # connections; Slack's limits are far below
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)  # shorter than the 30 s that the dispatcher gives an attempt


class SlackApi:
    """The connections to Slack; opened when they are first needed."""

    def __init__(self, api_url: str = API) -> None:
        self._api_url = api_url
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=AT_ONCE, limit_per_host=0)
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, connector=connector)
        return self._session

    def client(self, token: str | None = None, team: str | None = None) -> AsyncWebClient:
        """A client. `retry_handlers` is empty: the SDK would repeat a post whose answer was lost."""
        return AsyncWebClient(token, self._api_url, session=self.session, team_id=team, logger=quiet, retry_handlers=[])

    async def answer(self, address: str, body: Mapping[str, Any]) -> None:
        """Send to the response address of a command or a button. Raises `PostError`."""
        with told():
            async with self.session.post(address, json=body) as response:
                response.raise_for_status()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


class Workspaces:
    """The client and the install of each workspace."""

    def __init__(self, installs: Installs, wire: SlackApi) -> None:
        self.installs = installs
        self.wire = wire

    async def client(self, space: str, enterprise: str = "") -> AsyncWebClient:
        """A client with the workspace's own token. Raises `PostError`."""
        install = await self.installs.of(space, enterprise)
        inside = install.org_wide and space != install.enterprise  # a workspace reached by its organization's token
        return self.wire.client(install.token, space if inside else None)

    async def call(self, space: str, method: str, /, **arguments: Any) -> AsyncSlackResponse:
        """Call a method of the Web API by its name in the SDK. Raises `PostError`."""
        client = await self.client(space)
        with told():
            response: AsyncSlackResponse = await getattr(client, method)(**arguments)
            return response

    async def aclose(self) -> None:
        await self.installs.aclose()
        await self.wire.aclose()
