"""Which reactions are votes."""

from __future__ import annotations

from typing import Literal

FOR = frozenset("👍⬆🔥❤🚀💯⭐🎉")
AGAINST = frozenset("👎⬇")

_VARIANTS = dict.fromkeys([0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])  # presentation and skin tone


def bare(emoji: str) -> str:
    """An emoji without skin tone and presentation marks."""
    return emoji.translate(_VARIANTS)


def value(emoji: str) -> Literal[1, -1] | None:
    """+1 for approval, −1 for the contrary, None for a reaction that is no vote."""
    plain = bare(emoji)
    if plain in FOR:
        return 1
    return -1 if plain in AGAINST else None
