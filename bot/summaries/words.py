"""Words and patterns of words as `words.toml` holds them. Pure but for the file.

A line break in the file only makes a pattern readable: it isn't part of it.
"""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(files("bot.summaries").joinpath("words.toml").read_text("utf-8"))


def pattern(name: str) -> str:
    """The regular expression of this name."""
    return _join(_DATA[name])


def word_list(name: str) -> tuple[str, ...]:
    """The words of this name, in their order."""
    return tuple(_DATA[name].split())


def table(name: str) -> dict[str, str]:
    """The texts or patterns of this name by their keys, in their order."""
    return {key: _join(value) for key, value in _DATA[name].items()}


def rows(name: str) -> Sequence[Sequence[str]]:
    """Patterns that belong together, a row each."""
    return [[_join(value) for value in row] for row in _DATA[name]]


def _join(value: str) -> str:
    return value.replace("\n", "")
