"""Slack's rate limits: tiers by method and workspace, and one message a second in a channel."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from tests.fakes.slack.settings import Limits

MINUTE = 60.0


class Limiter:
    """Says how long a caller must wait; 0 lets the call through and counts it."""

    def __init__(self, limits: Callable[[], Limits]) -> None:
        self._limits = limits
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._tokens: dict[str, tuple[float, float]] = {}  # channel → (left, when)

    def call(self, method: str, team: str, tier: str) -> int:
        """One call of a method, within its tier."""
        limits = self._limits()
        most = limits.tiers.get(tier, 0)
        if limits.history_restricted and method in {"conversations.history", "conversations.replies"}:
            most = 1
        return self._window((method, team), most)

    def post(self, channel: str, team: str) -> int:
        """One message to a channel: a bucket of a few that fills by one a second."""
        limits = self._limits()
        if not limits.on:
            return 0
        left, when = self._tokens.get(channel, (float(limits.post_burst), 0.0))
        now = time.monotonic()
        rate = limits.posts_per_second * limits.scale
        left = min(float(limits.post_burst), left + (now - when) * rate)
        if left < 1:
            self._tokens[channel] = (left, now)
            return max(1, math.ceil((1 - left) / rate))
        if wait := self._window(("posts", team), limits.workspace_posts):
            return wait
        self._tokens[channel] = (left - 1, now)
        return 0

    def _window(self, key: tuple[str, str], most: int) -> int:
        limits = self._limits()
        if not limits.on or not most:
            return 0
        span = MINUTE / limits.scale
        now = time.monotonic()
        calls = self._calls[key]
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + span - now))
        calls.append(now)
        return 0
