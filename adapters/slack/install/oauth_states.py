"""The OAuth `state`: proves that the browser that returns from Slack is the one that started the installation."""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import AskError
from bot.http_server import Sealer

STATE_TTL = timedelta(minutes=10)
NAME, SPENT = "state", "spent/"


class OAuthStates:
    """Issues and checks states. They are encrypted, so only those already used have to be stored."""

    def __init__(self, storage: KeyValue, sealer: Sealer, clock: Clock) -> None:
        self._storage = storage
        self._sealer = sealer
        self._clock = clock

    def issue_state(self, browser: str) -> str:
        """A state for the browser with this cookie."""
        return self._sealer.seal_text(NAME, _digest(browser).encode())

    async def spend_state(self, state: str, browser: str) -> None:
        """Use up a state. Raises `AskError` when it is invalid, expired, used, or another browser's."""
        if not (owner := self._sealer.open_text(NAME, state)):
            raise AskError("That link was not made by this server.", "Start again.")
        if not self._sealer.open_text(NAME, state, max_age=STATE_TTL):
            raise AskError("The installation took longer than ten minutes.", "Start again.")
        if not browser or not secrets.compare_digest(_digest(browser).encode(), owner):
            hint = "Start again here, and allow cookies for this page."
            raise AskError("This browser did not start the installation.", hint)
        for key, end in await self._storage.scan(SPENT):
            if datetime.fromisoformat(end.decode()) <= self._clock.now():
                await self._storage.delete(key)
        ends = (self._clock.now() + STATE_TTL).isoformat().encode()
        if not await self._storage.put(SPENT + _digest(state), ends, if_absent=True):
            hint = "If Paperboy was just added, you're done. If not, start again."
            raise AskError("This installation link was used already.", hint)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
