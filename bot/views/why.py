"""The sentences of `/papers why` and `paperboy why`: why a channel gets posts, or none."""

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
    """How a run ended."""
    ended = {"posted": "Last run: posted", "quiet": "Last run: nothing to post", "missed": "Last run: missed"}[
        run.outcome
    ]
    return f"{ended} {ago(run.at, now)}." + (f" {run.why}" if run.why else "")


def source_state(fetch: Fetch, now: datetime) -> str:
    """How the last fetch from a source went."""
    name = source_name(fetch.source)
    if fetch.error:
        return f"Fetching {name} failed {ago(fetch.at, now)}: {fetch.error}"
    return f"Last fetched {name} {ago(fetch.at, now)}."


def why(heading: str, lines: list[str], advice: str) -> Message:
    """The answer to `/papers why`."""
    shown: list[Text] = [text(line) for line in lines if line]
    return sheet(heading, shown, foot=advice)


def taste(ballots: int | None, enough: int) -> str:
    """Whether a channel's votes decide the order of its papers. `ballots` None: that is turned off."""
    if ballots is None:
        return ""
    if ballots < enough:
        return f"Once this channel has {enough} votes, they decide the order of its papers. It has {ballots:,} so far."
    return f"{ballots:,} votes in this channel decide the order of its papers, except for one paper in five."


def waiting(states: dict[str, int]) -> str:
    """What is in the outbox: `2 posts waiting to be sent`."""
    labels = {
        "planned": "waiting to be sent",
        "claimed": "being sent",
        "unsure": "that may or may not have been sent",
        "dead": "given up",
    }
    return "; ".join(f"{plural(count, 'post')} {labels[state]}" for state, count in states.items() if state in labels)
