"""Who installed Paperboy: whose token to use where."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from adapters.slack.install.records import INSTALL, Install, InstallRecords
from adapters.slack.install.renewal import Renewal, Renews, gone
from adapters.slack.install.vault import Unreadable, Vault
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import ConfigError, PaperboyError, Refused

__all__ = ["Install", "Installs", "StoredInstalls"]

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=15)  # how long an install is used without looking whether another process changed it
SKEW = timedelta(seconds=5)  # Slack tells whole seconds, by another clock; nobody is back sooner than this
ROUND = 600.0  # seconds between two looks for tokens that end soon


class Installs(Protocol):
    """Whose token to use where."""

    async def of(self, space: str, enterprise: str = "") -> Install:
        """The install that serves a workspace, its token good. Raises `Refused` (broken) or `Busy`."""
        ...

    async def spaces(self) -> Sequence[str]:
        """All that can be asked for."""
        ...

    async def forget(self, space: str, *, at: datetime | None = None) -> None:
        """It was removed there, at that moment."""
        ...

    async def aclose(self) -> None: ...


class StoredInstalls:
    """Installs kept on the adapter's shelf, sealed, renewed in time."""

    def __init__(
        self, storage: KeyValue, vault: Vault, clock: Clock, slack: Renews | None = None, *, install_url: str = ""
    ) -> None:
        """`slack` renews tokens that expire; `install_url` is shown where Paperboy is missing."""
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._records = InstallRecords(storage, vault)
        self._renewal = Renewal(storage, self._records, clock, slack)
        self._install_url = install_url
        self._seen: dict[str, tuple[datetime, Install]] = {}

    async def of(self, space: str, enterprise: str = "") -> Install:
        """The workspace's own install, or that of its enterprise; `enterprise` if the event tells it.

        Who serves a workspace is remembered, so that a delivery, which knows no enterprise, finds it too.
        """
        try:
            install = await self._own(space) or await self._enterprise(space, enterprise)
        except Unreadable as error:
            raise Refused(error.message, error.hint, broken=True) from None
        if install is None:
            raise gone(space, self._install_url)
        return replace(await self._good(install), space=space)

    async def spaces(self) -> Sequence[str]:
        """Workspaces, and enterprises that installed for all of theirs."""
        return await self._records.spaces()

    async def save(self, install: Install) -> None:
        """A workspace or an enterprise installed Paperboy, perhaps again."""
        before = await self._readable(install.space)
        await self._records.put(install)
        await self._records.leave(install.space)
        self._seen.pop(install.space, None)
        if before:
            await self._renewal.release(before)

    async def forget(self, space: str, *, at: datetime | None = None) -> None:
        """Delete all that is kept of a workspace or an enterprise, unless it installed again after `at`.

        Slack repeats an event for hours: one of an earlier removal must not undo a new install.
        """
        self._seen.pop(space, None)
        install = await self._readable(space)
        if install and at and install.installed and install.installed > at + SKEW:
            return
        await self._records.delete(space)
        if install:
            await self._renewal.release(install)

    async def rotate(self, *, forget_unreadable: bool = False) -> int:
        """Seal everything under the newest key; how many records that took.

        Raises `ConfigError` when a record opens with no key, unless those are to be forgotten.
        """
        done, lost = 0, []
        for key, sealed in await self._records.sealed():
            try:
                done += await self._reseal(key, sealed)
            except Unreadable:
                lost.append(key)
        if lost and not forget_unreadable:
            raise _lost(lost)
        for key in lost:
            await self._storage.delete(key)
        return done

    async def renew_due(self) -> None:
        """Renew the tokens that end soon, so that nobody has to wait for it."""
        for space in await self.spaces():
            try:
                await self.of(space)
            except PaperboyError as error:
                log.warning("workspace %s: %s", space, error)

    async def keep_fresh(self) -> None:
        """Renew what ends soon, until cancelled."""
        while True:
            await self.renew_due()
            await asyncio.sleep(ROUND)  # not the clock's: upkeep must not move one that stands still

    async def aclose(self) -> None:
        """Wait for renewals under way."""
        await self._renewal.aclose()

    async def _readable(self, space: str) -> Install | None:
        try:
            return await self._records.install(space)
        except Unreadable:
            return None

    async def _own(self, space: str) -> Install | None:
        """What is filed under this very id."""
        now = self._clock.now()
        until, install = self._seen.get(space, (now, None))
        if install is None or now >= until:
            install = await self._records.install(space)
            self._remember(space, install)
        return install

    def _remember(self, space: str, install: Install | None) -> None:
        if install:
            self._seen[space] = (self._clock.now() + FRESH, install)
        else:
            self._seen.pop(space, None)

    async def _enterprise(self, space: str, enterprise: str) -> Install | None:
        known = await self._records.member(space)
        install = await self._own(known or enterprise) if known or enterprise else None
        if install and not known and install.org_wide:
            await self._records.join(space, enterprise)
        return install if install and install.org_wide else None

    async def _good(self, install: Install) -> Install:
        good = await self._renewal.current(install)
        if good is not install:
            self._remember(good.space, good)
        return good

    async def _reseal(self, key: str, sealed: bytes) -> bool:
        """A renewal in another process must not be overwritten by what was there before it."""
        if self._vault.renew(key, sealed) is None:
            return False
        install = await self._records.install(key.removeprefix(INSTALL)) if key.startswith(INSTALL) else None
        if install is None:
            return await self._reseal_now(key)
        async with self._renewal.untouched(install) as untouched:
            return untouched and await self._reseal_now(key)

    async def _reseal_now(self, key: str) -> bool:
        sealed = await self._storage.get(key)
        renewed = self._vault.renew(key, sealed) if sealed is not None else None
        if renewed is not None:
            await self._storage.put(key, renewed)
        return renewed is not None


def _lost(keys: Sequence[str]) -> ConfigError:
    names = ", ".join(key.partition("/")[2] for key in keys[:5]) + (" and others" if len(keys) > 5 else "")
    return ConfigError(
        f"No key opens what is kept of the Slack workspaces {names}.",
        "Give the old key back: last in SLACK_SECRET_KEYS, or as slack.key in the data folder. If it is lost, start "
        "once with SLACK_FORGET_UNREADABLE=true; those workspaces then have to install Paperboy again.",
    )
