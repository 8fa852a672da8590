"""One-line summaries: made by a person, Claude, the source or the abstract itself; all checked, one shown."""

from __future__ import annotations

from bot.summaries.check import check
from bot.summaries.extract import extract
from bot.summaries.one_line import OneLines
from bot.summaries.writing.budget import Budget
from bot.summaries.writing.material import disarmed
from bot.summaries.writing.writer import Spend, Writer

__all__ = ["Budget", "OneLines", "Writer", "check", "disarmed", "extract", "open_writer"]


def open_writer(
    key: str, model: str, url: str = "", *, thinking: bool = False, spend: Spend | None = None
) -> Writer | None:
    """The writer of these settings; None without a key."""
    if not key:
        return None
    from bot.summaries.writing.claude import Claude  # noqa: PLC0415 - only with a key

    return Claude(key, model, url, thinking=thinking, spend=spend)
