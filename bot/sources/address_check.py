"""Which addresses a source may be reached at.

A feed's address comes from a person, so it must not reach into the network we stand in. The check is made on the
resolved address that is then connected to, so a name that changes its mind gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to private addresses."""

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [entry for entry in found if is_public_address(entry["host"])]
        if not allowed:
            raise OSError(None, f"{host} is an address of this network")
        return allowed

    async def close(self) -> None:
        await self._resolver.close()


def is_public_address(address: str) -> bool:
    """Whether an IP address is one of the open Internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


def is_ip_literal(host: str) -> bool:
    """Whether a host is written as an address: no name is resolved then, so it must be checked before."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def make_connector(*, allow_private: bool, limit: int) -> TCPConnector:
    """Connections to the open Internet, or to anywhere."""
    resolver = None if allow_private else PublicResolver()
    return TCPConnector(resolver=resolver, limit=limit, limit_per_host=limit)
