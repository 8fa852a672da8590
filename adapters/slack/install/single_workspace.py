"""One workspace, whose token stands in the settings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from adapters.slack.client import SlackApi
from adapters.slack.errors import told
from adapters.slack.install.installs import Install
from bot.errors import Busy, Refused, Unsure

REST = 5.0  # seconds until Slack is asked again who we are


class SingleWorkspace:
    """Implements `Access` for one bot token; Slack is asked once whose it is."""

    def __init__(self, token: str, wire: SlackApi) -> None:
        self._token = token
        self._wire = wire
        self._known: Install | None = None
        self._asking = asyncio.Lock()

    async def of(self, space: str, enterprise: str = "") -> Install:
        install = await self._install()
        if install.space != space:
            raise Refused(
                f"Paperboy's token is for the workspace {install.name} ({install.space}), not for {space}.",
                "Name channels as slack:TEAM/CHANNEL; for many workspaces set client_id, see docs/slack.md.",
                broken=True,
            )
        return install

    async def spaces(self) -> Sequence[str]:
        return [(await self._install()).space]

    async def forget(self, space: str, *, at: datetime | None = None) -> None:
        """The token may be good again after a new install, and Slack will say so if not."""
        self._known = None

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _install(self) -> Install:
        async with self._asking:
            if self._known is None:
                try:
                    self._known = await self._ask()
                except Unsure as error:  # asking changes nothing
                    raise Busy(error.message, retry_after=REST, hint=error.hint) from None
            return self._known

    async def _ask(self) -> Install:
        with told():
            answer = await self._wire.client(self._token).auth_test()
        return Install(
            space=str(answer["team_id"]),
            token=self._token,
            bot_user=str(answer["user_id"]),
            app_id=str(answer.get("app_id") or ""),
            enterprise=str(answer.get("enterprise_id") or ""),
            name=str(answer.get("team") or ""),
        )
