"""`/papers why`: why it is quiet, or not."""

from __future__ import annotations

from datetime import datetime

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer, Place
from bot.chat.message import Message
from bot.commands.context import Command, Request
from bot.delivery.planner import Planner
from bot.delivery.why import Why, Wish, explain
from bot.store.protocol import Store
from bot.views import why as view
from bot.views.formatting import ago, moment
from bot.votes.taste import ENOUGH


async def run(ask: Request, rest: str) -> Answer:
    """When this channel last got something, what comes next, and what stands in the way."""
    return Answer(message=await explained(ask.desk.store, ask.place, ask.now, ask.desk.planner))


async def explained(store: Store, place: Place, now: datetime, planner: Planner) -> Message:
    """The explanation of a channel."""
    found = await explain(store, place, now)
    lines = [_last(found, now)]
    for wish in found.wishes:
        lines += _wish(wish, now)
    if any(not wish.subscription.follows for wish in found.wishes):
        lines.append(view.taste(await planner.ballots(place), ENOUGH))
    if waits := view.waiting(found.states):
        lines.append(f"{waits}.")
    lines += [view.source_state(fetch, now) for fetch in found.fetches]
    return view.why("Why is it quiet?", lines, _advice(found))


def _last(found: Why, now: datetime) -> str:
    if found.last is None or found.last.sent is None:
        return "This channel has not been brought anything yet."
    return f"The last post came {ago(found.last.sent, now)}."


def _wish(wish: Wish, now: datetime) -> list[str]:
    s = wish.subscription
    about = f" on “{s.query}”" if s.query else ""
    if s.inactive_reason:
        state = f"stands still: {s.inactive_reason}"
    elif wish.next:
        state = f"comes next {moment(wish.next, wish.zone)}"
    else:
        state = "comes as soon as the next list is complete"
    lines = [f"Schedule {s.id} ({wish.told}){about} {state}."]
    if wish.last:
        lines.append(" ".join(filter(None, (view.outcome(wish.last, now), view.left_out(wish.left_out)))))
    return lines


def _advice(found: Why) -> str:
    if not found.wishes:
        return "Nothing is scheduled here: /papers schedule weekdays 09:00"
    if any(wish.subscription.inactive_reason for wish in found.wishes):
        return "/papers resume ID lets a schedule run again."
    if "dead" in found.states:
        return "An admin can plan given-up posts again with: paperboy retry --all"
    if any(fetch.error for fetch in found.fetches):
        return "A source that does not answer is asked again by itself."
    reasons = {reason for wish in found.wishes for reason in wish.left_out}
    if "no match" in reasons or "too few votes" in reasons:
        return "Too little? A wider query or fewer votes lets more through: /papers schedule …"
    return "Nothing stands in the way."


COMMAND = Command(help=CommandHelp(name="why", usage="why", summary="Why this channel is quiet, or not."), run=run)
