"""Slack's own client for the Slack of the folder above."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Workspace


@pytest.fixture
def client(slack: FakeSlack, acme: Workspace) -> AsyncWebClient:
    """As it comes: with its retry after a broken connection."""
    return AsyncWebClient(token=acme.token, base_url=slack.api_url)


@pytest.fixture
async def listen(slack: FakeSlack) -> AsyncIterator[Any]:
    """Connects bolt apps over Socket Mode, as often as asked."""
    async with contextlib.AsyncExitStack() as stack:

        async def connect(app: AsyncApp) -> AsyncSocketModeHandler:
            handler = AsyncSocketModeHandler(app, (await slack.app())["app_token"], ping_interval=1)
            stack.push_async_callback(handler.close_async)
            await handler.connect_async()
            return handler

        yield connect
