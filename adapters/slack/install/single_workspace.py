"""One workspace, whose bot token is in the settings."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from adapters.slack.client import SlackApi, answer_text, granted_scopes
from adapters.slack.errors import as_post_errors
from adapters.slack.install.records import Install
from adapters.slack.payload import get_object, get_text
from bot.errors import Busy, Refused, Unsure

RETRY_AFTER_S = 5.0


class SingleWorkspace:
    """Implements `Installs` for one bot token. Slack is asked once which workspace it belongs to."""

    def __init__(self, token: str, api: SlackApi) -> None:
        self._token = token
        self._api = api
        self._known: Install | None = None
        self._lock = asyncio.Lock()

    async def find_install(self, space: str, enterprise: str = "") -> Install:
        install = await self._install()
        if install.space != space:
            raise Refused(
                f"Paperboy's token is for the workspace {install.name} ({install.space}), not for {space}.",
                "Name channels as slack:TEAM/CHANNEL. For many workspaces set client_id, see docs/slack.md.",
                broken=True,
            )
        return install

    async def list_workspaces(self) -> Sequence[str]:
        return [(await self._install()).space]

    async def forget_install(self, space: str, *, at: datetime | None = None) -> Sequence[str]:
        """Ask Slack again next time: the token may work after a new install, and Slack says so if not."""
        self._known = None
        return (space,)

    async def aclose(self) -> None:
        """Nothing to close."""

    async def _install(self) -> Install:
        async with self._lock:
            if self._known is None:
                try:
                    self._known = await self._ask_slack()
                except Unsure as error:  # asking changes nothing
                    raise Busy(error.message, retry_after=RETRY_AFTER_S, hint=error.hint) from None
            return self._known

    async def _ask_slack(self) -> Install:
        with as_post_errors():
            answer = await self._api.client(self._token).auth_test()
        if get_object(answer.data).get("is_enterprise_install"):
            raise Refused(
                f"SLACK_BOT_TOKEN is the token of the organization {get_text(answer.data, 'team')}, "
                "but one workspace is expected.",
                "Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET instead and install at /slack/install: docs/slack.md, "
                "A whole organization.",
                broken=True,
            )
        return Install(
            space=answer_text(answer, "team_id"),
            token=self._token,
            bot_user=answer_text(answer, "user_id"),
            app_id=get_text(answer.data, "app_id"),
            enterprise=get_text(answer.data, "enterprise_id"),
            name=get_text(answer.data, "team"),
            scopes=granted_scopes(answer),
        )
