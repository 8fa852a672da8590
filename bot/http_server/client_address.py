"""The client of a request, as limits count it: by IPv4 address, or by IPv6 network."""

import ipaddress

from aiohttp import web

IPV6_NETWORK_BITS = 64  # one household or server has all addresses of a /64
UNKNOWN = "unknown"


def client_address(request: web.BaseRequest, *, proxied: bool) -> str:
    """The client's IPv4 address or IPv6 /64 network.

    `proxied`: a proxy of ours is in front of the server and appends the address it sees to X-Forwarded-For. Only that
    entry counts, the last one of all lines of the header; everything before it was sent by the client.
    """
    lines = request.headers.getall("X-Forwarded-For", []) if proxied else []
    last_hop = lines[-1].rpartition(",")[2].strip() if lines else ""
    return client_group(last_hop) or client_group(request.remote or "") or UNKNOWN


def client_group(address: str) -> str:
    """The IPv4 address or the IPv6 /64 network of an address, with or without a port; empty if it isn't one."""
    for candidate in (address, address.rpartition(":")[0].strip("[]"), address.strip("[]")):
        try:
            found = ipaddress.ip_address(candidate.partition("%")[0])
        except ValueError:
            continue
        if found.version == 4:
            return str(found)
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, IPV6_NETWORK_BITS), strict=False))
    return ""
