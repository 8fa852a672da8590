"""The text of a whole paper: arXiv's HTML or PDF, fetched at arXiv's pace and read in a process of its own."""

from bot.sources.full_text.arxiv import ArxivTexts

__all__ = ["ArxivTexts"]
