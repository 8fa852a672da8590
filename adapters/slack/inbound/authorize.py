"""Gives bolt the token of the workspace that an event comes from."""

from __future__ import annotations

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.install.installs import Installs
from bot.errors import Refused


class Authorize(AsyncAuthorize):
    """bolt's `authorize`, from our own records: no store of the SDK's, which all keep tokens as plain text.

    None means "not installed here", which bolt tells the person. What may pass (`Busy`, a locked
    database) is raised: bolt then acknowledges nothing, and Slack sends the event again.

    bolt's own listeners for `app_uninstalled` and `tokens_revoked` need one of the SDK's stores; ours
    call `Installs.forget`. bolt asks for no token for those two events, so they are heard after the end.
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
        """The install that serves a workspace; an event of an org-wide install may name the enterprise only."""
        try:
            install = await self._installs.of(team_id or enterprise_id or "", enterprise_id or "")
        except Refused:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=install.bot_user,
            bot_token=install.token,
            bot_scopes=install.scopes,
            user_id=user_id,
        )
