"""`/papers save ID`, `/papers saved`."""

from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.commands.paper_lists import CARDS_PER_PAGE, list_papers
from bot.languages import mark, tr
from bot.views.results import note


@as_command("save ID", mark("Save a paper, or remove it from your saved papers."), Effect.CHANGES)
async def save(request: Request, rest: str) -> Answer:
    """Save a paper; remove it when it is saved already."""
    paper = await the_paper(request, rest)
    people, title = request.store.people, clean(paper.title, 120)
    if await people.save_paper(request.who.key, paper.id, request.now, cause=request.cause):
        return Answer(message=note(tr("Saved “{title}”. To see all: /papers saved", title=title)), brief=True)
    await people.unsave_paper(request.who.key, paper.id)
    return Answer(message=note(tr("Removed “{title}” from your saved papers.", title=title)), brief=True)


@as_command("saved", mark("List your saved papers."), Effect.READS_OWN)
async def saved(request: Request, rest: str) -> Answer:
    """The asker's saved papers, newest first."""
    ids = await request.store.people.saved_papers(request.who.key, limit=request.offset + CARDS_PER_PAGE + 1)
    empty = tr("You haven't saved any papers yet. Press Save on a paper to add it.")
    return await list_papers(request, tr("Your saved papers"), ids, empty=empty, share=False)
