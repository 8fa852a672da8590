"""Checks whether a summary is true to its paper. Pure; the same rules for every author."""

from bot.summaries.check.rules import MAX_CHARS, MIN_CHARS, check, speaks_to_reader
