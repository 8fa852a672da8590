"""Who reads by mail, and who asked to: addresses sealed, under ids that tell nothing.

KeyValue: `subscriber/ID`, `pending/ID/NONCE` (asked, not confirmed yet), `blocked/ID` (wants nothing from us).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from adapters.email.keys import Keys
from adapters.email.wish import Wish
from bot.chat.adapter import KeyValue
from bot.clock import Clock

LIFE = timedelta(hours=48)  # of a link to confirm
AGAIN = timedelta(minutes=2)  # until the next mail to confirm, for somebody who finds none
MOST = 3  # such mails to one address in that time, whoever asks for them
BLOCKED = timedelta(days=365)
CONFIRM = "confirm"
LEAVE = "leave"


class Pending(Struct, frozen=True, kw_only=True):
    """A wish that waits for its link to be followed."""

    address: str
    wish: Wish
    asked: datetime


class Subscriber(Struct, frozen=True, kw_only=True):
    """Somebody who confirmed."""

    address: str
    wish: Wish
    since: datetime
    nonce: str  # of the link that confirmed it: following it again changes nothing
    replaces: bool = False  # an earlier wish of theirs
    stopped: str = ""  # why nothing is sent any more


class Asked(Struct, frozen=True, kw_only=True):
    """A link to confirm with, as sent."""

    id: str
    nonce: str
    pending: Pending


class Subscribers:
    """The records."""

    def __init__(self, storage: KeyValue, keys: Keys, clock: Clock) -> None:
        self._storage = storage
        self._keys = keys
        self._clock = clock

    async def get(self, id: str) -> Subscriber | None:
        """Raises `Unreadable` when the key is another one."""
        name = f"subscriber/{id}"
        sealed = await self._storage.get(name)
        return msgspec.json.decode(self._keys.open(name, sealed), type=Subscriber) if sealed else None

    async def ask(self, address: str, wish: Wish) -> Asked | None:
        """Keep a wish until it is confirmed; None when this address gets no mail about it now."""
        id, now = self._keys.id_of(address), self._clock.now()
        if await self._is_blocked(id):
            return None
        waiting = [pending for _, pending in await self._waiting(id) if pending.asked + LIFE > now]
        if len(waiting) >= MOST or any(pending.asked + AGAIN > now for pending in waiting):
            return None
        asked = Asked(
            id=id,
            nonce=secrets.token_hex(8),
            pending=Pending(address=address, wish=wish, asked=now),
        )
        await self._put(f"pending/{id}/{asked.nonce}", asked.pending)
        return asked

    async def withdraw(self, asked: Asked) -> None:
        """Its mail could not be sent."""
        await self._storage.delete(f"pending/{asked.id}/{asked.nonce}")

    async def asked(self, token: str) -> Asked | None:
        """What a link to confirm is about; None for one that we did not send, or that is too old."""
        id, nonce = self._confirms(token)
        name = f"pending/{id}/{nonce}"
        sealed = await self._storage.get(name) if id else None
        if sealed is None:
            return None
        pending = msgspec.json.decode(self._keys.open(name, sealed), type=Pending)
        return Asked(id=id, nonce=nonce, pending=pending) if pending.asked + LIFE > self._clock.now() else None

    async def confirmed_by(self, token: str) -> Subscriber | None:
        """The subscriber that this very link made."""
        id, nonce = self._confirms(token)
        found = await self.get(id) if id else None
        return found if found and found.nonce == nonce and not found.stopped else None

    async def confirm(self, asked: Asked) -> Subscriber:
        """Keep somebody from now on; the same however often it is called for one link."""
        old = await self.get(asked.id)
        if old and old.nonce == asked.nonce:
            return old
        new = Subscriber(
            address=asked.pending.address,
            wish=asked.pending.wish,
            since=self._clock.now(),
            nonce=asked.nonce,
            replaces=old is not None,
        )
        await self._storage.delete(f"blocked/{asked.id}")
        await self._put(f"subscriber/{asked.id}", new)
        return new

    async def settle(self, id: str) -> bool:
        """Nothing waits any more; whether something did."""
        waiting = await self._storage.scan(f"pending/{id}/")
        for key, _ in waiting:
            await self._storage.delete(key)
        return bool(waiting)

    async def stop(self, id: str, why: str) -> None:
        """Send nothing more until they confirm anew."""
        found = await self.get(id)
        if found and not found.stopped:
            await self._put(f"subscriber/{id}", replace(found, stopped=why))

    async def erase(self, id: str) -> bool:
        """Forget somebody; whether there was anybody."""
        known = await self._storage.get(f"subscriber/{id}") is not None
        await self._storage.delete(f"subscriber/{id}")
        return known

    async def block(self, id: str) -> None:
        """They want nothing from us, not even to be asked."""
        await self._storage.put(f"blocked/{id}", (self._clock.now() + BLOCKED).isoformat().encode())

    async def tidy(self) -> None:
        """Forget what ran out."""
        now = self._clock.now()
        for key, sealed in await self._storage.scan("pending/"):
            if msgspec.json.decode(self._keys.open(key, sealed), type=Pending).asked + LIFE <= now:
                await self._storage.delete(key)
        for key, until in await self._storage.scan("blocked/"):
            if datetime.fromisoformat(until.decode()) <= now:
                await self._storage.delete(key)

    def confirm_token(self, asked: Asked) -> str:
        return self._keys.sign(CONFIRM, f"{asked.id}.{asked.nonce}")

    def leave_token(self, id: str) -> str:
        """Never ends: a mail of last year must still be good for leaving."""
        return self._keys.sign(LEAVE, id)

    def leaves(self, token: str) -> str:
        """Whose token it is; empty when we did not make it."""
        return self._keys.verify(LEAVE, token)

    def _confirms(self, token: str) -> tuple[str, str]:
        id, _, nonce = self._keys.verify(CONFIRM, token).partition(".")
        return id, nonce

    async def _waiting(self, id: str) -> list[tuple[str, Pending]]:
        found = await self._storage.scan(f"pending/{id}/")
        return [(key, msgspec.json.decode(self._keys.open(key, sealed), type=Pending)) for key, sealed in found]

    async def _is_blocked(self, id: str) -> bool:
        until = await self._storage.get(f"blocked/{id}")
        return until is not None and datetime.fromisoformat(until.decode()) > self._clock.now()

    async def _put(self, name: str, record: Struct) -> None:
        await self._storage.put(name, self._keys.seal(name, msgspec.json.encode(record)))
