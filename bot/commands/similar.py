"""`/papers similar ID`."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.command import PAGE, Ask, Command, cards, paging, the_paper
from bot.views.results import results


async def run(ask: Ask, rest: str) -> Answer:
    """Papers near in meaning to one paper."""
    paper = await the_paper(ask, rest)
    found = await ask.desk.search.similar([paper.id], limit=PAGE, offset=ask.offset)
    message = results(
        f"Similar to “{clean(paper.title, 100)}”",
        await cards(ask, [hit.id for hit in found.hits], {hit.id: "; ".join(hit.why) for hit in found.hits}),
        note=found.notice,
        empty="Nothing similar is known yet.",
        controls=await paging(ask, more=found.more) if found.hits else (),
    )
    return Answer(message=message)


COMMAND = Command(
    help=CommandHelp(name="similar", usage="similar ID", summary="Papers near in meaning to one paper."),
    run=run,
)
