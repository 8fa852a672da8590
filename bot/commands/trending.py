"""`/papers trending [week|month]`."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.command import PAGE, Ask, Command, cards, paging
from bot.errors import AskError
from bot.views.results import results
from bot.votes.trending import trending

SPANS = {"today": 1, "week": 7, "month": 30}
MOST = 50


async def run(ask: Ask, rest: str) -> Answer:
    """What is talked about now, here and outside."""
    name = rest.strip().casefold() or "week"
    if name not in SPANS:
        raise AskError(f"Trending over {name[:40]!r}?", "Say: trending week, or trending month.")
    store, until = ask.desk.store, ask.now.date()
    listed = await store.papers.listed(ask.desk.sources, until - timedelta(days=SPANS[name]), until)
    tallies = await store.votes.tallies(ask.who.tenant, {item.paper.id for item in listed})
    ids = [item.paper.id for item in trending(listed, tallies, ask.now, MOST)]
    message = results(
        "Trending today" if name == "today" else f"Trending this {name}",
        await cards(ask, ids[ask.offset : ask.offset + PAGE]),
        note="Upvotes outside, votes here and stars, against age.",
        empty=f"Nothing was listed in that time ({SPANS[name]} days); /papers why tells more.",
        controls=await paging(ask, more=len(ids) > ask.offset + PAGE) if ids else (),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(
        name="trending", usage="trending [week|month]", summary="What is talked about now, here and outside."
    ),
    run=run,
    options=tuple(SPANS),
)
