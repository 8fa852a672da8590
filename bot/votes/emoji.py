"""Which reactions are votes."""

from __future__ import annotations

from typing import Literal

from emoji import analyze
from msgspec import Struct

FOR = "👍⬆🔥❤🚀💯⭐🎉"
AGAINST = "👎⬇"

_VARIANTS = dict.fromkeys([0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])  # presentation and skin tone


class Emojis(Struct, frozen=True, kw_only=True):
    """The reactions that count."""

    up: frozenset[str] = frozenset(FOR)
    against: frozenset[str] = frozenset(AGAINST)

    def value(self, emoji: str) -> Literal[1, -1] | None:
        """+1 for approval, −1 for the contrary, None for a reaction that is no vote."""
        plain = bare(emoji)
        if plain in self.up:
            return 1
        return -1 if plain in self.against else None


def bare(emoji: str) -> str:
    """An emoji without skin tone and presentation marks."""
    return emoji.translate(_VARIANTS)


def emojis(up: str, against: str) -> Emojis:
    """Those written one after the other."""
    return Emojis(up=_each(up), against=_each(against))


def _each(written: str) -> frozenset[str]:
    return frozenset(bare(found.chars) for found in analyze(written))
