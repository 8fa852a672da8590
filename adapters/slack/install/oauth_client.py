"""Slack's `oauth.v2.access`: a code or a refresh token goes in, tokens come out; none of them reaches a log."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import ClientError
from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import API
from adapters.slack.errors import code as error_code
from adapters.slack.errors import fault
from adapters.slack.install.records import Install, Tokens
from bot.clock import Clock
from bot.errors import Busy, Refused, Unsure

TIMEOUT = 20  # seconds; well within the lease of a renewal
REST = 300.0  # seconds until an app whose secret is wrong asks again

# The SDK logs what it sends and gets when its logger is at DEBUG or has no level: here those are tokens.
quiet = logging.getLogger(f"{__name__}.wire")
quiet.setLevel(logging.WARNING)

OURS = {
    "bad_client_secret": "SLACK_CLIENT_SECRET is not the secret of this app.",
    "invalid_client_id": "SLACK_CLIENT_ID is not the id of an app.",
    "bad_redirect_uri": "Add this server's address to the app's redirect URLs at Slack.",
}
SPENT = {"invalid_refresh_token", "invalid_grant", "token_revoked", "token_expired", "account_inactive"}


class Credentials(Struct, frozen=True, kw_only=True):
    """The app itself, as Slack knows it."""

    client_id: str
    client_secret: str
    redirect_uri: str = ""  # where Slack sends people back to; of the app's redirect URLs
    api_url: str = API

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("client_id", self.client_id)]


class OAuthClient:
    """Asks Slack for tokens. Both a code and a refresh token are good for one use, so nothing is asked twice."""

    def __init__(self, app: Credentials, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def exchange(self, code: str) -> Install:
        """The install that a code stands for. Raises `Refused`, `Busy` or `Unsure`."""
        given = {"code": code} | ({"redirect_uri": self._app.redirect_uri} if self._app.redirect_uri else {})
        answer = await self._ask(given)
        if answer.token_type not in {"", "bot"}:
            raise Refused("Slack gave no bot token.", "The app has to ask for bot scopes.")
        return self._install(answer)

    async def renew(self, refresh_token: str) -> Tokens:
        """New tokens. Raises `Refused` when Slack knows the refresh token no more, `Busy` or `Unsure` otherwise."""
        answer = await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})
        return Tokens(
            token=answer.access_token,
            refresh_token=answer.refresh_token or refresh_token,
            expires=self._end(answer),
        )

    async def _ask(self, given: dict[str, str]) -> _Answer:
        client = AsyncWebClient(base_url=self._app.api_url, timeout=TIMEOUT, retry_handlers=[], logger=quiet)
        ids = {"client_id": self._app.client_id, "client_secret": self._app.client_secret}
        try:  # not `oauth_v2_access`: it sends the ids by an aiohttp class that is going away
            answer = await client.api_call("oauth.v2.access", data=ids | given)
            return msgspec.convert(answer.data, _Answer)
        except SlackApiError as error:
            raise _meaning(error) from None  # its words hold what Slack answered
        except (ClientError, OSError) as error:
            raise Unsure(f"Slack did not answer ({type(error).__name__}).") from None
        except (msgspec.ValidationError, AttributeError):  # the SDK takes any text for an answer
            raise Unsure("Slack's answer can't be read.") from None

    def _install(self, answer: _Answer) -> Install:
        home = answer.enterprise if answer.is_enterprise_install else answer.team
        if home is None:
            raise Unsure("Slack's answer names no workspace.")
        return Install(
            space=home.id,
            token=answer.access_token,
            bot_user=answer.bot_user_id,
            app_id=answer.app_id,
            enterprise=answer.enterprise.id if answer.enterprise else "",
            org_wide=answer.is_enterprise_install,
            scopes=tuple(filter(None, answer.scope.split(","))),
            name=home.name,
            refresh_token=answer.refresh_token,
            expires=self._end(answer),
            installer=answer.authed_user.id,
            installed=self._clock.now(),
        )

    def _end(self, answer: _Answer) -> datetime | None:
        return self._clock.now() + timedelta(seconds=answer.expires_in) if answer.expires_in else None


class _Named(Struct):
    id: str
    name: str = ""


class _User(Struct):
    id: str = ""


class _Answer(Struct):
    """The part of the answer that is used."""

    access_token: str
    app_id: str = ""
    bot_user_id: str = ""
    scope: str = ""
    token_type: str = ""
    refresh_token: str = ""
    expires_in: int = 0
    team: _Named | None = None
    enterprise: _Named | None = None
    is_enterprise_install: bool = False
    authed_user: _User = msgspec.field(default_factory=_User)

    def __repr__(self) -> str:
        return "_Answer()"


def _meaning(error: SlackApiError) -> Refused | Busy | Unsure:
    """What a refusal means for tokens: only a spent one is final, what is wrong with the app can be put right."""
    said = error_code(error)
    if said in OURS:
        return Busy(f"Slack says: {said}.", retry_after=REST, hint=OURS[said])
    if said in SPENT or said in {"invalid_code", "code_already_used"}:
        return Refused(f"Slack says: {said}.", broken=True)
    meant = fault(error)
    if isinstance(meant, Busy):
        return meant
    return Unsure(meant.message, meant.hint)
