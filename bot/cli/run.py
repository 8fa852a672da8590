"""`paperboy run`."""

import asyncio
from datetime import datetime

import click

from bot import __version__, logs
from bot.app.build import App, open_app
from bot.app.first_run import Welcome
from bot.app.serve import Role, serve, until_idle
from bot.chat.adapter import Adapter, CanListen
from bot.cli.group import Moment, clock, configured, console, verbose_option
from bot.config import Settings
from bot.papers.samples import sample_papers
from bot.views.formatting import plural, short_day, source_name


@click.command()
@click.option("--until-idle", "idle", is_flag=True, help="Plan and post what is due, then exit.")
@click.option("--now", type=Moment(), help="With --until-idle: act as if it were this time (a replay).")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="all", show_default=True)
@verbose_option
@configured
async def run(options: Settings, idle: bool, now: datetime | None, role: str, verbose: bool) -> None:
    """Start Paperboy: answer in chats, and post on schedule."""
    if now and not idle:
        raise click.UsageError("--now needs --until-idle.")
    logs.set_up(options.operations.logs, verbose=verbose)
    async with open_app(options, clock(now)) as app:
        if idle:
            planned, sent = await until_idle(app)
            console.print(f"{plural(planned, 'post')} planned, {sent:,} sent.")
        else:
            await serve(app, Role(role), ready=lambda: _print_addresses(app), welcomed=_print_welcome)


async def _print_addresses(app: App) -> None:
    """Print where each adapter can be reached, as soon as it has started; one that can't start delays no other."""
    console.print(f"[bold]Paperboy {__version__}[/] is starting and fetching today's papers. Press Ctrl+C to stop.")
    await asyncio.gather(*map(_print_address, app.adapters.values()))


async def _print_address(adapter: Adapter) -> None:
    if isinstance(adapter, CanListen):
        await adapter.started.wait()
        label = f" ({adapter.label})" if adapter.label else ""
        console.print(f"{adapter.name}: [link={adapter.url}]{adapter.url or 'on'}[/]{label}")


def _print_welcome(found: Welcome) -> None:
    for look in found.looks:
        name = source_name(look.source)
        if look.error:
            console.print(f"{name} can't be fetched now: {look.error}", markup=False, soft_wrap=True)
        elif look.stored.new:
            console.print(f"{name}, {short_day(look.day)}: {plural(look.stored.new, 'new paper')}.", markup=False)
    if found.samples:
        newest = max(listing.day for listing, _ in sample_papers())
        console.print(
            f"No source has answered yet, so you see {plural(found.samples, 'sample paper')} that come with Paperboy,"
            f" the newest from {short_day(newest)}.",
            soft_wrap=True,
        )
