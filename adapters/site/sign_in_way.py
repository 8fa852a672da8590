"""What a platform must do for people to sign in with it, and one careful question to it."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout
from msgspec import Struct

from bot.chat.event import Person
from bot.errors import Unsure

TIMEOUT = ClientTimeout(total=10)
MOST_BYTES = 64 * 1024
NAME_CHARS = 60


class Attempt(Struct, frozen=True, kw_only=True):
    """One way through a platform and back, kept by the browser that went."""

    way: str
    state: str  # comes back in the address: this browser began it
    nonce: str  # comes back in the id token: it was made for this attempt
    verifier: str  # PKCE (RFC 7636): who brings the code is who asked for it
    next: str  # where to go then

    @classmethod
    def new(cls, way: str, next: str) -> Attempt:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(way=way, state=state, nonce=nonce, verifier=verifier, next=next)

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Way(Protocol):
    """A platform to sign in with."""

    name: str  # `slack`
    label: str  # `Slack`
    space: str  # whose members may sign in

    def authorize(self, attempt: Attempt, back: str) -> str:
        """Where the browser is sent; it comes back to `back`."""
        ...

    async def person(self, attempt: Attempt, back: str, code: str) -> Person:
        """Who it was. Raises `AskError` for what they can do about, other `PaperboyError`s for what they can't.

        Tokens end here: nothing is kept of them.
        """
        ...


async def ask(
    method: str, url: str, *, form: Mapping[str, str] | None = None, token: str = ""
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON object of an answer. Raises `Unsure`; no word of either side gets into it."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        async with (
            ClientSession(timeout=TIMEOUT) as session,
            session.request(method, url, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            body = await answer.content.read(MOST_BYTES)
            while len(body) < MOST_BYTES and (more := await answer.content.read(MOST_BYTES - len(body))):
                body += more
            status = answer.status
    except (ClientError, OSError) as error:  # a timeout is an OSError too
        raise Unsure(f"The platform did not answer ({type(error).__name__}).") from None
    try:
        return status, msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        raise Unsure(f"The platform's answer ({status}) can't be read.") from None
