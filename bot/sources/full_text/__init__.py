"""The text of a whole paper: arXiv's HTML or PDF, fetched at arXiv's pace and parsed in the sandbox."""

from bot.sources.full_text.arxiv import ArxivTexts
