"""`paperboy run`."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import click

from bot import __version__, logs
from bot.app.build import App, open_app
from bot.app.first_run import Welcome
from bot.app.serve import Role, serve, until_idle
from bot.chat.adapter import Adapter, CanListen
from bot.cli.group import (
    Moment,
    asynchronous,
    clock,
    config_option,
    console,
    settings,
    verbose_option,
)
from bot.papers.samples import sample_papers
from bot.views.formatting import plural, short_day, source_name


@click.command()
@click.option("--until-idle", "idle", is_flag=True, help="Plan and deliver what is due, then end.")
@click.option("--now", type=Moment(), help="With --until-idle: act as if it were this moment (a replay).")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="all", show_default=True)
@config_option
@verbose_option
@asynchronous
async def run(idle: bool, now: datetime | None, role: str, config: Path | None, verbose: bool) -> None:
    """Start Paperboy: listen to chats, and post when it is time."""
    if now and not idle:
        raise click.UsageError("--now goes with --until-idle.")
    wanted = settings(config)
    logs.set_up(wanted.operations.logs, verbose=verbose)
    async with open_app(wanted, clock(now)) as app:
        if idle:
            planned, sent = await until_idle(app)
            console.print(f"{plural(planned, 'post')} planned, {sent:,} sent.")
        else:
            await serve(app, Role(role), ready=lambda: _tell(app), welcomed=_tell_welcome)


async def _tell(app: App) -> None:
    """Where each adapter can be reached, as soon as it has started; one that can't start keeps no other waiting."""
    console.print("Looking for today's papers … (stop with Ctrl+C)")
    await asyncio.gather(*map(_tell_adapter, app.adapters.values()))


async def _tell_adapter(adapter: Adapter) -> None:
    if isinstance(adapter, CanListen):
        await adapter.started.wait()
        where = f"{adapter.name}: [link={adapter.url}]{adapter.url or 'on'}[/]"
        console.print(f"[bold]Paperboy {__version__}[/] {where} {adapter.label}".rstrip())


def _tell_welcome(found: Welcome) -> None:
    for look in found.looks:
        name = source_name(look.source)
        if look.error:
            console.print(f"{name} has no list for us now: {look.error}", markup=False, soft_wrap=True)
        elif look.kept.new:
            console.print(f"{name}, {short_day(look.day)}: {plural(look.kept.new, 'new paper')}.", markup=False)
    if found.samples:
        newest = max(listing.day for listing, _ in sample_papers())
        console.print(
            f"You see the {plural(found.samples, 'sample paper')} that come with Paperboy,"
            f" listed up to {short_day(newest)}. Today's come in as soon as a source answers.",
            soft_wrap=True,
        )
