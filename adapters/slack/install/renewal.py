"""Tokens that expire are renewed in time, once, whoever notices first.

A token lives 12 hours and comes with a refresh token that is good for one use. Two processes that spend
the same one leave a workspace with tokens that Slack has dropped, so a lease on the shelf, named after
the refresh token, lets one at a time. Its name is used up with the token: a lease that is found later
can only be about a token that is spent, and the record is read again before anything is.

A process that dies between Slack's answer and the record loses the new tokens: no one else has seen
them. What remains is the old token, which Slack keeps until its time is up; that is why renewal starts
two hours early. The next process tries the old refresh token again once the lease has run out. If
Slack takes it, nothing was lost. If not, the workspace works on until the old token ends, the log says
so at once, and then it has to install again: there is no other way back that Slack offers.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from adapters.slack.install.records import Install, InstallRecords, Tokens
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import Busy, PostError, Refused

log = logging.getLogger(__name__)

EARLY = 2 * 3600.0  # seconds before its end that a token is renewed
LEASE = timedelta(seconds=60)  # longer than a request to Slack may take
PATIENCE = 1.0  # seconds to wait for a new token while the old one is good: an event has to be acknowledged in 3
WAIT = 5.0  # seconds to wait for another process when the old one is not
POLL = 0.5
AGAIN = 60.0  # seconds until a renewal that got no answer is tried again
LEASES = "lease/"
SPENT = b"spent"  # instead of a lease's end: Slack knows this refresh token no more


class Renews(Protocol):
    """Gets new tokens from Slack."""

    async def renew(self, refresh_token: str) -> Tokens:
        """Raises `Refused` when Slack knows the refresh token no more, `Busy` or `Unsure` otherwise."""
        ...


class Renewal:
    """Keeps installs good."""

    def __init__(self, storage: KeyValue, records: InstallRecords, clock: Clock, slack: Renews | None) -> None:
        self._storage = storage
        self._records = records
        self._clock = clock
        self._slack = slack
        self._under_way: dict[str, asyncio.Task[Install]] = {}

    async def current(self, install: Install) -> Install:
        """The install with a token that is good. Raises `Refused` or `Busy` when there is none."""
        left = install.left(self._clock.now())
        if left > EARLY or not install.refresh_token or self._slack is None:
            return self._good(install)
        task = self._under_way.get(install.space) or self._start(install, self._slack)
        await asyncio.wait({task}, timeout=PATIENCE if left > 0 else None)  # a caller that is cancelled stops nothing
        if left > 0 and not (task.done() and task.exception() is None):
            return install
        return task.result()

    @asynccontextmanager
    async def untouched(self, install: Install) -> AsyncIterator[bool]:
        """While this lasts nobody else changes the install's tokens; False when somebody does already."""
        leased = bool(install.refresh_token) and await self._lease(install)
        try:
            yield leased or not install.refresh_token or await self._is_spent(install)
        finally:
            if leased:
                await self.release(install)

    async def aclose(self) -> None:
        """Let what was begun be recorded: a refresh token may have been spent."""
        if self._under_way:
            await asyncio.wait(self._under_way.values())

    async def release(self, install: Install) -> None:
        """Forget the leases of an install whose refresh token is gone, or was not spent."""
        if install.refresh_token:
            for key, _ in await self._storage.scan(_prefix(install)):
                await self._storage.delete(key)

    def _start(self, install: Install, slack: Renews) -> asyncio.Task[Install]:
        task = asyncio.create_task(self._renew(install, slack), name=f"renew the token of {install.space}")
        self._under_way[install.space] = task
        task.add_done_callback(lambda done: self._ended(install.space, done))
        return task

    def _ended(self, space: str, task: asyncio.Task[Install]) -> None:
        del self._under_way[space]
        if not task.cancelled() and (error := task.exception()):
            log.warning("the token of workspace %s was not renewed: %s", space, error)

    async def _renew(self, known: Install, slack: Renews) -> Install:
        if not await self._lease(known):
            return await self._others(known)
        install = await self._records.install(known.space)
        if install is None:
            raise gone(known.space)
        if install.refresh_token != known.refresh_token:  # somebody was faster
            await self.release(known)
            return install
        return await self._spend(install, slack)

    async def _spend(self, install: Install, slack: Renews) -> Install:
        try:
            new = await slack.renew(install.refresh_token)
        except Refused:
            return await self._rejected(install)
        except PostError as error:
            raise Busy(f"Slack gave no new token: {error.message}", retry_after=AGAIN, hint=error.hint) from None
        return await self._keep(install, new)

    async def _keep(self, used: Install, new: Tokens) -> Install:
        """Record new tokens, unless the workspace was removed or installed anew meanwhile: that stands."""
        there = await self._records.install(used.space)
        if there is None:
            raise gone(used.space)
        if there.refresh_token == used.refresh_token:
            there = replace(there, token=new.token, refresh_token=new.refresh_token, expires=new.expires)
            await self._records.put(there)
        await self.release(used)
        return there

    async def _rejected(self, install: Install) -> Install:
        """Slack knows the refresh token no more: another process has the new one, or nobody has."""
        there = await self._records.install(install.space)
        if there is None:
            raise gone(install.space)
        if there.refresh_token != install.refresh_token:
            return there
        for key, _ in await self._storage.scan(_prefix(install), last=1):
            await self._storage.put(key, SPENT)
        log.error("workspace %s has to install Paperboy again: its token ends %s", install.space, install.expires)
        return self._good(install)

    async def _others(self, known: Install) -> Install:
        """What another process makes of it."""
        waited = 0.0
        while True:
            there = await self._records.install(known.space)
            if there is None:
                raise gone(known.space)
            changed = there.refresh_token != known.refresh_token
            if changed or there.left(self._clock.now()) > 0 or await self._is_spent(known):
                return self._good(there)
            if waited >= WAIT:
                raise Busy(f"The token of workspace {known.space} is still being renewed.", retry_after=AGAIN)
            await self._clock.sleep(POLL)
            waited += POLL

    async def _is_spent(self, install: Install) -> bool:
        return any(end == SPENT for _, end in await self._storage.scan(_prefix(install)))

    async def _lease(self, install: Install) -> bool:
        """Whether nobody else is at this install's tokens now."""
        prefix = _prefix(install)
        held = await self._storage.scan(prefix, last=1)
        if not held:
            return await self._take(prefix, 0)
        key, end = held[0]
        if end == SPENT or self._clock.now() < datetime.fromisoformat(end.decode()):
            return False
        taken = await self._take(prefix, int(key[len(prefix) :]) + 1)
        if taken:
            await self._storage.delete(key)
        return taken

    def _good(self, install: Install) -> Install:
        if install.left(self._clock.now()) > 0:
            return install
        raise Refused(
            f"Paperboy's access to workspace {install.space} has ended and could not be renewed.",
            "Ask a workspace admin to install Paperboy again."
            if self._slack
            else "Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: this app's tokens have to be renewed.",
            broken=True,
        )

    async def _take(self, prefix: str, number: int) -> bool:
        end = (self._clock.now() + LEASE).isoformat().encode()
        return await self._storage.put(f"{prefix}{number:06d}", end, if_absent=True)


def gone(space: str, how: str = "") -> Refused:
    """No install is there."""
    hint = f"Ask a workspace admin to install it{f' at {how}' if how else ''}."
    return Refused(f"Paperboy is not installed in workspace {space}.", hint, broken=True)


def _prefix(install: Install) -> str:
    """Leases are named after the token, which its hash doesn't give away."""
    return f"{LEASES}{hashlib.sha256(install.refresh_token.encode()).hexdigest()[:32]}/"
