"""One-line summaries: made by a person, Claude, the source or the abstract itself; all checked, one shown."""

from bot.config import Summaries
from bot.summaries.check import check
from bot.summaries.extract import extract
from bot.summaries.generation.budget import Budget
from bot.summaries.generation.claude import ClaudeModel
from bot.summaries.generation.sanitizing import without_instructions
from bot.summaries.generation.writer import SummaryWriter
from bot.summaries.service import SummaryService


def open_language_model(settings: Summaries) -> ClaudeModel | None:
    """The model of these settings; None without a key."""
    if not settings.api_key:
        return None
    return ClaudeModel(
        settings.api_key, settings.model, settings.url, thinking=settings.thinking, timeout_s=settings.timeout_seconds
    )
