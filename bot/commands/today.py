"""`/papers today`: the newest edition."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.command import PAGE, Ask, Command, cards, paging
from bot.views.results import results
from bot.views.wording import long_day, plural


async def run(ask: Ask, rest: str) -> Answer:
    """What was listed on the newest day that has a list, most upvoted first."""
    papers = ask.desk.store.papers
    days = await papers.days(ask.desk.sources, limit=1)
    if not days:
        return Answer(message=results("Papers of today", [], empty="No list has come in yet; see /papers why."))
    day = days[0][0]
    listed = await papers.listed(ask.desk.sources, day, day)
    ids = list(dict.fromkeys(item.paper.id for item in listed))
    message = results(
        f"Papers of {long_day(day)}",
        await cards(ask, ids[ask.offset : ask.offset + PAGE]),
        note=plural(len(ids), "paper")
        + " listed, most upvoted first."
        + ("" if ask.now.date() - day < timedelta(days=1) else " This is the newest list there is."),
        controls=await paging(ask, more=len(ids) > ask.offset + PAGE),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(name="today", usage="today", summary="The papers of the newest daily list."), run=run
)
