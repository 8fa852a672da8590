"""The `state` of an installation: proves that the browser that comes back from Slack is the one that left."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from adapters.slack.install.vault import Unreadable, Vault
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import AskError

LIFE = timedelta(minutes=10)
NAME, SPENT = "state", "spent/"


class OAuthStates:
    """Sealed, so that looking at the install page writes nothing; what is written is which ones were used."""

    def __init__(self, storage: KeyValue, vault: Vault, clock: Clock) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock

    def issue(self, browser: str) -> str:
        """A state for the browser that holds this cookie."""
        return self._vault.seal(NAME, msgspec.msgpack.encode((_digest(browser), self._clock.now()))).decode()

    async def spend(self, state: str, browser: str) -> None:
        """Use a state up. Raises `AskError` when it is none, too old, another browser's or used already."""
        owner, issued = self._read(state)
        if not issued <= self._clock.now() < issued + LIFE:
            raise AskError("The installation took longer than ten minutes.", "Start again.")
        if not browser or not secrets.compare_digest(_digest(browser), owner):
            raise AskError(
                "This browser did not start the installation.", "Start again here, with cookies allowed for this page."
            )
        await self._forget_old()
        if not await self._storage.put(SPENT + _digest(state), (issued + LIFE).isoformat().encode(), if_absent=True):
            raise AskError(
                "This installation has been gone through already.",
                "If Paperboy was just added, all is well. If not, start again.",
            )

    def _read(self, state: str) -> tuple[str, datetime]:
        try:
            return msgspec.msgpack.decode(self._vault.open(NAME, state.encode()), type=tuple[str, datetime])
        except (Unreadable, msgspec.DecodeError):
            raise AskError("That address was not made by this server.", "Start again.") from None

    async def _forget_old(self) -> None:
        """A state that is too old is refused for that."""
        for key, end in await self._storage.scan(SPENT):
            if datetime.fromisoformat(end.decode()) <= self._clock.now():
                await self._storage.delete(key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
