"""The install pages on a real server, and a browser that goes through them."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from msgspec import Struct
from multidict import CIMultiDictProxy

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth import InstallPages
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from adapters.slack.install.oauth_states import OAuthStates
from bot.chat.adapter import KeyValue
from bot.clock import FixedClock
from bot.http_server import Boundary, HttpServer, Sealer
from tests.fakes.core import FakeCore
from tests.platforms.slack.installs.oauth_server import ID, SECRET, OAuthServer

SCOPES = {"chat:write": "to post", "commands": "for `/papers` <b>and</b> more"}


class Page(Struct):
    status: int
    text: str
    headers: CIMultiDictProxy[str]
    url: str


class InstallServer(Struct):
    """The pages of one process."""

    url: str
    installs: StoredInstalls


@asynccontextmanager
async def serve_install_pages(
    slack: OAuthServer, storage: KeyValue, sealer: Sealer, clock: FixedClock
) -> AsyncIterator[InstallServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = Credentials(client_id=ID, client_secret=SECRET, redirect_uri=f"{url}/slack/oauth_redirect", api_url=slack.api)
    oauth = OAuthClient(app, clock)
    installs = StoredInstalls(storage, sealer, clock, oauth)
    pages = web.Application()
    states = OAuthStates(storage, sealer, clock)
    InstallPages(app, oauth, installs, states, scopes=SCOPES, clock=clock).add_routes(pages, FakeCore())
    server = HttpServer("Slack", pages, Boundary())
    await server.start("127.0.0.1", port, setting="SLACK_PORT")
    try:
        yield InstallServer(url, installs)
    finally:
        await server.stop()
        await installs.aclose()


class Browser:
    """Keeps cookies and follows links."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # of an address, too

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *rest: object) -> None:
        await self._session.close()

    async def get(self, url: str, *, follow: bool = True) -> Page:
        async with self._session.get(url, allow_redirects=follow) as answer:
            return Page(answer.status, await answer.text(), answer.headers, str(answer.url))

    async def start(self, site: InstallServer) -> str:
        """Where the button of the install page leads."""
        return button(await self.get(f"{site.url}/slack/install"))

    async def consent(self, to_slack: str) -> str:
        """Where Slack sends the browser back to."""
        return (await self.get(to_slack, follow=False)).headers["Location"]

    async def install(self, site: InstallServer) -> Page:
        """All of it."""
        return await self.get(await self.start(site))


def button(page: Page) -> str:
    found = re.search(r'class="button" href="([^"]+)"', page.text)
    assert found, page.text
    return html.unescape(found[1])
