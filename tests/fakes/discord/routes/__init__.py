"""The handlers, by what they are about. Importing them fills the table in `calls`."""

from __future__ import annotations


def everything() -> None:
    """Make sure that every handler is in the table."""
    from tests.fakes.discord.routes import about, channels, commands, interactions, messages, reactions, sign_in  # noqa: F401
