"""`/papers trending [today|week|month] [TOPIC]`."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.errors import AskError
from bot.store.records import Tally
from bot.views.results import results
from bot.votes.trending import trending, why

SPANS = {"today": 1, "week": 7, "month": 30}
SAID = {"day": "today", "daily": "today", "weekly": "week", "monthly": "month"}
TOO_LONG = frozenset({"year", "years", "yearly", "decade", "ever", "all-time"})
MOST = 50


async def run(ask: Request, rest: str) -> Answer:
    """What is talked about now, here and outside; of everything, or of one topic."""
    name, topic = _read(rest)
    store, until, days = ask.desk.store, ask.now.date(), SPANS[name]
    listed = await store.papers.listed_between(ask.sources, until - timedelta(days=days), until)
    if topic:
        on_topic = await ask.desk.search.matching_among(topic, {item.paper.id for item in listed})
        listed = [item for item in listed if item.paper.id in on_topic]
    tallies = await store.votes.tallies_for(ask.who.tenant, {item.paper.id for item in listed})
    ranked = trending(listed, tallies, ask.now, MOST, days=days)
    page = ranked[ask.offset : ask.offset + PAGE]
    reasons = {item.paper.id: why(item, tallies.get(item.paper.id, Tally()), ask.now) for item in page}
    about = f" on “{topic}”" if topic else ""
    message = results(
        ("Trending today" if name == "today" else f"Trending this {name}") + about,
        await cards(ask, [item.paper.id for item in page], reasons),
        note="Upvotes outside, votes here and stars, against age.",
        empty=f"Nothing{about} was listed in that time ({days} days); /papers why tells more.",
        controls=await paging(ask, more=len(ranked) > ask.offset + PAGE) if ranked else (),
    )
    return Answer(message=message)


def _read(rest: str) -> tuple[str, str]:
    """The span and the topic: `week diffusion`, `diffusion`, `month cat:cs.CL`."""
    first, _, more = clean(rest, 200).partition(" ")
    word = first.casefold()
    if word in TOO_LONG:
        raise AskError(f"Trending over {word!r}?", "It goes back a month: trending week, or trending month.")
    name = SAID.get(word, word)
    return (name, more.strip()) if name in SPANS else ("week", clean(rest, 200))


COMMAND = Command(
    help=CommandHelp(
        name="trending",
        usage="trending [today|week|month] [TOPIC]",
        summary="What is talked about now, here and outside.",
    ),
    run=run,
    options=tuple(SPANS),
)
