"""Sign in with Slack: OpenID Connect, for the members of one workspace."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from urllib.parse import urlencode

import msgspec
from msgspec import Struct, field

from adapters.site.settings import Settings
from adapters.site.sign_in_way import NAME_CHARS, Attempt, ask
from bot.chat.event import Person
from bot.chat.message import clean
from bot.clock import Clock
from bot.errors import AskError, ConfigError, PaperboyError, Unsure

SKEW = 60  # seconds that Slack's clock and ours may differ
WORD = re.compile(r"[a-z_]{1,60}", re.ASCII)
LATER = {"ratelimited", "service_unavailable", "internal_error", "fatal_error", "request_timeout"}
OURS = {"bad_client_secret", "invalid_client_id", "bad_redirect_uri", "oauth_authorization_url_mismatch"}


class Claims(Struct, frozen=True, kw_only=True):
    """The part of an id token that is used."""

    iss: str
    aud: str
    exp: int
    nonce: str
    team: str = field(name="https://slack.com/team_id")
    user: str = field(name="https://slack.com/user_id")
    name: str = ""


class SlackWay:
    """Implements `sign_in_way.Way`.

    No PKCE: Slack takes it only of apps that gave up their secret. The nonce in the id token does the same for
    an app that has one (RFC 9700, 2.1.1).
    """

    name, label = "slack", "Slack"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.space = settings.slack_team
        self._id, self._secret = settings.slack_client_id, settings.slack_client_secret
        self._url = settings.slack_url.rstrip("/")
        self._clock = clock

    def authorize(self, attempt: Attempt, back: str) -> str:
        query = {
            "response_type": "code",
            "scope": "openid profile",
            "client_id": self._id,
            "team": self.space,
            "redirect_uri": back,
            "state": attempt.state,
            "nonce": attempt.nonce,
        }
        return f"{self._url}/openid/connect/authorize?{urlencode(query)}"

    async def person(self, attempt: Attempt, back: str, code: str) -> Person:
        given = {
            "grant_type": "authorization_code",
            "client_id": self._id,
            "client_secret": self._secret,
            "code": code,
            "redirect_uri": back,
        }
        _, answer = await ask("POST", f"{self._url}/api/openid.connect.token", form=given)
        if answer.get("ok") is not True:
            raise _refusal(answer.get("error"))
        claims = _claims(answer.get("id_token"))
        self._check(claims, attempt)
        if claims.team != self.space:
            raise AskError("That is an account of another Slack workspace.", "Choose the one this site belongs to.")
        return Person(platform="slack", space=claims.team, id=claims.user, name=clean(claims.name, NAME_CHARS))

    def _check(self, claims: Claims, attempt: Attempt) -> None:
        """That the token was made by this Slack, for us, for this attempt, and just now."""
        if (claims.iss, claims.aud) != (self._url, self._id):
            raise Unsure("Slack's id token is not for this site.")
        if not secrets.compare_digest(claims.nonce.encode(), attempt.nonce.encode()):
            raise AskError("That sign-in was begun elsewhere.", "Start again.")
        if claims.exp + SKEW <= self._clock.now().timestamp():
            raise Unsure("Slack's id token is too old: is the clock of this machine right?")


def _claims(token: object) -> Claims:
    """What an id token says. Raises `Unsure`.

    Its signature is not looked at. The token comes straight from Slack's token endpoint, in answer to our secret, over
    a TLS connection that names Slack; for that, OpenID Connect Core 3.1.3.7 lets TLS stand for the signature. Keys
    to fetch, to keep and to see changing would add ways to fail and nothing that the connection doesn't prove.
    """
    try:
        payload = str(token).split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Claims)
    except (IndexError, binascii.Error, ValueError):  # msgspec's are ValueErrors
        raise Unsure("Slack's id token can't be read.") from None


def _refusal(error: object) -> PaperboyError:
    said = error if isinstance(error, str) and WORD.fullmatch(error) else "an error it has no plain word for"
    if said in OURS:
        return ConfigError(f"Slack says {said}.", "docs/sign-in.md says what to set at Slack and here.")
    if said in LATER:
        return Unsure(f"Slack says {said}.")
    return AskError(f"Slack says: {said}.", "Start again.")
