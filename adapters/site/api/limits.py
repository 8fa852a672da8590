"""How often one asker may ask: strangers by their address, programs by their key. A restart forgives."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict

from aiohttp import web
from msgspec import Struct

from bot.clock import Clock

WINDOW = 60.0  # seconds
MOST = 10_000  # askers that are remembered; of more, the oldest start anew
SAME_NETWORK = 64  # bits of an IPv6 address: one household has all addresses below


class Allowance(Struct, frozen=True, kw_only=True):
    """What an asker has left of a minute."""

    policy: str  # `address` or `key`
    most: int
    left: int  # below zero: too many
    seconds: int  # until all of it is there again

    @property
    def headers(self) -> dict[str, str]:
        """The fields RateLimit-Policy and RateLimit of the IETF's draft."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.most};w={WINDOW:.0f}',
            "RateLimit": f'"{self.policy}";r={max(self.left, 0)};t={self.seconds}',
        }


class Limits:
    """Counts by the minute that begins with an asker's first request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def take(self, policy: str, who: str, most: int) -> Allowance:
        """Count one request of an asker."""
        now = self._clock.now().timestamp()
        began, count = self._counts.get((policy, who), (now, 0))
        if not 0 <= now - began < WINDOW:
            self._counts.pop((policy, who), None)
            began, count = now, 0
        self._counts[policy, who] = (began, count + 1)
        if len(self._counts) > MOST:
            self._counts.popitem(last=False)
        return Allowance(policy=policy, most=most, left=most - count - 1, seconds=math.ceil(began + WINDOW - now))


def address(request: web.Request, *, proxied: bool) -> str:
    """Who asks. Behind a proxy of ours it is the last of the forwarded addresses, which that has seen itself."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if proxied else ""
    for given in (forwarded, request.remote or ""):
        try:
            found = ipaddress.ip_address(given)
        except ValueError:
            continue
        return str(ipaddress.ip_network((found, SAME_NETWORK), strict=False)) if found.version == 6 else str(found)
    return "unknown"
