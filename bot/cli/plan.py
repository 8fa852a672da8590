"""`paperboy plan`, `paperboy why`: the next posts of each channel, and why it gets posts or none."""

from datetime import date, datetime

import click

from bot.app.build import App, open_app
from bot.chat.event import Place
from bot.cli.group import console, emit, json_option, opens
from bot.commands.why import explanation
from bot.delivery.planner import Preview
from bot.errors import AskError
from bot.store.records import PostReason, Subscription
from bot.views.formatting import days, moment, plural


@click.command()
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Date of the edition. Default: the newest.")
@click.option("--channel", help="platform:space/channel, as `paperboy plan` prints it.")
@json_option
@opens(open_app)
async def plan(app: App, day: datetime | None, channel: str | None, as_json: bool) -> None:
    """Show what each channel would get, paper by paper, and why."""
    place = _place(channel) if channel else None
    found = [s for s in await app.store.subscriptions.running() if place in (None, s.place)]
    if not found:
        console.print("Nothing is scheduled." if place is None else f"Nothing is scheduled in {place}.")
    for subscription in found:
        await _show(app, subscription, day.date() if day else None, as_json=as_json)


@click.command()
@click.argument("channel")
@opens(open_app)
async def why(app: App, channel: str) -> None:
    """Explain why CHANNEL gets posts, or none. CHANNEL is platform:space/channel."""
    click.echo((await explanation(app.store, _place(channel), app.clock.now(), app.planner)).plain)


async def _show(app: App, subscription: Subscription, day: date | None, *, as_json: bool) -> None:
    preview = await app.planner.preview(subscription, day)
    if as_json:
        emit(_record(subscription, preview))
        return
    click.echo(f"{subscription.place}  {subscription.id}  {subscription.schedule}")
    if preview.times:
        click.echo(f"  next: {moment(preview.times[0], 'UTC')}")
    if preview.edition is None:
        click.echo("  no list has arrived yet")
        return
    click.echo(f"  {days(preview.edition.first, preview.edition.day)}: {plural(len(preview.choice.chosen), 'paper')}")
    papers = {item.paper.id: item.paper for item in preview.edition.listed}
    for chosen in preview.choice.chosen:
        click.echo(f"  + {chosen.paper.title}  {'; '.join(map(_text, chosen.reasons))}".rstrip())
    for item in preview.choice.left_out:
        click.echo(f"  - {papers[item.paper].title}  ({item.reason})")


def _record(subscription: Subscription, preview: Preview) -> dict[str, object]:
    return {
        "channel": str(subscription.place),
        "subscription": subscription.id,
        "edition": preview.edition.id if preview.edition else None,
        "next": preview.times,
        "papers": [
            {"id": c.paper.id, "title": c.paper.title, "reasons": [*map(_text, c.reasons)]}
            for c in preview.choice.chosen
        ],
        "left_out": preview.choice.left_out,
    }


def _text(reason: PostReason) -> str:
    return reason if isinstance(reason, str) else f"submitted by {reason.text}"


def _place(channel: str) -> Place:
    try:
        return Place.parse(channel)
    except ValueError as error:
        raise AskError(f"{error}.", "For example: web:home/papers") from error
