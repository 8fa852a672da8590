"""`/papers QUERY`: search."""

from dataclasses import replace

from bot.chat.event import Answer
from bot.chat.message import Message, clean
from bot.commands.context import CARDS_PER_PAGE, Effect, Request, as_command, cards, exact_paper, paging, unknown_paper
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.ids import arxiv_id
from bot.views.results import results


@as_command(
    "QUERY",
    mark("Search papers. Filters: after:, before:, cat:, author:, lab:, source:, -WORD, sort:new."),
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
    why = {hit.id: "; ".join(hit.why) for hit in found.hits}
    shown = clean(found.corrected or query, 100)
    message = results(
        tr("Papers on “{query}”, page {page}", query=shown, page=request.offset // CARDS_PER_PAGE + 1)
        if request.offset
        else tr("Papers on “{query}”", query=shown),
        await cards(request, [hit.id for hit in found.hits], why),
        note=_note(found.corrected, query, found.notice),
        empty=tr("Nothing found. Try fewer or other words. To see the filters: /papers help find"),
        controls=await paging(request, more=found.more) if found.hits else (),
    )
    return Answer(message=message)


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


def _note(instead: str, query: str, notice: str) -> str:
    corrected = tr("No exact match for “{query}”.", query=clean(query, 60)) if instead else ""
    return " ".join(filter(None, (corrected, notice)))
