"""`paperboy when`: how a schedule is read."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from msgspec import Struct

from bot.cli.group import clock, config_option, emit, json_option, settings
from bot.commands.subscription_form import UnclearSchedule, parse
from bot.delivery.schedule_parser import ZoneChoice
from bot.errors import AskError
from bot.papers.community import SOURCE as COMMUNITY
from bot.schedule import next_times
from bot.sources.file_records import NAME as FILES
from bot.views.formatting import moment

SHOWN_TIMES = 3
SOURCES = ("huggingface", "arxiv", COMMUNITY, FILES)


class Question(Struct, frozen=True):
    """The question that Paperboy would ask back, and the phrases to choose from."""

    question: str
    choices: tuple[ZoneChoice, ...]


class PhraseReading(Struct, frozen=True, kw_only=True):
    """A schedule phrase as Paperboy reads it."""

    kept: bool = False  # it would be scheduled at once; False: after a question or a preview, or never
    schedule: str | None = None  # in canonical words: `weekdays 09:00 Europe/Berlin`
    zone: str | None = None
    topic: str = ""
    next: tuple[datetime, ...] = ()  # the next times, on the clocks of the zone
    asks: Question | None = None
    refused: str | None = None


@click.command()
@click.argument("phrase", nargs=-1, required=True)
@click.option("--zone", help="Time zone for phrases that name none. Default: the one in the settings.")
@json_option
@config_option
@click.pass_context
def when(ctx: click.Context, phrase: tuple[str, ...], zone: str | None, as_json: bool, config: Path | None) -> None:
    """Show how a schedule is read. For example "weekdays 9am berlin"; exit 1 if it can't be read."""
    reading = read_phrase(" ".join(phrase), zone or settings(config).time_zone, clock().now())
    if as_json:
        emit(reading)
    else:
        click.echo("\n".join(_lines(reading)), err=bool(reading.refused))
    ctx.exit(1 if reading.refused else 0)


def read_phrase(phrase: str, zone: str, now: datetime) -> PhraseReading:
    """Read a phrase as `/papers schedule PHRASE` does, with `zone` for times without one."""
    try:
        typed = parse(phrase, zone, SOURCES)
    except UnclearSchedule as unclear:
        return PhraseReading(asks=Question(unclear.message, unclear.choices))
    except AskError as error:
        return PhraseReading(refused=str(error))
    schedule = typed.schedule
    times = next_times(schedule, now, SHOWN_TIMES)
    return PhraseReading(
        kept=not typed.is_topic_guessed,
        schedule=str(schedule),
        zone=schedule.zone,
        topic=typed.query,
        next=tuple(at.astimezone(ZoneInfo(schedule.zone)) for at in times),
    )


def _lines(reading: PhraseReading) -> list[str]:
    if reading.refused:
        return [reading.refused]
    if reading.asks:
        return [reading.asks.question, *(f"  {choice.label}: {choice.phrase}" for choice in reading.asks.choices)]
    lines = [f"Schedule: {reading.schedule}", *([f"Topic: {reading.topic}"] if reading.topic else [])]
    lines += [f"Next: {moment(at, reading.zone or 'UTC')}" for at in reading.next]
    return lines if reading.kept else [*lines, "In a chat, this is shown first and saved when you press “Schedule it”."]
