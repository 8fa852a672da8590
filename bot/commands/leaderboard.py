"""`/papers leaderboard [week|month|all]`: the papers with the most votes here. It ranks papers, never people."""

from bot.catalog.reading_lists import SPANS, papers_of
from bot.chat.event import Answer
from bot.commands.context import Effect, Request, as_command
from bot.commands.paper_lists import list_papers
from bot.errors import AskError
from bot.languages import mark, tr

HEADINGS = {
    "week": mark("Most voted here this week"),
    "month": mark("Most voted here this month"),
    "all": mark("Most voted here of all time"),
}


@as_command(
    "leaderboard [week|month|all]",
    mark("Show the papers with the most votes here."),
    Effect.READS,
    options=tuple(SPANS),
)
async def leaderboard(request: Request, rest: str) -> Answer:
    """The papers with the most votes here."""
    name = rest.strip().casefold() or "week"
    if name not in SPANS:
        raise AskError(
            tr("I can't show a leaderboard for “{name}”.", name=name[:40]),
            tr("Choose one: leaderboard week, leaderboard month or leaderboard all."),
        )
    ids = await papers_of(request.store, request.who.tenant, name, request.now)
    empty = tr("No votes in that time. React to a paper, or press Vote.")
    return await list_papers(request, tr(HEADINGS[name]), ids, empty=empty)
