"""Why a channel is quiet, in one screen. Shared by `/papers why` and `paperboy why`."""

from __future__ import annotations

from datetime import datetime

from bot.chat.message import Message, Text, text
from bot.store.records import Fetch, Run
from bot.views.formatting import ago, listing, plural, source_name
from bot.views.results import sheet


def left_out(counts: dict[str, int]) -> str:
    """`Left out: 20 no match, 3 seen before.`"""
    return f"Left out: {listing([f'{count:,} {reason}' for reason, count in counts.items()])}." if counts else ""


def outcome(run: Run, now: datetime) -> str:
    """What came of an occurrence."""
    said = {"posted": "It posted", "quiet": "It had nothing to post", "missed": "It was missed"}[run.outcome]
    return f"{said} {ago(run.at, now)}." + (f" {run.why}" if run.why else "")


def source_state(fetch: Fetch, now: datetime) -> str:
    """How the last look at a source went."""
    name = source_name(fetch.source)
    if fetch.error:
        return f"{name} gave no list {ago(fetch.at, now)}: {fetch.error}"
    return f"{name} answered {ago(fetch.at, now)}."


def why(heading: str, lines: list[str], advice: str) -> Message:
    """The screen."""
    shown: list[Text] = [text(line) for line in lines if line]
    return sheet(heading, shown, foot=advice)


def taste(ballots: int | None, enough: int) -> str:
    """Whether a channel's votes order what it is brought."""
    if ballots is None:
        return ""
    if ballots < enough:
        return f"From {enough} votes on, this channel's votes will order its papers; it has {ballots:,} so far."
    return f"{ballots:,} votes of this channel order its papers; one place in five stays open to others."


def waiting(states: dict[str, int]) -> str:
    """What stands in the outbox."""
    told = {
        "planned": "waiting to be sent",
        "claimed": "being sent",
        "unsure": "of unknown outcome",
        "dead": "given up",
    }
    return "; ".join(f"{plural(count, 'post')} {told[state]}" for state, count in states.items() if state in told)
