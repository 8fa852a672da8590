"""The interface of a platform for signing in, and a safe request to it."""

from __future__ import annotations

import base64
import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct

from adapters.site.settings import Settings
from bot.chat.event import Person
from bot.errors import Unsure
from bot.refusals import RefusalLimit

TIMEOUT = ClientTimeout(total=10)
MAX_ANSWER_BYTES = 64 * 1024
MAX_NAME_CHARS = 60


class Attempt(Struct, frozen=True, kw_only=True):
    """One sign-in attempt, kept in a sealed cookie of the browser that started it."""

    provider: str
    state: str  # comes back in the address: this browser began it
    nonce: str  # comes back in the id token: it was made for this attempt
    verifier: str  # PKCE (RFC 7636): only the browser that asked for the code can use it
    next: str  # where to go afterwards

    @classmethod
    def new(cls, provider: str, next: str) -> Attempt:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(provider=provider, state=state, nonce=nonce, verifier=verifier, next=next)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class OAuthProvider(ABC):
    """A platform to sign in with."""

    name: str  # `slack`
    label: str  # `Slack`
    authorize_path: str

    def __init__(self, settings: Settings, space: str) -> None:
        """`space`: the workspace or server whose members may sign in."""
        own = (str(getattr(settings, f"{self.name}_{part}")) for part in ("client_id", "client_secret", "url"))
        self.space, (self._id, self._secret, url) = space, own
        self._url = url.rstrip("/")

    @abstractmethod
    def authorize_query(self, attempt: Attempt) -> dict[str, str]:
        """The platform's own part of the address where the browser is sent."""

    def authorize_url(self, attempt: Attempt, return_url: str) -> str:
        """Where the browser is sent; it comes back to `return_url`."""
        query = {"response_type": "code", "client_id": self._id, "redirect_uri": return_url, "state": attempt.state}
        return f"{self._url}{self.authorize_path}?{urlencode(query | self.authorize_query(attempt))}"

    def token_form(self, return_url: str, code: str) -> dict[str, str]:
        """What is sent for a token."""
        client = {"client_id": self._id, "client_secret": self._secret}
        return {"grant_type": "authorization_code", "code": code, "redirect_uri": return_url} | client

    @abstractmethod
    async def fetch_person(self, attempt: Attempt, return_url: str, code: str) -> Person:
        """The person who signed in. Tokens are not stored.

        Raises `AskError` for what the person can do something about, other `PaperboyError`s for the rest.
        """


async def request_json(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    token: str = "",
    refusals: RefusalLimit | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON object of an answer. Raises `Unsure`, which holds no word of either side; `Busy` when the
    service refused too many requests (`refusals`)."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    traces = [refusals.trace()] if refusals else []
    try:
        async with (
            ClientSession(timeout=TIMEOUT, trace_configs=traces, trust_env=True) as session,
            session.request(method, url, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MAX_ANSWER_BYTES)
            while len(body) < MAX_ANSWER_BYTES and (more := await answer.content.read(MAX_ANSWER_BYTES - len(body))):
                body += more
            status = answer.status
    except (ClientError, OSError) as error:  # a time-out is an OSError too
        raise Unsure(f"The platform did not answer ({type(error).__name__}).") from None
    try:
        return status, msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Unsure(f"The platform's answer ({status}) can't be read.") from None
