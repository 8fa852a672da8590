"""`paperboy mcp`: the papers for assistants, by the Model Context Protocol on stdin and stdout."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from bot import logs
from bot.app.build import open_reader
from bot.cli.group import asynchronous, clock, config_option, settings, verbose_option
from bot.errors import ConfigError


@click.command()
@config_option
@verbose_option
@asynchronous
async def mcp(config: Path | None, verbose: bool) -> None:
    """Answer an assistant's questions on stdin and stdout (Model Context Protocol)."""
    try:
        from bot.app.mcp import speak  # noqa: PLC0415 - an extra, and half a second that no other command should wait
    except ModuleNotFoundError as error:
        raise ConfigError("The MCP package is not installed.", "Run: pip install 'paperboy-bot[mcp]'") from error
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the thread that reads stdin would wait for one more line
    wanted = settings(config)
    logs.set_up(wanted.operations.logs, verbose=verbose)
    async with open_reader(wanted, clock()) as (catalog, refresh):
        await speak(catalog, refresh)
