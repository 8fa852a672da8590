"""How many confirmation mails may be asked for: the form is open to everyone, and each mail goes to someone."""

from __future__ import annotations

from collections import defaultdict, deque

from msgspec import Struct

from bot.clock import Clock

WINDOW_S = 3600.0
MAILBOX_WINDOW_S = 86_400.0
MAX_COUNTED = 20_000  # visitors, networks and mailboxes; beyond it the oldest are forgotten
MAX_PER_VISITOR = 10  # mails that one visitor may ask for in a window
MAX_PER_NETWORK = 40  # all visitors of one network
MAX_PER_MAILBOX = 3  # to one mailbox in its window, no matter who asks
MAX_PER_DOMAIN = 60  # to one domain
MAX_IN_ALL = 300
RESERVE = 1 / 3  # of the last two limits on top, for networks that have asked for nothing else in the window


class SignupAttempt(Struct, frozen=True, kw_only=True):
    """Who asks for a mail, and to which domain."""

    visitor: str  # an IPv4 address or an IPv6 /64, or a person in a chat
    network: str  # an IPv4 /24 or an IPv6 /48, or a chat's tenant
    domain: str


class SignupLimit:
    """Counts in memory: a restart resets it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def allow_request(self, attempt: SignupAttempt) -> bool:
        """Whether a visitor may ask for a mail; if so, it is counted. Says nothing about the mailbox."""
        self._drop_expired()
        visitor, network = ("visitor", attempt.visitor), ("network", attempt.network)
        domain, everyone = ("domain", attempt.domain), ("all", "")
        share = 1 + RESERVE if not self._count(network) else 1
        limits = {
            visitor: MAX_PER_VISITOR,
            network: MAX_PER_NETWORK,
            domain: MAX_PER_DOMAIN * share,
            everyone: MAX_IN_ALL * share,
        }
        if any(self._count(key) >= limit for key, limit in limits.items()):
            return False
        self._add(*limits)
        return True

    def allow_mail(self, mailbox: str) -> bool:
        """Whether a mailbox may get another mail; if so, it is counted. The visitor is not told, or the form would
        reveal whose addresses are in use."""
        allowed = self._count(("mailbox", mailbox)) < MAX_PER_MAILBOX
        if allowed:
            self._add(("mailbox", mailbox))
        return allowed

    def _count(self, key: tuple[str, str]) -> int:
        return len(self._times.get(key, ()))

    def _add(self, *keys: tuple[str, str]) -> None:
        for key in keys:
            self._times[key].append(self._clock.now().timestamp())

    def _drop_expired(self) -> None:
        now = self._clock.now().timestamp()
        for key, times in list(self._times.items()):
            window = MAILBOX_WINDOW_S if key[0] == "mailbox" else WINDOW_S
            while times and times[0] <= now - window:
                times.popleft()
            if not times:
                del self._times[key]
        excess = len(self._times) - MAX_COUNTED
        for key in [key for key in self._times if key[0] not in {"domain", "all"}][: max(excess, 0)]:
            del self._times[key]
