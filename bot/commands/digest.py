"""`/papers digest [WHEN|off]`: what is new on the topics I follow, in a direct message, only because I ask."""

from __future__ import annotations

from msgspec.structs import replace

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands import subscription_form as wish
from bot.commands.context import Command, Request
from bot.delivery.schedule import describe
from bot.delivery.schedule_parser import parse_schedule
from bot.errors import AskError
from bot.store.records import Subscription
from bot.views.results import note

DEFAULT = "weekdays 09:00"


async def run(ask: Request, rest: str) -> Answer:
    """Bring me my digest, at another time, or no more."""
    mine = await ask.desk.store.subscriptions.digests_of(ask.who.key)
    if rest.strip().casefold() in {"off", "stop", "none"}:
        return await _stop(ask, mine)
    if not await ask.desk.store.people.followed_topics(ask.who.key):
        raise AskError("You follow no topic yet.", "First: /papers follow diffusion models")
    wanted = wish.read(ask, rest or DEFAULT)
    place, here = await ask.desk.direct(ask.who), ask.place.in_thread("")
    new = replace(wanted, place=place, follows=ask.who.key, beside=None if here == place else here)
    if mine:
        await ask.desk.store.subscriptions.replace_subscription(replace(new, id=mine[0].id), cause=ask.cause)
    else:
        await ask.desk.store.subscriptions.add_subscription(new, cause=ask.cause)
    when = describe(parse_schedule(new.schedule, "UTC"))
    said = f"I'll bring you what is new on your topics: {when}, as a direct message. /papers digest off ends it."
    without = " What this channel is brought is left out." if new.beside else ""
    return Answer(message=note(said + without))


async def _stop(ask: Request, mine: list[Subscription]) -> Answer:
    for subscription in mine:
        await ask.desk.store.subscriptions.remove_subscription(subscription.id)
    return Answer(message=note("You get no digest any more." if mine else "You had no digest."))


COMMAND = Command(
    help=CommandHelp(
        name="digest", usage="digest [WHEN|off]", summary="What is new on your topics, as a direct message."
    ),
    run=run,
    options=(DEFAULT, "daily 18:00", "mon 08:30", "off"),
)
