"""Slack's short names of emoji as Unicode, without skin tone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def emoji_of(name: str) -> str:
    """The emoji of `+1` or `+1::skin-tone-3`; empty for an emoji that a workspace added itself."""
    return _by_name().get(name.partition("::")[0], "")


@cache
def _by_name() -> dict[str, str]:
    table = files("adapters.slack").joinpath("emoji_names.txt").read_text("utf-8")
    rows = [line.split() for line in table.splitlines() if line and not line.startswith("# ")]
    return {name: emoji for emoji, *names in rows for name in names}
