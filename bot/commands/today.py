"""`/papers today [TOPIC]`: the newest edition, or its papers on a topic."""

from datetime import timedelta

from bot.chat.event import Answer
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import list_papers
from bot.delivery.edition import split_sources
from bot.languages import mark, tr, tr_count
from bot.views.formatting import long_day


@as_command("today [TOPIC]", mark("Show the newest daily list."), Effect.READS)
async def today(request: Request, rest: str) -> Answer:
    """The newest day's list, most upvoted first, after the papers that people here submitted since."""
    papers = request.store.papers
    sources, own = split_sources(request.context.sources, request.who.tenant)
    days = await papers.listed_days(sources, limit=1) or (await papers.listed_days([own], limit=1) if own else [])
    if not days:
        empty = tr("No list has arrived yet. To see why: /papers why")
        return await list_papers(request, tr("Today's papers"), [], empty=empty)
    day, today = days[0][0], request.now.date()
    submitted = [item.paper.id for item in reversed(await papers.listed_between([own], day, today))] if own else []
    listed = [item.paper.id for item in await papers.listed_between(sources, day, day)]
    ids = list(dict.fromkeys([*submitted, *listed]))
    why = await request.context.search.matching_among(rest, ids) if rest else dict.fromkeys(ids, "")
    ids = [id for id in ids if id in why]
    note = _note(len(submitted), len(set(listed)), is_newest=today - day >= timedelta(days=1))
    empty = tr("Nothing found. Try fewer or other words. To see the filters: /papers help find")
    return await list_papers(request, tr("Papers for {day}", day=long_day(day)), ids, why, note=note, empty=empty)


def _note(submitted: int, listed: int, *, is_newest: bool) -> str:
    first = tr_count(
        "{count} paper submitted by people here first.", "{count} papers submitted by people here first.", submitted
    )
    rest = tr_count("{count} paper listed.", "{count} papers listed, most upvoted first.", listed)
    newest = tr("This is the newest list.")
    return " ".join([*([first] if submitted else []), rest, *([newest] if is_newest else [])])
