"""Checks the addresses that sources are fetched from.

A feed's address comes from a person and a redirect from a server, so neither may lead into the network that Paperboy
runs in. The check is made on the resolved address that is then connected to, so a name that changes gains nothing.
"""

import ipaddress
import socket
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address
from urllib.request import getproxies, proxy_bypass

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

_LINES = files("bot.sources").joinpath("not_public.txt").read_text("utf-8").splitlines()
_NOT_PUBLIC = [ipaddress.ip_network(line.split()[0]) for line in _LINES if not line.startswith("#")]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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
    """Whether an IP address is one of the open Internet, and so is the IPv4 address that it may stand for."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = _embedded(ip) or ip
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to: mapped, 6to4, or through NAT64."""
    if isinstance(ip, IPv4Address):
        return None
    return ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)


def is_ip_literal(host: str) -> bool:
    """Whether a host is written as an address: no name is resolved then, so it must be checked before."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def find_proxy(url: URL) -> str | None:
    """The proxy that HTTPS_PROXY or HTTP_PROXY names for an address, unless NO_PROXY has its host."""
    return None if proxy_bypass(url.host or "") else getproxies().get(url.scheme)


def make_connector(*, public_only: bool, limit: int) -> TCPConnector:
    """At most `limit` connections, to the open Internet or to anywhere."""
    return TCPConnector(resolver=PublicResolver() if public_only else None, limit=limit, limit_per_host=limit)
