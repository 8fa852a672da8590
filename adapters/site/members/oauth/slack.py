"""Sign in with Slack: OpenID Connect, for the members of one workspace."""

import base64
import binascii
import re
import secrets

import msgspec
from msgspec import Struct, field

from adapters.site.members.oauth.provider import MAX_NAME_CHARS, Attempt, OAuthProvider, request_json
from adapters.site.settings import Settings
from bot.chat.event import Person
from bot.chat.message import clean
from bot.clock import Clock
from bot.errors import AskError, ConfigError, PaperboyError, Unsure

MAX_CLOCK_SKEW_S = 60  # between Slack's clock and ours
ERROR_CODE = re.compile(r"[a-z_]{1,60}", re.ASCII)
TEMPORARY_ERRORS = {"ratelimited", "service_unavailable", "internal_error", "fatal_error", "request_timeout"}
SETUP_ERRORS = {"bad_client_secret", "invalid_client_id", "bad_redirect_uri", "oauth_authorization_url_mismatch"}


class Claims(Struct, frozen=True, kw_only=True):
    """The part of an id token that is used."""

    iss: str
    aud: str
    exp: int
    nonce: str
    team: str = field(name="https://slack.com/team_id")
    user: str = field(name="https://slack.com/user_id")
    name: str = ""


class SlackProvider(OAuthProvider):
    """Slack.

    No PKCE: Slack takes it only from apps without a secret. For an app with one, the nonce in the id token does the
    same (RFC 9700, 2.1.1).
    """

    name, label, authorize_path = "slack", "Slack", "/openid/connect/authorize"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings, settings.slack_team)
        self._clock = clock

    def authorize_query(self, attempt: Attempt) -> dict[str, str]:
        return {"scope": "openid profile", "team": self.space, "nonce": attempt.nonce}

    async def fetch_person(self, attempt: Attempt, return_url: str, code: str) -> Person:
        form = self.token_form(return_url, code)
        _, answer = await request_json("POST", f"{self._url}/api/openid.connect.token", form=form)
        if answer.get("ok") is not True:
            raise _error(answer.get("error"))
        claims = _claims(answer.get("id_token"))
        self._check(claims, attempt)
        if claims.team != self.space:
            raise AskError("This account belongs to another Slack workspace.", "Choose the workspace of this site.")
        return Person(platform="slack", space=claims.team, id=claims.user, name=clean(claims.name, MAX_NAME_CHARS))

    def _check(self, claims: Claims, attempt: Attempt) -> None:
        """Check that the token was made by this Slack, for us, for this attempt, and just now."""
        if (claims.iss, claims.aud) != (self._url, self._id):
            raise Unsure("Slack's id token is not for this site.")
        if not secrets.compare_digest(claims.nonce.encode(), attempt.nonce.encode()):
            raise AskError("This sign-in was started in another browser.", "Start again.")
        if claims.exp + MAX_CLOCK_SKEW_S <= self._clock.now().timestamp():
            raise Unsure("Slack's id token has expired. Check this machine's clock.")


def _claims(token: object) -> Claims:
    """The claims of an id token. Raises `Unsure`.

    Its signature isn't checked. The token comes straight from Slack's token endpoint, over a TLS connection to Slack,
    which OpenID Connect Core 3.1.3.7 accepts instead. Keys to fetch and renew would add ways to fail, and prove
    nothing more.
    """
    try:
        payload = str(token).split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Claims)
    except (IndexError, binascii.Error, ValueError):  # msgspec's are ValueErrors
        raise Unsure("Slack's id token can't be read.") from None


def _error(error: object) -> PaperboyError:
    code = error if isinstance(error, str) and ERROR_CODE.fullmatch(error) else "an error without a code"
    if code in SETUP_ERRORS:
        return ConfigError(f"Slack says {code}.", "docs/sign-in.md says what to set at Slack and here.")
    if code in TEMPORARY_ERRORS:
        return Unsure(f"Slack says {code}.")
    return AskError(f"Slack says: {code}.", "Start again.")
