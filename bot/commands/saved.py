"""`/papers save ID`, `/papers saved`."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import PAGE, Command, Request, cards, paging, the_paper
from bot.views.results import note, results


async def save(ask: Request, rest: str) -> Answer:
    """Keep a paper, or let it go when it is kept already."""
    paper = await the_paper(ask, rest)
    people, title = ask.desk.store.people, clean(paper.title, 120)
    if await people.save_paper(ask.who.key, paper.id, ask.now, cause=ask.cause):
        return Answer(message=note(f"Saved “{title}”. /papers saved lists what you keep."), brief=True)
    await people.unsave_paper(ask.who.key, paper.id)
    return Answer(message=note(f"“{title}” is no longer among your saved papers."), brief=True)


async def saved(ask: Request, rest: str) -> Answer:
    """What I kept, newest first."""
    ids = await ask.desk.store.people.saved_papers(ask.who.key, limit=PAGE + 1, offset=ask.offset)
    message = results(
        "Your saved papers",
        await cards(ask, ids[:PAGE]),
        empty="You have saved nothing yet: press Save on any paper.",
        controls=await paging(ask, more=len(ids) > PAGE) if ids else (),
    )
    return Answer(message=message)


SAVE = Command(help=CommandHelp(name="save", usage="save ID", summary="Keep a paper, or let it go again."), run=save)
SAVED = Command(help=CommandHelp(name="saved", usage="saved", summary="The papers you keep."), run=saved)
