"""The sentences of `/papers why` and `paperboy why`: why a channel gets posts, or none."""

from collections.abc import Mapping
from datetime import datetime

from bot.languages import mark, tr, tr_count
from bot.store.records import Fetch, Run
from bot.views.formatting import ago, listing, source_name

OUTCOMES = {
    "posted": mark("Last run: posted {ago}."),
    "quiet": mark("Last run: nothing to post {ago}."),
    "missed": mark("Last run: missed {ago}."),
    "failed": mark("Last run: nothing could be posted {ago}."),
    "waiting": mark("Last run: planned {ago}, and not posted yet."),
}
LEFT_OUT = {
    "filtered": mark("{papers} by a filter"),
    "no match": mark("{papers} on other topics"),
    "seen before": mark("{papers} seen before"),
    "too few votes": mark("{papers} with too few votes"),
    "topic full": mark("{papers} over the limit per topic"),
    "list full": mark("{papers} beyond the length of the list"),
    "withdrawn": mark("{papers} withdrawn"),
}


def left_out(counts: Mapping[str, int]) -> str:
    """`Left out: 20 on other topics and 3 seen before.`"""
    named = [tr(words, papers=counts[reason]) for reason, words in LEFT_OUT.items() if counts.get(reason)]
    return tr("Left out: {reasons}.", reasons=listing(named)) if named else ""


def outcome(run: Run, now: datetime, *, is_waiting: bool = False) -> str:
    """How a run ended; `is_waiting`: none of its posts was sent yet."""
    ended = "waiting" if is_waiting and run.outcome == "posted" else run.outcome
    return tr(OUTCOMES[ended], ago=ago(run.at, now)) + (f" {run.why}" if run.why else "")


def given_up(reason: str, count: int) -> str:
    """Why posts were given up."""
    posts = tr_count("{count} post was given up", "{count} posts were given up", count)
    return tr("{posts}: {reason}", posts=posts, reason=reason)


def posts_of_today(count: int) -> str:
    """What is sent where Paperboy can post again."""
    return tr_count(
        "{count} post that was given up today is sent now.",
        "{count} posts that were given up today are sent now.",
        count,
    )


def source_state(fetch: Fetch, now: datetime) -> str:
    """How the last fetch from a source went."""
    name = source_name(fetch.source)
    if fetch.error:
        return tr("Fetching {source} failed {ago}: {error}", source=name, ago=ago(fetch.at, now), error=fetch.error)
    return tr("Last fetched {source} {ago}.", source=name, ago=ago(fetch.at, now))


def taste(ballots: int | None, enough: int) -> str:
    """Whether a channel's votes decide the order of its papers. `ballots` None: that is turned off."""
    if ballots is None:
        return ""
    if ballots < enough:
        return tr(
            "Once this channel has {enough} votes, they decide the order of its papers. It has {votes} so far.",
            enough=enough,
            votes=ballots,
        )
    return tr(
        "{votes} votes in this channel decide the order of its papers, except for one paper in five.", votes=ballots
    )


def waiting(states: dict[str, int]) -> str:
    """What is in the outbox: `2 posts waiting to be sent`."""
    return "; ".join(filter(None, (_in_state(state, count) for state, count in states.items())))


def _in_state(state: str, count: int) -> str:
    sentences = {
        "planned": tr_count("{count} post waiting to be sent", "{count} posts waiting to be sent", count),
        "claimed": tr_count("{count} post being sent", "{count} posts being sent", count),
        "unsure": tr_count(
            "{count} post that may or may not have been sent", "{count} posts that may or may not have been sent", count
        ),
        "dead": tr_count("{count} post given up", "{count} posts given up", count),
    }
    return sentences.get(state, "")
