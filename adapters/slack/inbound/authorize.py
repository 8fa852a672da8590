"""Gives Bolt the token of the workspace that an event comes from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.authorization import AuthorizeResult

from adapters.slack.install.installs import Installs


def make_authorize(installs: Installs) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt's `authorize` with our own records: the SDK's stores all keep tokens unencrypted.

    It raises `Refused` where Paperboy isn't installed, and passing faults (`Busy`, a locked database).
    Bolt asks for no token for `app_uninstalled` and the like, so those arrive after the end.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        install = await installs.find_install(team_id or enterprise_id or "", enterprise_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_user_id=install.bot_user,
            bot_token=install.token,
            bot_scopes=install.scopes,
        )

    return authorize
