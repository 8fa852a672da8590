"""One-line summaries: made by a person, Claude, the source or the abstract itself; all checked, one shown."""

from __future__ import annotations

from bot.summaries.check import check
from bot.summaries.extract import extract
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.language_model import LanguageModel, RecordUsage
from bot.summaries.generation.sanitizing import without_instructions
from bot.summaries.service import SummaryService

__all__ = [
    "Budget",
    "LanguageModel",
    "SummaryService",
    "check",
    "extract",
    "open_language_model",
    "without_instructions",
]


def open_language_model(
    key: str, model: str, url: str = "", *, thinking: bool = False, spend: RecordUsage | None = None
) -> LanguageModel | None:
    """The writer of these settings; None without a key."""
    if not key:
        return None
    from bot.summaries.generation.claude import ClaudeModel  # noqa: PLC0415 - only with a key

    return ClaudeModel(key, model, url, thinking=thinking, spend=spend)
