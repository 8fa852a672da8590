"""Votes: which reactions count, the trending score, and a channel's taste."""
