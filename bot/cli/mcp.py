"""`paperboy mcp`: serves papers to assistants over the Model Context Protocol on stdin and stdout."""

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
    """Serve papers to an assistant (Model Context Protocol). Uses stdin and stdout."""
    try:
        from bot.app.mcp import speak  # noqa: PLC0415 - an optional package that takes half a second to import
    except ModuleNotFoundError as error:
        raise ConfigError("The MCP package is not installed.", "Run: pip install 'paperboy-bot[mcp]'") from error
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # or the thread that reads stdin waits for one more line
    options = settings(config)
    logs.set_up(options.operations.logs, verbose=verbose)
    async with open_reader(options, clock()) as (catalog, refresh):
        await speak(catalog, refresh)
