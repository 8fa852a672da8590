"""`/papers new CATEGORY`."""

from __future__ import annotations

import re

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.errors import AskError
from bot.papers.filter import Filter
from bot.views.results import results

_CATEGORY = re.compile(r"[a-z-]{2,12}(\.[A-Za-z-]{2,20})?")


async def run(ask: Request, rest: str) -> Answer:
    """The newest papers of an arXiv category or archive, cross-lists included; without one, of all."""
    wanted = tuple(rest.split())
    for category in wanted:
        if not _CATEGORY.fullmatch(category):
            raise AskError(
                f"{category[:40]!r} is no arXiv category.",
                "They look like cs.CL, stat.ML or math.OC; or cs for all.",
            )
    ids = await ask.desk.store.papers.newest_ids(Filter(categories=wanted), PAGE + 1, offset=ask.offset)
    name = " or ".join(wanted)
    message = results(
        f"New in {name}" if name else "Newest papers",
        await cards(ask, ids[:PAGE]),
        empty=f"I know no papers in {name or 'any category'} yet: is the arXiv source set up for it?",
        controls=await paging(ask, more=len(ids) > PAGE) if ids else (),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(name="new", usage="new CATEGORY", summary="The newest papers of an arXiv category, like cs.CL."),
    run=run,
    options=("cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML"),
)
