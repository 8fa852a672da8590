"""Limits confirmation mails: the form is open to everyone, so a stranger could have mails sent to anyone."""

import ipaddress

from bot.clock import Clock
from bot.http_server import RateLimiter

WINDOW_S = 3600
MAILBOX_WINDOW_S = 24 * 3600
MAX_PER_VISITOR = 10  # requests of an IPv4 address, an IPv6 /64 or a person in a chat
MAX_PER_NETWORK = 40  # of an IPv4 /24, an IPv6 /48, or a chat's tenant
MAX_PER_MAILBOX = 3  # mails
MAX_PER_DOMAIN, DOMAIN_RESERVE = 60, 20  # requests; the reserves are for the first request of a network
MAX_IN_ALL, RESERVE_IN_ALL = 300, 100


class SignupLimit:
    """Counts in memory: a restart starts all counts again."""

    def __init__(self, clock: Clock) -> None:
        def limiter(policy: str, limit: int, window_s: int = WINDOW_S) -> RateLimiter:
            return RateLimiter(clock, policy=policy, limit=limit, window_s=window_s)

        self._visitors = limiter("visitor", MAX_PER_VISITOR)
        self._networks = limiter("network", MAX_PER_NETWORK)
        self._mailboxes = limiter("mailbox", MAX_PER_MAILBOX, MAILBOX_WINDOW_S)
        self._domains = limiter("domain", MAX_PER_DOMAIN), limiter("domain reserve", DOMAIN_RESERVE)
        self._all = limiter("all", MAX_IN_ALL), limiter("reserve", RESERVE_IN_ALL)

    def allow_request(self, visitor: str, network: str, domain: str) -> bool:
        """Count a request for a mail; whether it is within the limits. Says nothing about the mailbox.

        `visitor` is an address or network as `client_address` gives it, or a person's key; `network` is the larger
        group that it belongs to: see `wider_network`.
        """
        own, group = self._visitors.take(visitor), self._networks.take(network)
        if own.is_exceeded or group.is_exceeded:
            return False
        is_first = group.remaining == MAX_PER_NETWORK - 1
        return _take(self._domains, domain, is_first) and _take(self._all, "", is_first)

    def allow_mail(self, mailbox: str) -> bool:
        """Count a mail; whether the mailbox may get it. The visitor is not told, or the form would reveal whose
        addresses are in use."""
        return not self._mailboxes.take(mailbox).is_exceeded


def wider_network(client: str) -> str:
    """The IPv4 /24 or the IPv6 /48 of a client, as `client_address` gives it."""
    try:
        network = ipaddress.ip_network(client)
    except ValueError:
        return client
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))


def _take(limiters: tuple[RateLimiter, RateLimiter], key: str, is_first: bool) -> bool:
    usual, reserve = limiters
    return not usual.take(key).is_exceeded or (is_first and not reserve.take(key).is_exceeded)
