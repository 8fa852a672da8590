"""Is a line true to its paper? Pure; the same for whoever wrote it."""

from bot.summaries.check.rules import FEWEST_CHARS, MOST_CHARS, check

__all__ = ["FEWEST_CHARS", "MOST_CHARS", "check"]
