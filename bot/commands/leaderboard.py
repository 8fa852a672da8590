"""`/papers leaderboard [week|month|all]`: what this community voted for. Papers, never people."""

from __future__ import annotations

from datetime import timedelta

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.errors import AskError
from bot.views.results import results

SPANS: dict[str, timedelta | None] = {"week": timedelta(days=7), "month": timedelta(days=30), "all": None}


async def run(ask: Request, rest: str) -> Answer:
    """The papers with most votes here."""
    name = rest.strip().casefold() or "week"
    if name not in SPANS:
        raise AskError(f"A leaderboard of {name[:40]!r}?", "Say: leaderboard week, month or all.")
    span = SPANS[name]
    since = ask.now - span if span else None
    ranked = await ask.desk.store.votes.top_papers(ask.who.tenant, since, ask.offset + PAGE + 1)
    ids = [id for id, _ in ranked[ask.offset :]]
    message = results(
        "Most voted here, of all time" if name == "all" else f"Most voted here this {name}",
        await cards(ask, ids[:PAGE]),
        empty="No votes in that time: react to a paper, or press Vote.",
        controls=await paging(ask, more=len(ids) > PAGE) if ids else (),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(
        name="leaderboard", usage="leaderboard [week|month|all]", summary="The papers with most votes here."
    ),
    run=run,
    options=tuple(SPANS),
)
