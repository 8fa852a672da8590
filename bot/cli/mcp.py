"""`paperboy mcp`: serves papers to assistants over the Model Context Protocol on stdin and stdout."""

import signal

import click

from bot import logs
from bot.app.build import open_reader
from bot.cli.group import clock, configured, verbose_option
from bot.config import Settings
from bot.errors import ConfigError


@click.command()
@verbose_option
@configured
async def mcp(options: Settings, verbose: bool) -> None:
    """Serve papers to an assistant (Model Context Protocol). Uses stdin and stdout."""
    try:
        from bot.app.mcp import speak  # noqa: PLC0415 - an optional package that takes half a second to import
    except ModuleNotFoundError as error:
        raise ConfigError("The MCP package is not installed.", "Run: pip install 'paperboy-bot[mcp]'") from error
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # or the thread that reads stdin waits for one more line
    logs.set_up(options.operations.logs, verbose=verbose)
    async with open_reader(options, clock()) as (catalog, refresh):
        await speak(catalog, refresh)
