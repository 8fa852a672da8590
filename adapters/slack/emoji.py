"""Slack's short names of emoji as Unicode."""

from functools import cache
from importlib.resources import files

SKIN_TONES = {str(number): chr(0x1F3F9 + number) for number in range(2, 7)}  # `skin-tone-2` is U+1F3FB


def emoji_of(name: str) -> str:
    """The emoji of `+1` or `+1::skin-tone-3`, with its skin tone; empty for one that a workspace added itself."""
    base, _, tone = name.partition("::skin-tone-")
    emoji = _by_name().get(base, "")
    tones = "".join(SKIN_TONES.get(number, "") for number in tone.split("-"))  # two for people who hold hands
    return emoji and emoji[:1] + tones + emoji[1:]


@cache
def _by_name() -> dict[str, str]:
    table = files("adapters.slack").joinpath("emoji_names.txt").read_text("utf-8")
    rows = [line.split() for line in table.splitlines() if line and not line.startswith("# ")]
    return {name: emoji for emoji, *names in rows for name in names}
