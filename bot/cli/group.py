"""Shared by all commands: options, output, and exit codes (0 done, 1 failed with a one-line reason, 2 bad usage)."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, TypeVar

import click
import msgspec
from rich.console import Console

from bot.app.adapters import installed
from bot.app.build import database
from bot.app.home import make_home
from bot.clock import Clock, FixedClock, SystemClock
from bot.config import Settings, load
from bot.errors import ConfigError, PaperboyError
from bot.store import open_store
from bot.store.sql import Store

T = TypeVar("T")
console = Console(stderr=True, highlight=False)
"""Stderr, for people: progress, counts, reasons. Stdout has only what a program may read."""


class Group(click.Group):
    """Turns our own errors into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            console.print(f"[bold red]Settings:[/] {_safe(error)}")
            ctx.exit(2)
        except PaperboyError as error:
            console.print(f"[bold red]Error:[/] {_safe(error)}")
            ctx.exit(1)
        except KeyboardInterrupt:
            console.print("Stopped.")
            ctx.exit(130)
        except BrokenPipeError:  # `paperboy search … | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


def _safe(error: PaperboyError) -> str:
    return str(error).replace("[", r"\[")


config_option = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file (TOML). Default: $PAPERBOY_CONFIG."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON lines, for programs.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Log more, to stderr.")


def settings(config: Path | None) -> Settings:
    """The settings of this call."""
    return load(config, os.environ, installed())


def clock(now: datetime | None = None) -> Clock:
    """The machine's clock, or one that stays at `now`."""
    return FixedClock(now) if now else SystemClock()


def configured(command: Callable[Concatenate[Settings, ...], Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a coroutine a command with the option `--config`, that gets the settings first. It may leave with an exit
    code: `click.get_current_context().exit(1)`."""

    @config_option
    @wraps(command)
    def runs(config: Path | None, **arguments: Any) -> None:
        asyncio.run(command(settings(config), **arguments))

    return runs


def opens(
    part: Callable[[Settings, Clock], AbstractAsyncContextManager[T]],
) -> Callable[[Callable[Concatenate[T, ...], Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Like `configured`, for a command that gets a part of Paperboy first, which is open while the command runs."""

    def make(command: Callable[Concatenate[T, ...], Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @configured
        @wraps(command)
        async def runs(options: Settings, **arguments: Any) -> None:
            async with part(options, clock()) as opened:
                await command(opened, **arguments)

        return runs

    return make


@asynccontextmanager
async def opened_store(options: Settings, clock: Clock | None = None) -> AsyncIterator[Store]:
    """The database alone, for what needs neither search nor adapters."""
    make_home(Path(options.home))
    store = await open_store(database(options))
    try:
        yield store
    finally:
        await store.aclose()


def emit(record: object) -> None:
    """One JSON line on stdout."""
    click.echo(msgspec.json.encode(record))


class Moment(click.ParamType[datetime]):
    """A date and time: `2025-03-18T09:00Z`; UTC when it has no zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} isn't a date and time; write 2025-03-18T09:00Z", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
