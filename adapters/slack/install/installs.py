"""Finds the token for a workspace."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from attrs import define, field
from msgspec.structs import replace

from adapters.slack.install.oauth_client import OAuthClient
from adapters.slack.install.records import INSTALL, Install, InstallRecords
from adapters.slack.install.renewal import Renewal, not_installed
from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import ConfigError, PaperboyError, Refused
from bot.http_server import Sealer, SealError

log = logging.getLogger(__name__)

CACHE_TTL = timedelta(seconds=15)  # how long an install is used before it is read again: another process may change it
CLOCK_SKEW = timedelta(seconds=5)  # Slack's times are whole seconds by another clock; no one reinstalls faster


class Installs(Protocol):
    """The installs of all workspaces."""

    async def find_install(self, space: str, enterprise: str = "") -> Install:
        """The install that serves a workspace, with a valid token. Raises `Refused` (broken) or `Busy`."""

    async def list_workspaces(self) -> Sequence[str]:
        """The ids that `find_install` knows."""

    async def forget_install(self, space: str, *, at: datetime | None = None) -> Sequence[str]:
        """Paperboy was removed from a workspace or an enterprise at that moment. Returns what lost access: its id,
        and those of the workspaces that its token served."""

    async def aclose(self) -> None: ...


@define(eq=False, slots=False)
class StoredInstalls:
    """Implements `Installs` with encrypted records in the adapter's storage. Renews tokens before they expire."""

    _storage: KeyValue
    _sealer: Sealer
    _clock: Clock
    _oauth: OAuthClient | None = None  # renews tokens that expire
    _install_url: str = field(default="", kw_only=True)  # shown where Paperboy is not installed
    _cache: dict[str, tuple[datetime, Install]] = field(init=False, factory=dict)  # by space: until when, and what
    _records: InstallRecords = field(init=False)
    _renewal: Renewal = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._records = InstallRecords(self._storage, self._sealer)
        self._renewal = Renewal(self._storage, self._records, self._clock, self._oauth)

    async def find_install(self, space: str, enterprise: str = "") -> Install:
        """The workspace's own install, or that of its enterprise; `enterprise` if the event names it.

        Which enterprise serves a workspace is stored: a delivery, which knows no enterprise, needs it too.
        """
        try:
            install = await self._own_install(space) or await self._enterprise_install(space, enterprise)
        except SealError:
            hint = "Add the key it was encrypted with: last in SLACK_SECRET_KEYS, or as slack.key in the data folder."
            raise Refused(f"No key opens the stored token of Slack workspace {space}.", hint, broken=True) from None
        if install is None:
            raise not_installed(space, self._install_url)
        return replace(await self._with_valid_token(install), space=space)

    async def list_workspaces(self) -> Sequence[str]:
        """Workspaces, and enterprises that installed for all of theirs."""
        return await self._records.list_spaces()

    async def save_install(self, install: Install) -> None:
        """A workspace or an enterprise installed Paperboy, perhaps again."""
        before = await self._readable_install(install.space)
        await self._records.put_install(install)
        await self._records.delete_enterprise(install.space)
        self._cache.pop(install.space, None)
        if before:
            await self._renewal.release_leases(before)

    async def forget_install(self, space: str, *, at: datetime | None = None) -> Sequence[str]:
        """Delete all records of a workspace or an enterprise, unless it installed again after `at`.

        Slack repeats an event for hours: a repeated removal must not undo a later install.
        """
        self._cache.pop(space, None)
        install = await self._readable_install(space)
        if install and at and install.installed and install.installed > at + CLOCK_SKEW:
            return ()
        served = await self._records.delete_space(space)
        if install:
            await self._renewal.release_leases(install)
        return (space, *served)

    async def reseal_records(self, *, forget_unreadable: bool = False) -> int:
        """Encrypt everything with the newest key. Returns the number of records changed.

        Raises `ConfigError` when no key opens a record, unless those are to be deleted.
        """
        done, lost = 0, []
        for key, sealed in await self._records.list_sealed():
            try:
                done += await self._reseal(key, sealed)
            except SealError:
                lost.append(key)
        if lost and not forget_unreadable:
            raise _unreadable_records(lost)
        for key in lost:
            await self._storage.delete(key)
        return done

    async def renew_expiring_tokens(self) -> None:
        """Renew the tokens that expire soon, so that no event has to wait for it.

        A failure in one workspace is logged. An unexpected one is raised after the others had their turn.
        """
        unexpected: list[Exception] = []
        for space in await self.list_workspaces():
            try:
                await self.find_install(space)
            except PaperboyError as error:
                log.warning("Slack workspace %s has no valid token: %s", space, error)
            except Exception as error:  # noqa: BLE001 - raised below
                unexpected.append(error)
        if unexpected:
            raise unexpected[0]

    async def aclose(self) -> None:
        """Wait for renewals under way."""
        await self._renewal.aclose()

    async def _readable_install(self, space: str) -> Install | None:
        try:
            return await self._records.get_install(space)
        except SealError:
            return None

    async def _own_install(self, space: str) -> Install | None:
        """The install stored under exactly this id."""
        now = self._clock.now()
        until, install = self._cache.get(space, (now, None))
        if install is None or now >= until:
            install = await self._records.get_install(space)
            self._set_cache(space, install)
        return install

    def _set_cache(self, space: str, install: Install | None) -> None:
        if install:
            self._cache[space] = (self._clock.now() + CACHE_TTL, install)
        else:
            self._cache.pop(space, None)

    async def _enterprise_install(self, space: str, enterprise: str) -> Install | None:
        known = await self._records.get_enterprise(space)
        install = await self._own_install(known or enterprise) if known or enterprise else None
        if install and not known and install.org_wide:
            await self._records.put_enterprise(space, enterprise)
        return install if install and install.org_wide else None

    async def _with_valid_token(self, install: Install) -> Install:
        valid = await self._renewal.with_valid_token(install)
        if valid is not install:
            self._set_cache(valid.space, valid)
        return valid

    async def _reseal(self, key: str, sealed: bytes) -> bool:
        """Reseal one record, but not while another process renews its token: that must not be overwritten."""
        if self._sealer.reseal(key, sealed) is None:
            return False
        install = await self._records.get_install(key.removeprefix(INSTALL)) if key.startswith(INSTALL) else None
        if install is None:
            return await self._reseal_now(key)
        async with self._renewal.lease_tokens(install) as leased:
            return leased and await self._reseal_now(key)

    async def _reseal_now(self, key: str) -> bool:
        sealed = await self._storage.get(key)
        renewed = self._sealer.reseal(key, sealed) if sealed is not None else None
        if renewed is not None:
            await self._storage.put(key, renewed)
        return renewed is not None


def _unreadable_records(keys: Sequence[str]) -> ConfigError:
    names = ", ".join(key.partition("/")[2] for key in keys[:5]) + (" and others" if len(keys) > 5 else "")
    return ConfigError(
        f"No key opens the stored tokens of the Slack workspaces {names}.",
        "Add the old key again: last in SLACK_SECRET_KEYS, or as slack.key in the data folder. If it is lost, start "
        "once with SLACK_FORGET_UNREADABLE=true. Those workspaces then have to install Paperboy again.",
    )
