"""`paperboy keys`: API keys, for programs that need higher limits."""

import click

from bot.catalog.api_keys import key_digest, new_key
from bot.chat.message import clean
from bot.cli.group import clock, configured, console, emit, json_option, opened_store, opens
from bot.config import Settings
from bot.errors import AskError
from bot.store.sql import Store


@click.group()
def keys() -> None:
    """Manage API keys for programs (docs/programs.md)."""


@keys.command()
@click.argument("name")
@configured
async def add(options: Settings, name: str) -> None:
    """Make a key for a program called NAME and print it once."""
    if not (program := clean(name, 100)):
        raise click.UsageError("Give the program a name, so that you can find its key later.")
    key = new_key()
    async with opened_store(options) as store:
        if not await store.api_keys.add_key(program, key_digest(key), clock().now()):
            raise AskError(
                f"There is already a key for {program!r}.", f"To revoke it: paperboy keys remove {program!r}"
            )
    click.echo(key)
    console.print("Copy it now, because it isn't shown again. Send it as `Authorization: Bearer …`.", markup=False)


@keys.command("list")
@json_option
@opens(opened_store)
async def show(store: Store, as_json: bool) -> None:
    """List the programs that have a key."""
    found = await store.api_keys.all_keys()
    for program in found:
        if as_json:
            emit({"name": program.name, "made": program.made})
        else:
            click.echo(f"{program.made:%Y-%m-%d}  {program.name}")
    if not found and not as_json:
        console.print("There are no keys.")


@keys.command()
@click.argument("name")
@opens(opened_store)
async def remove(store: Store, name: str) -> None:
    """Revoke the key of NAME."""
    if not await store.api_keys.remove_key(clean(name, 100)):
        raise AskError(f"There is no key for {name!r}.", "To list the keys: paperboy keys list")
    console.print(f"The key of {name} is revoked.", markup=False)
