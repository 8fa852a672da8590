"""Gives Bolt the token of the workspace that an event comes from."""

from __future__ import annotations

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.install.installs import Installs


class Authorize(AsyncAuthorize):
    """Bolt's `authorize` with our own records: the SDK's stores all keep tokens unencrypted.

    Raises `Refused` where Paperboy isn't installed, and passing faults (`Busy`, a locked database): `BoltApp` answers.

    Bolt's own listeners for `app_uninstalled` and `tokens_revoked` need one of the SDK's stores; ours
    call `Installs.forget_install`. Bolt asks for no token for those two events, so they arrive after the end.
    """

    def __init__(self, installs: Installs) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._installs = installs

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        """The install that serves a workspace; an event of an org-wide install may name only the enterprise."""
        install = await self._installs.find_install(team_id or enterprise_id or "", enterprise_id or "")
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=install.bot_user,
            bot_token=install.token,
            bot_scopes=install.scopes,
            user_id=user_id,
        )
