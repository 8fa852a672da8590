"""`paperboy index`."""

import click

from bot.app.build import Library, open_library
from bot.cli.group import opens
from bot.cli.progress import progress


@click.command()
@click.option("--rebuild", is_flag=True, help="Make it again; the present one answers until the new one is complete.")
@opens(open_library)
async def index(library: Library, rebuild: bool) -> None:
    """Bring the index of keyword search up to date, and say how far it is."""
    with progress("Indexing papers") as advance:
        await library.search.update_index(advance, rebuild=rebuild)
    click.echo(f"Keyword search: {await library.search.index_state()}.")
