"""`/papers why`: why a channel gets posts, or none."""

from datetime import datetime

from bot.chat.event import Answer, Place
from bot.chat.message import Message
from bot.commands.context import Effect, Request, as_command
from bot.delivery.planner import Planner
from bot.delivery.why import Explanation, ScheduleStatus, explain
from bot.languages import mark, tr
from bot.schedule import describe
from bot.store.protocol import Store
from bot.views import why as view
from bot.views.formatting import ago, moment
from bot.votes.taste import MIN_VOTES_FOR_TASTE


@as_command("why", mark("Explain why this channel gets posts, or none."), Effect.READS)
async def why(request: Request, rest: str) -> Answer:
    """When this channel got its last post, when it gets the next, and what is in the way."""
    context = request.context
    return Answer(message=await explanation(context.store, request.place, request.now, context.planner))


async def explanation(store: Store, place: Place, now: datetime, planner: Planner) -> Message:
    """The explanation for a channel."""
    found = await explain(store, place, now)
    lines = [_last_post(found, now)]
    for item in found.schedules:
        lines += _schedule(item, now)
    if any(not item.subscription.follows for item in found.schedules):
        lines.append(view.taste(await planner.count_votes(place), MIN_VOTES_FOR_TASTE))
    lines += [view.given_up(reason, count) for reason, count in found.given_up]
    if waiting := view.waiting(found.states):
        lines.append(f"{waiting}.")
    lines += [view.source_state(fetch, now) for fetch in found.fetches]
    return view.why(tr("Why is it quiet?"), lines, _advice(found))


def _last_post(found: Explanation, now: datetime) -> str:
    if found.last is None or found.last.sent is None:
        return tr("Nothing has been posted in this channel yet.")
    return tr("The last post was {ago}.", ago=ago(found.last.sent, now))


def _schedule(item: ScheduleStatus, now: datetime) -> list[str]:
    subscription = item.subscription
    name = f"{subscription.id} ({describe(subscription.schedule)})"
    name += f" “{subscription.query}”" if subscription.query else ""
    if subscription.inactive_reason:
        state = tr("Schedule {name} is paused: {reason}.", name=name, reason=tr(subscription.inactive_reason))
    elif item.next:
        state = tr("Schedule {name} posts next {time}.", name=name, time=moment(item.next, item.zone))
    else:
        state = tr("Schedule {name} posts as soon as the next list is complete.", name=name)
    lines = [state]
    if item.last:
        lines.append(
            " ".join(
                filter(None, (view.outcome(item.last, now, is_waiting=item.is_waiting), view.left_out(item.left_out)))
            )
        )
    return lines


def _advice(found: Explanation) -> str:
    if not found.schedules:
        return tr("Nothing is scheduled here. To schedule papers: /papers schedule weekdays 09:00")
    if any(item.subscription.inactive_reason for item in found.schedules):
        return tr("To resume a schedule: /papers resume ID")
    if "dead" in found.states:
        return tr("An admin can retry the posts that were given up: paperboy retry --all")
    if any(fetch.error for fetch in found.fetches):
        return tr("Sources that don't answer are tried again automatically.")
    reasons = {reason for item in found.schedules for reason in item.left_out}
    if "no match" in reasons or "too few votes" in reasons:
        return tr("To get more papers, change the schedule to a wider query or fewer votes: /papers change ID …")
    return tr("Everything is working.")
