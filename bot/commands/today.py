"""`/papers today`: the newest edition."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.delivery.edition import split
from bot.views.formatting import long_day, plural
from bot.views.results import results


async def run(ask: Request, rest: str) -> Answer:
    """What was listed on the newest day that has a list, most upvoted first, after what people here brought since."""
    papers = ask.desk.store.papers
    sources, own = split(ask.desk.sources, ask.who.tenant)
    days = await papers.listed_days(sources, limit=1) or (await papers.listed_days([own], limit=1) if own else [])
    if not days:
        return Answer(message=results("Papers of today", [], empty="No list has come in yet; see /papers why."))
    day, today = days[0][0], ask.now.date()
    brought = [item.paper.id for item in reversed(await papers.listed_between([own], day, today))] if own else []
    listed = [item.paper.id for item in await papers.listed_between(sources, day, day)]
    ids = list(dict.fromkeys([*brought, *listed]))
    message = results(
        f"Papers of {long_day(day)}",
        await cards(ask, ids[ask.offset : ask.offset + PAGE]),
        note=(f"{plural(len(brought), 'paper')} brought by people here first. " if brought else "")
        + plural(len(set(listed)), "paper")
        + " listed, most upvoted first."
        + ("" if today - day < timedelta(days=1) else " This is the newest list there is."),
        controls=await paging(ask, more=len(ids) > ask.offset + PAGE),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(name="today", usage="today", summary="The papers of the newest daily list."), run=run
)
