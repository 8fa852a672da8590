"""`paperboy keys`: programs that may ask the API more often than strangers."""

from __future__ import annotations

from pathlib import Path

import click

from bot.app.build import database
from bot.catalog.api_keys import key_digest, new_key
from bot.chat.message import clean
from bot.cli.group import asynchronous, clock, config_option, console, emit, json_option, settings
from bot.errors import AskError
from bot.store import open_store


@click.group()
def keys() -> None:
    """Keys for programs that ask the API often (docs/programs.md)."""


@keys.command()
@click.argument("name")
@config_option
@asynchronous
async def add(name: str, config: Path | None) -> None:
    """Make a key for a program called NAME, and print it this once."""
    if not (known := clean(name, 100)):
        raise click.UsageError("Name the program, so that you know later whose key it is.")
    store = await open_store(database(settings(config)))
    try:
        key = new_key()
        if not await store.api_keys.add_key(known, key_digest(key), clock().now()):
            raise AskError(f"There is a key for {known!r} already.", f"`paperboy keys remove {known!r}` revokes it.")
    finally:
        await store.aclose()
    click.echo(key)
    console.print("It is shown this once. Send it as `Authorization: Bearer …`.", markup=False)


@keys.command("list")
@json_option
@config_option
@asynchronous
async def show(as_json: bool, config: Path | None) -> None:
    """List the programs that have a key."""
    store = await open_store(database(settings(config)))
    try:
        found = await store.api_keys.all_keys()
    finally:
        await store.aclose()
    for program in found:
        if as_json:
            emit({"name": program.name, "made": program.made})
        else:
            click.echo(f"{program.made:%Y-%m-%d}  {program.name}")
    if not found and not as_json:
        console.print("No program has a key.")


@keys.command()
@click.argument("name")
@config_option
@asynchronous
async def remove(name: str, config: Path | None) -> None:
    """Revoke the key of NAME, at once."""
    store = await open_store(database(settings(config)))
    try:
        if not await store.api_keys.remove_key(clean(name, 100)):
            raise AskError(f"No program {name!r} has a key.", "`paperboy keys list` shows those that have.")
    finally:
        await store.aclose()
    console.print(f"The key of {name} opens nothing any more.", markup=False)
