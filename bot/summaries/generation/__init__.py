"""Summaries by a language model: requested once, checked, paid for, and never waited for."""
