"""Subscribers and unconfirmed requests: sealed records under ids that don't reveal the address.

Keys: `subscriber/ID`, `pending/ID/NONCE` (not confirmed yet), `blocked/ID` (wants no mail from us).
"""

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from adapters.email import address
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.http_server import Sealer, open_sealer

LINK_MAX_AGE = timedelta(hours=48)
MIN_REPEAT_INTERVAL = timedelta(minutes=2)  # until another link is sent, for a reader who found none
MAX_PENDING_LINKS = 3  # to one address at a time
BLOCK_AGE = timedelta(days=365)
KEY_FILE = "mail.key"
CONFIRM, LEAVE, ID = "confirm", "leave", "subscriber"  # what a token or a tag is for


class Pending(Struct, frozen=True, kw_only=True):
    """A request that waits for its link to be followed."""

    address: str
    request: SubscriptionRequest
    asked_at: datetime


class Subscriber(Struct, frozen=True, kw_only=True):
    """A confirmed subscriber."""

    address: str
    request: SubscriptionRequest
    since: datetime
    nonce: str  # of the link that confirmed it: following it again changes nothing
    replaces: bool = False  # an earlier subscription of theirs
    stopped: str = ""  # why no mail is sent any more


Record = TypeVar("Record", Pending, Subscriber)


class Confirmation(Struct, frozen=True, kw_only=True):
    """A link to confirm with, as it was sent."""

    id: str
    nonce: str
    pending: Pending


class Subscribers:
    """Reads and writes the records."""

    def __init__(self, storage: KeyValue, sealer: Sealer, clock: Clock) -> None:
        self._storage = storage
        self._sealer = sealer
        self._clock = clock

    def subscriber_id(self, to: str) -> str:
        """The id of an address: always the same, and no way back to the address without the key."""
        return self._sealer.tag(ID, address.normalised(to))

    async def subscriber(self, id: str) -> Subscriber | None:
        """Raises `SealError` when the record was sealed with another key."""
        name = f"subscriber/{id}"
        sealed = await self._storage.get(name)
        return self._opened(name, sealed, Subscriber) if sealed else None

    async def add_pending(self, to: str, request: SubscriptionRequest) -> Confirmation | None:
        """Store a request until it is confirmed; None when this address gets no link now."""
        id, now = self.subscriber_id(to), self._clock.now()
        blocked_until = await self._storage.get(f"blocked/{id}")
        if blocked_until is not None and datetime.fromisoformat(blocked_until.decode()) > now:
            return None
        known = [self._opened(key, sealed, Pending) for key, sealed in await self._storage.scan(f"pending/{id}/")]
        waiting = [pending for pending in known if pending.asked_at + LINK_MAX_AGE > now]
        if len(waiting) >= MAX_PENDING_LINKS or any(p.asked_at + MIN_REPEAT_INTERVAL > now for p in waiting):
            return None
        pending = Pending(address=to, request=request, asked_at=now)
        confirmation = Confirmation(id=id, nonce=secrets.token_hex(8), pending=pending)
        await self._put(f"pending/{id}/{confirmation.nonce}", pending)
        return confirmation

    async def delete_pending(self, confirmation: Confirmation) -> None:
        """For a link that could not be sent."""
        await self._storage.delete(f"pending/{confirmation.id}/{confirmation.nonce}")

    async def pending_for(self, token: str) -> Confirmation | None:
        """The request that a link confirms; None for a link that we did not send or that has expired."""
        id, nonce = self._confirm_ids(token)
        name = f"pending/{id}/{nonce}"
        sealed = await self._storage.get(name) if id else None
        if sealed is None:
            return None
        pending = self._opened(name, sealed, Pending)
        is_valid = pending.asked_at + LINK_MAX_AGE > self._clock.now()
        return Confirmation(id=id, nonce=nonce, pending=pending) if is_valid else None

    async def confirmed_by(self, token: str) -> Subscriber | None:
        """The subscriber that this link confirmed."""
        id, nonce = self._confirm_ids(token)
        found = await self.subscriber(id) if id else None
        return found if found and found.nonce == nonce and not found.stopped else None

    async def confirm(self, confirmation: Confirmation) -> Subscriber:
        """Store a subscriber; repeating it for the same link changes nothing."""
        old = await self.subscriber(confirmation.id)
        if old and old.nonce == confirmation.nonce:
            return old
        new = Subscriber(
            address=confirmation.pending.address,
            request=confirmation.pending.request,
            since=self._clock.now(),
            nonce=confirmation.nonce,
            replaces=old is not None,
        )
        await self._storage.delete(f"blocked/{confirmation.id}")
        await self._put(f"subscriber/{confirmation.id}", new)
        return new

    async def delete_all_pending(self, id: str) -> bool:
        """Delete the requests of an address; returns whether there were any."""
        waiting = await self._storage.scan(f"pending/{id}/")
        for key, _ in waiting:
            await self._storage.delete(key)
        return bool(waiting)

    async def stop_subscriber(self, id: str, why: str) -> None:
        """Send nothing more until they subscribe again."""
        found = await self.subscriber(id)
        if found and not found.stopped:
            await self._put(f"subscriber/{id}", replace(found, stopped=why))

    async def delete_subscriber(self, id: str) -> bool:
        """Delete a subscriber; returns whether there was one."""
        existed = await self._storage.get(f"subscriber/{id}") is not None
        await self._storage.delete(f"subscriber/{id}")
        return existed

    async def block(self, id: str) -> None:
        """Send nothing for a year, not even a link."""
        await self._storage.put(f"blocked/{id}", (self._clock.now() + BLOCK_AGE).isoformat().encode())

    async def delete_expired(self) -> None:
        """Delete expired links and blocks."""
        now = self._clock.now()
        for key, sealed in await self._storage.scan("pending/"):
            if self._opened(key, sealed, Pending).asked_at + LINK_MAX_AGE <= now:
                await self._storage.delete(key)
        for key, until in await self._storage.scan("blocked/"):
            if datetime.fromisoformat(until.decode()) <= now:
                await self._storage.delete(key)

    def confirm_token(self, confirmation: Confirmation) -> str:
        return self._sealer.sign(CONFIRM, f"{confirmation.id}.{confirmation.nonce}")

    def leave_token(self, id: str) -> str:
        """Never expires: unsubscribing must work from a mail of last year."""
        return self._sealer.sign(LEAVE, id)

    def subscriber_of(self, leave_token: str) -> str:
        """The id in a token; empty when we did not make it."""
        return self._sealer.verify(LEAVE, leave_token)

    def _confirm_ids(self, token: str) -> tuple[str, str]:
        id, _, nonce = self._sealer.verify(CONFIRM, token).partition(".")
        return id, nonce

    def _opened(self, name: str, sealed: bytes, kind: type[Record]) -> Record:
        return msgspec.json.decode(self._sealer.open(name, sealed), type=kind)

    async def _put(self, name: str, record: Struct) -> None:
        await self._storage.put(name, self._sealer.seal(name, msgspec.json.encode(record)))


def open_subscribers(storage: KeyValue, home: Path, clock: Clock, *, secret: str = "") -> Subscribers:
    """The subscribers, sealed with this secret, or with one that is generated and stored in the data folder."""
    sealer = open_sealer(home / KEY_FILE, "the key of the mail subscribers", clock, secrets_newest_first=[secret])
    return Subscribers(storage, sealer, clock)
