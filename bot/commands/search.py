"""`/papers QUERY`: search."""

from dataclasses import replace

from bot.chat.event import Answer
from bot.chat.message import Message, clean
from bot.commands.context import Effect, Request, as_command, exact_paper, unknown_paper
from bot.commands.paper_lists import CARDS_PER_PAGE, cards, list_results
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.ids import arxiv_id


@as_command(
    "QUERY",
    mark("Search papers by words, meaning and filters: -survey, has:code, stars:100, max:2/topic."),
    Effect.READS,
    name="find",
)
async def find(request: Request, rest: str) -> Answer:
    """Papers that match by words or by meaning; for an arXiv id or address, that paper."""
    query = clean(rest)
    if not query:
        raise AskError(tr("What are you looking for?"), tr("For example: /papers hypernetworks"))
    found = await request.context.search.find_papers(query, limit=CARDS_PER_PAGE, offset=request.offset)
    if not found.hits and (id := arxiv_id(query)):
        if await request.look_up(id[0]) is None:
            raise unknown_paper(clean(query, 80))
        found = await request.context.search.find_papers(query, limit=CARDS_PER_PAGE)
    shown = clean(found.corrected or query, 100)
    heading = tr("Papers on “{query}”", query=shown)
    if request.offset:
        heading = tr("Papers on “{query}”, page {page}", query=shown, page=request.offset // CARDS_PER_PAGE + 1)
    corrected = tr("No exact match for “{query}”.", query=clean(query, 60)) if found.corrected else ""
    lead = " ".join(filter(None, (corrected, found.notice)))
    empty = tr("Nothing found. Try fewer or other words. To see the filters: /papers help find")
    return await list_results(request, heading, found, lead=lead, empty=empty)


async def link_card(request: Request) -> Answer | None:
    """The card of the paper that a posted link leads to; None for any other link."""
    id = arxiv_id(request.question)
    try:
        paper = await exact_paper(request, id[0]) if id else None
    except AskError:
        paper = None
    if paper is None:
        return None
    found = await cards(replace(request, shared=True), [paper.id])
    return Answer(message=Message(plain=found[0].title, blocks=tuple(found)), private=False)
