"""`paperboy index`."""

from pathlib import Path

import click

from bot.app.build import open_library
from bot.cli.group import asynchronous, clock, config_option, settings
from bot.cli.progress import progress


@click.command()
@click.option("--rebuild", is_flag=True, help="Make it again; the present one answers until the new one is complete.")
@config_option
@asynchronous
async def index(rebuild: bool, config: Path | None) -> None:
    """Bring the index of keyword search up to date, and say how far it is."""
    async with open_library(settings(config), clock()) as library:
        with progress("Indexing papers") as advance:
            await library.search.update_index(advance, rebuild=rebuild)
        click.echo(f"Keyword search: {await library.search.index_state()}.")
