"""Everything that goes wrong, each with its own rate, from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

BEFORE = ("limit_user", "limit_global", "limit_shared", "error_before", "drop_before")
AFTER = ("error_after", "hang_after", "drop_after")


@dataclass(slots=True)
class Faults:
    """Rates from 0 to 1. `only`: routes they are for (`POST /channels/{channel_id}/messages`); empty: all."""

    seed: int = 0
    limit_user: float = 0.0  # 429 of scope user
    limit_global: float = 0.0
    limit_shared: float = 0.0
    error_before: float = 0.0  # 5xx, and nothing was done
    error_after: float = 0.0  # 5xx, but it was done
    drop_before: float = 0.0  # the connection is cut, and nothing was done
    drop_after: float = 0.0
    hang_after: float = 0.0  # done, but no answer for `hang` seconds
    hang: float = 60.0
    status: int = 502  # of `error_before` and `error_after`
    retry_after: float = 0.2  # what the made-up 429s say
    miss: float = 0.0  # an event that is never delivered, not even on RESUME
    late: float = 0.0  # an interaction that arrives after `delay` seconds
    delay: float = 3.5
    double: float = 0.0  # an interaction that arrives twice
    only: list[str] = field(default_factory=list)
    struck: dict[str, int] = field(default_factory=dict)  # how often each one happened
    chance: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def set(self, **values: Any) -> None:
        """Change some; a new seed restarts the random sequence."""
        for name, value in values.items():
            if name not in self.__slots__ or name in {"struck", "chance"}:
                raise ValueError(f"no such fault: {name}")
            setattr(self, name, value)
        if "seed" in values:
            self.chance = random.Random(self.seed)

    def strike(self, name: str) -> bool:
        """Whether this goes wrong now."""
        rate = getattr(self, name)
        if not rate or self.chance.random() >= rate:
            return False
        self.struck[name] = self.struck.get(name, 0) + 1
        return True

    def before(self, route: str) -> str:
        """The fault that strikes a call before it is done, or nothing."""
        return self._first(BEFORE, route)

    def after(self, route: str) -> str:
        return self._first(AFTER, route)

    def _first(self, names: tuple[str, ...], route: str) -> str:
        if self.only and route not in self.only:
            return ""
        return next((name for name in names if self.strike(name)), "")
