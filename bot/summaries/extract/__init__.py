"""A line without a model: the sentence that says most, said shorter."""

from bot.summaries.extract.line import candidates, extract, split, trim

__all__ = ["candidates", "extract", "split", "trim"]
