"""Summaries without a model: the most informative sentence of the abstract, shortened."""

from bot.summaries.extract.extractive import candidates, extract, split, trim
