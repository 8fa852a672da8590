"""Slack's `oauth.v2.access`: exchanges a code or a refresh token for tokens. None of them reaches a log.

https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import ClientError
from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import error_code, post_error
from adapters.slack.install.records import Install, Tokens
from bot.clock import Clock
from bot.errors import Busy, Refused, Unsure

TIMEOUT_S = 20  # well within the lease of a renewal
RETRY_AFTER_S = 300.0  # when the app's own secret is wrong

# At DEBUG, or without a level, the SDK's logger writes out every request and answer: here those are tokens.
sdk_log = logging.getLogger(f"{__name__}.sdk")
sdk_log.setLevel(logging.WARNING)

OUR_MISTAKES = {
    "bad_client_secret": "SLACK_CLIENT_SECRET is not the secret of this app.",
    "invalid_client_id": "SLACK_CLIENT_ID is not the id of an app.",
    "bad_redirect_uri": "Add this server's redirect address to the app's redirect URLs at Slack.",
}
SPENT_TOKEN = {"invalid_refresh_token", "invalid_grant", "token_revoked", "token_expired", "account_inactive"}


class Credentials(Struct, frozen=True, kw_only=True):
    """The app's own id and secret. The `repr` shows no secret."""

    client_id: str
    client_secret: str
    redirect_uri: str = ""  # where Slack sends people back to; one of the app's redirect URLs
    api_url: str = "https://slack.com/api/"

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("client_id", self.client_id)]


class OAuthClient:
    """Asks Slack for tokens. A code and a refresh token each work once, so no request is repeated."""

    def __init__(self, app: Credentials, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def exchange_code(self, code: str) -> Install:
        """The install for a code. Raises `Refused`, `Busy` or `Unsure`."""
        redirect = {"redirect_uri": self._app.redirect_uri} if self._app.redirect_uri else {}
        answer = await self._request({"code": code} | redirect)
        if answer.token_type not in {"", "bot"}:
            raise Refused("Slack gave no bot token.", "The app has to request bot scopes.")
        return self._install(answer)

    async def renew_tokens(self, refresh_token: str) -> Tokens:
        """New tokens. Raises `Refused` when Slack no longer accepts the refresh token, `Busy` or `Unsure` otherwise."""
        answer = await self._request({"grant_type": "refresh_token", "refresh_token": refresh_token})
        return Tokens(
            token=answer.access_token, refresh_token=answer.refresh_token or refresh_token, expires=self._expiry(answer)
        )

    async def _request(self, data: dict[str, str]) -> _Answer:
        client = AsyncWebClient(base_url=self._app.api_url, timeout=TIMEOUT_S, retry_handlers=[], logger=sdk_log)
        ids = {"client_id": self._app.client_id, "client_secret": self._app.client_secret}
        try:  # not `oauth_v2_access`, which uses a deprecated aiohttp class
            answer = await client.api_call("oauth.v2.access", data=ids | data)
            return msgspec.convert(answer.data, _Answer)
        except SlackApiError as error:
            raise _token_error(error) from None  # its text contains Slack's answer
        except (ClientError, OSError) as error:
            raise Unsure(f"Slack did not answer ({type(error).__name__}).") from None
        except (msgspec.ValidationError, AttributeError):  # the SDK accepts any text as an answer
            raise Unsure("Slack's answer is not valid.") from None

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
            expires=self._expiry(answer),
            installer=answer.authed_user.id,
            installed=self._clock.now(),
        )

    def _expiry(self, answer: _Answer) -> datetime | None:
        return self._clock.now() + timedelta(seconds=answer.expires_in) if answer.expires_in else None


class _Named(Struct):
    id: str
    name: str = ""


class _User(Struct):
    id: str = ""


class _Answer(Struct):
    """The fields of the answer that are used."""

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


def _token_error(error: SlackApiError) -> Refused | Busy | Unsure:
    """The meaning for tokens: only a spent one is final; a mistake in the app's settings can be corrected."""
    code = error_code(error)
    if code in OUR_MISTAKES:
        return Busy(f"Slack says: {code}.", retry_after=RETRY_AFTER_S, hint=OUR_MISTAKES[code])
    if code in SPENT_TOKEN or code in {"invalid_code", "code_already_used"}:
        return Refused(f"Slack says: {code}.", broken=True)
    meaning = post_error(error)
    return meaning if isinstance(meaning, Busy) else Unsure(meaning.message, meaning.hint)
