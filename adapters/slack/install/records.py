"""The stored record of each workspace that installed Paperboy, encrypted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from bot.chat.adapter import KeyValue
from bot.http_server import Sealer, SealError

INSTALL, MEMBER = "install/", "member/"


class Install(Struct, frozen=True, kw_only=True):
    """Paperboy's access to a workspace. Its `repr` shows no token, so neither does a log or a traceback."""

    space: str  # the workspace (T…); in the record of a whole organization, the enterprise (E…)
    token: str
    bot_user: str
    app_id: str
    enterprise: str = ""
    org_wide: bool = False  # installed for every workspace of the enterprise: calls may need a `team_id`
    scopes: tuple[str, ...] = ()
    name: str = ""
    refresh_token: str = ""
    expires: datetime | None = None
    installer: str = ""
    installed: datetime | None = None

    def __repr__(self) -> str:
        return f"Install(space={self.space!r}, name={self.name!r}, app_id={self.app_id!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("space", self.space), ("name", self.name)]

    def seconds_left(self, now: datetime) -> float:
        """How long the token is still valid; infinite when it does not expire."""
        return (self.expires - now).total_seconds() if self.expires else float("inf")


class Tokens(Struct, frozen=True, kw_only=True):
    """A new token, with the refresh token for the next one."""

    token: str
    refresh_token: str
    expires: datetime | None

    def __repr__(self) -> str:
        return f"Tokens(expires={self.expires})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("expires", self.expires)]


class InstallRecords:
    """Installs in the adapter's storage, and which enterprise's install serves a workspace that has none of its own.

    Every method that reads a record raises `SealError` when no key opens it.
    """

    def __init__(self, storage: KeyValue, sealer: Sealer) -> None:
        self._storage = storage
        self._sealer = sealer

    async def get_install(self, space: str) -> Install | None:
        """The install stored under the id of a workspace or an enterprise."""
        value = await self._get(INSTALL + space)
        return msgspec.msgpack.decode(value, type=Install) if value is not None else None

    async def put_install(self, install: Install) -> None:
        await self._put(INSTALL + install.space, msgspec.msgpack.encode(install))

    async def get_enterprise(self, space: str) -> str:
        """The enterprise whose install serves this workspace; empty when none does."""
        value = await self._get(MEMBER + space)
        return value.decode() if value is not None else ""

    async def put_enterprise(self, space: str, enterprise: str) -> None:
        await self._put(MEMBER + space, enterprise.encode())

    async def delete_enterprise(self, space: str) -> None:
        """Forget the enterprise of a workspace that has its own install now."""
        await self._storage.delete(MEMBER + space)

    async def list_spaces(self) -> Sequence[str]:
        """The ids of all workspaces and of the enterprises that installed for all of theirs, sorted."""
        return sorted({key.partition("/")[2] for key, _ in await self.list_sealed()})

    async def delete_space(self, space: str) -> Sequence[str]:
        """Delete a workspace's records; for an enterprise, also the note of each workspace it served. Returns those."""
        await self._storage.delete(INSTALL + space)
        await self._storage.delete(MEMBER + space)
        served = [key for key, sealed in await self._storage.scan(MEMBER) if self._is_served_by(space, key, sealed)]
        for key in served:
            await self._storage.delete(key)
        return [key.removeprefix(MEMBER) for key in served]

    async def list_sealed(self) -> Sequence[tuple[str, bytes]]:
        """Every record's key and encrypted value."""
        return [*await self._storage.scan(INSTALL), *await self._storage.scan(MEMBER)]

    def _is_served_by(self, enterprise: str, key: str, sealed: bytes) -> bool:
        try:
            return self._sealer.open(key, sealed).decode() == enterprise
        except SealError:
            return False

    async def _get(self, key: str) -> bytes | None:
        sealed = await self._storage.get(key)
        return self._sealer.open(key, sealed) if sealed is not None else None

    async def _put(self, key: str, value: bytes) -> None:
        await self._storage.put(key, self._sealer.seal(key, value))
