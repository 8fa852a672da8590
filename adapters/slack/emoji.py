"""Slack's short names of emoji as Unicode, without skin tone."""

from __future__ import annotations

from functools import cache

from emoji import EMOJI_DATA

_MARKS = dict.fromkeys([0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])  # presentation and skin tone


def emoji_of(name: str) -> str:
    """The emoji of `+1` or `+1::skin-tone-3`; empty for an emoji that a workspace made itself."""
    return _by_name().get(name.partition("::")[0], "")


@cache
def _by_name() -> dict[str, str]:
    """Slack uses the names that GitHub uses too: `alias` holds those, `en` the standard's own."""
    found: dict[str, str] = {}
    for emoji, data in EMOJI_DATA.items():
        for wire in (*data.get("alias", ()), data["en"]):
            found.setdefault(wire.strip(":").casefold(), emoji.translate(_MARKS))
    return found
