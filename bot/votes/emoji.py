"""Which reactions are votes."""

from typing import Literal

from msgspec import Struct

DEFAULT_UP = "👍⬆🔥❤🚀💯⭐🎉"
DEFAULT_DOWN = "👎⬇"
VARIANT_MARK = "+"  # begins what a platform adds to an emoji to tell two reactions apart: `👍+super`

_PRESENTATION = dict.fromkeys([0xFE0E, 0xFE0F])
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))


class VoteEmojis(Struct, frozen=True, kw_only=True):
    """The reactions that count, without skin tone and presentation selectors."""

    up: frozenset[str] = frozenset(DEFAULT_UP)
    down: frozenset[str] = frozenset(DEFAULT_DOWN)

    def vote_value(self, emoji: str) -> Literal[1, -1] | None:
        """+1 or −1; None for a reaction that isn't a vote."""
        plain = base_emoji(emoji)
        if plain in self.up:
            return 1
        return -1 if plain in self.down else None


def parse_vote_emojis(up: str, down: str) -> VoteEmojis:
    """The emoji of two settings; anything between them is ignored."""
    return VoteEmojis(up=_emojis_in(up), down=_emojis_in(down))


def base_emoji(emoji: str) -> str:
    """An emoji without variant, skin tone and presentation selectors."""
    return emoji.partition(VARIANT_MARK)[0].translate(_PRESENTATION | _SKIN_TONES)


def reaction_id(emoji: str) -> str:
    """What tells a person's reactions to one message apart: 👍 and 👍🏽 are two, `❤` with and without selector one."""
    return emoji.translate(_PRESENTATION)


def _emojis_in(text: str) -> frozenset[str]:
    if text in {DEFAULT_UP, DEFAULT_DOWN}:
        return frozenset(text)
    from emoji import analyze  # noqa: PLC0415 - a list of all emoji: 5 MB, for other settings only

    return frozenset(base_emoji(found.chars) for found in analyze(text))
