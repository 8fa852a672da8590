"""Renews tokens that expire, each once, in whichever process notices first.

A token lives 12 hours and comes with a refresh token for one use. Two processes that spend the same refresh
token leave a workspace with tokens that Slack has revoked. So a process first takes a lease in the storage,
named after the refresh token. The lease's name is used up with the token: a lease found later can only be
about a spent token, and the record is read again before anything is spent.

A process that dies between Slack's answer and the write loses the new tokens. The old token then still works
until it expires, which is why renewal starts two hours early. The next process tries the old refresh token
again after the lease has expired. If Slack accepts it, nothing was lost. If not, the log says at once that
the workspace has to install again before the old token expires: Slack offers no other way.

https://docs.slack.dev/authentication/using-token-rotation
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from msgspec.structs import replace

from adapters.slack.install.oauth_client import OAuthClient
from adapters.slack.install.records import Install, InstallRecords, Tokens
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import Busy, PostError, Refused

log = logging.getLogger(__name__)

RENEW_BEFORE_S = 2 * 3600.0  # before its end
LEASE_TTL = timedelta(seconds=60)  # longer than a request to Slack may take
WAIT_WHILE_VALID_S = 1.0  # for a new token while the old one works: an event has to be acknowledged within 3 s
WAIT_FOR_OTHERS_S = 5.0  # for another process when the old token has expired
POLL_S = 0.5
RETRY_AFTER_S = 60.0  # after a renewal without an answer
LEASES = "lease/"
SPENT = b"spent"  # in place of a lease's end: Slack has refused this refresh token


class Renewal:
    """Renews the tokens of installs."""

    def __init__(self, storage: KeyValue, records: InstallRecords, clock: Clock, oauth: OAuthClient | None) -> None:
        self._storage = storage
        self._records = records
        self._clock = clock
        self._oauth = oauth
        self._renewals: dict[str, asyncio.Task[Install]] = {}  # under way, by space

    async def with_valid_token(self, install: Install) -> Install:
        """The install with a token that works. Raises `Refused` or `Busy` when there is none."""
        left = install.seconds_left(self._clock.now())
        if left > RENEW_BEFORE_S or not install.refresh_token or self._oauth is None:
            return self._checked(install)
        task = self._renewals.get(install.space) or self._start_renewal(install, self._oauth)
        # `wait` does not cancel the task when the caller is cancelled.
        await asyncio.wait({task}, timeout=WAIT_WHILE_VALID_S if left > 0 else None)
        if left > 0 and not (task.done() and task.exception() is None):
            return install
        return task.result()

    @asynccontextmanager
    async def lease_tokens(self, install: Install) -> AsyncIterator[bool]:
        """While this lasts no other process changes the install's tokens; False when one is doing so already."""
        leased = bool(install.refresh_token) and await self._take_lease(install)
        try:
            yield leased or not install.refresh_token or await self._is_spent(install)
        finally:
            if leased:
                await self.release_leases(install)

    async def aclose(self) -> None:
        """Wait for renewals under way to be recorded: a refresh token may have been spent."""
        if self._renewals:
            await asyncio.wait(self._renewals.values())

    async def release_leases(self, install: Install) -> None:
        """Delete the leases of an install whose refresh token is gone, or was not spent."""
        if install.refresh_token:
            for key, _ in await self._storage.scan(_lease_prefix(install)):
                await self._storage.delete(key)

    def _start_renewal(self, install: Install, oauth: OAuthClient) -> asyncio.Task[Install]:
        task = asyncio.create_task(self._renew(install, oauth), name=f"renew the token of {install.space}")
        self._renewals[install.space] = task
        task.add_done_callback(lambda done: self._renewal_ended(install.space, done))
        return task

    def _renewal_ended(self, space: str, task: asyncio.Task[Install]) -> None:
        del self._renewals[space]
        if not task.cancelled() and (error := task.exception()):
            log.warning("The token of Slack workspace %s was not renewed: %s", space, error)

    async def _renew(self, known: Install, oauth: OAuthClient) -> Install:
        if not await self._take_lease(known):
            return await self._wait_for_others(known)
        install = await self._records.get_install(known.space)
        if install is None:
            raise not_installed(known.space)
        if install.refresh_token != known.refresh_token:  # another process was faster
            await self.release_leases(known)
            return install
        return await self._spend_refresh_token(install, oauth)

    async def _spend_refresh_token(self, install: Install, oauth: OAuthClient) -> Install:
        try:
            new = await oauth.renew_tokens(install.refresh_token)
        except Refused:
            return await self._renewal_refused(install)
        except PostError as error:
            message = f"Slack gave no new token: {error.message}"
            raise Busy(message, retry_after=RETRY_AFTER_S, hint=error.hint) from None
        return await self._store_tokens(install, new)

    async def _store_tokens(self, used: Install, new: Tokens) -> Install:
        """Record new tokens, unless the workspace was removed or installed again meanwhile."""
        stored = await self._records.get_install(used.space)
        if stored is None:
            raise not_installed(used.space)
        if stored.refresh_token == used.refresh_token:
            stored = replace(stored, token=new.token, refresh_token=new.refresh_token, expires=new.expires)
            await self._records.put_install(stored)
        await self.release_leases(used)
        return stored

    async def _renewal_refused(self, install: Install) -> Install:
        """Slack refused the refresh token: another process has the new one, or it is lost."""
        stored = await self._records.get_install(install.space)
        if stored is None:
            raise not_installed(install.space)
        if stored.refresh_token != install.refresh_token:
            return stored
        for key, _ in await self._storage.scan(_lease_prefix(install), last=1):
            await self._storage.put(key, SPENT)
        log.error(
            "Slack workspace %s has to install Paperboy again: its token expires %s", install.space, install.expires
        )
        return self._checked(install)

    async def _wait_for_others(self, known: Install) -> Install:
        """The install as another process, which has the lease, leaves it."""
        waited = 0.0
        while True:
            stored = await self._records.get_install(known.space)
            if stored is None:
                raise not_installed(known.space)
            changed = stored.refresh_token != known.refresh_token
            if changed or stored.seconds_left(self._clock.now()) > 0 or await self._is_spent(known):
                return self._checked(stored)
            if waited >= WAIT_FOR_OTHERS_S:
                message = f"The token of Slack workspace {known.space} is still being renewed."
                raise Busy(message, retry_after=RETRY_AFTER_S)
            await self._clock.sleep(POLL_S)
            waited += POLL_S

    async def _is_spent(self, install: Install) -> bool:
        return any(end == SPENT for _, end in await self._storage.scan(_lease_prefix(install)))

    async def _take_lease(self, install: Install) -> bool:
        """Whether this process may spend the refresh token now."""
        prefix = _lease_prefix(install)
        held = await self._storage.scan(prefix, last=1)
        if not held:
            return await self._put_lease(prefix, 0)
        key, end = held[0]
        if end == SPENT or self._clock.now() < datetime.fromisoformat(end.decode()):
            return False
        taken = await self._put_lease(prefix, int(key[len(prefix) :]) + 1)
        if taken:
            await self._storage.delete(key)
        return taken

    def _checked(self, install: Install) -> Install:
        """The same install. Raises `Refused` when its token has expired."""
        if install.seconds_left(self._clock.now()) > 0:
            return install
        raise Refused(
            f"Paperboy's access to Slack workspace {install.space} has expired and could not be renewed.",
            "Ask a workspace admin to install Paperboy again."
            if self._oauth
            else "Set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: this app's tokens have to be renewed.",
            broken=True,
        )

    async def _put_lease(self, prefix: str, number: int) -> bool:
        end = (self._clock.now() + LEASE_TTL).isoformat().encode()
        return await self._storage.put(f"{prefix}{number:06d}", end, if_absent=True)


def not_installed(space: str, install_url: str = "") -> Refused:
    """The error for a workspace without an install."""
    hint = f"Ask a workspace admin to install it{f' at {install_url}' if install_url else ''}."
    return Refused(f"Paperboy is not installed in Slack workspace {space}.", hint, broken=True)


def _lease_prefix(install: Install) -> str:
    """The key of an install's leases: a hash, which does not reveal the refresh token."""
    return f"{LEASES}{hashlib.sha256(install.refresh_token.encode()).hexdigest()[:32]}/"
