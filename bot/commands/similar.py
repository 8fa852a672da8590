"""`/papers similar ID [ID …]`, or a paragraph instead: an abstract, an idea."""

from collections.abc import Sequence

from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.commands.paper_lists import CARDS_PER_PAGE, list_results
from bot.languages import mark, tr
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper

MIN_PARAGRAPH_WORDS = 15  # a shorter text that names no paper is taken for part of a title
MAX_PARAGRAPH_CHARS = 4_000  # the rest of a paragraph is ignored
MAX_PAPERS = 10


@as_command("similar ID [ID …]", mark("Find papers similar to one, to several, or to a paragraph."), Effect.READS)
async def similar(request: Request, rest: str) -> Answer:
    """Papers close in meaning to one paper, to what several have in common, or to a text."""
    text = clean(rest, MAX_PARAGRAPH_CHARS)
    papers = await _named(request, text)
    search, ids = request.context.search, [paper.id for paper in papers]
    found = await (
        search.similar_to_papers(ids, limit=CARDS_PER_PAGE, offset=request.offset)
        if ids
        else search.similar_to_text(text, limit=CARDS_PER_PAGE, offset=request.offset)
    )
    empty = tr("No similar papers yet.")
    return await list_results(request, _heading(text, papers), found, lead=found.notice, empty=empty)


async def _named(request: Request, text: str) -> list[Paper]:
    """The papers that a text names: several ids, or one id, address or title; none for a paragraph."""
    words = text.replace(",", " ").split()
    if len(words) > 1 and all(map(arxiv_id, words)):
        return [await the_paper(request, word) for word in dict.fromkeys(words[:MAX_PAPERS])]
    if len(words) < MIN_PARAGRAPH_WORDS:
        return [await the_paper(request, text)]
    first = await request.context.search.find_papers(text, limit=1)
    known = await request.store.papers.get_papers([hit.id for hit in first.hits])
    return [paper for paper in known.values() if paper.title.casefold() == text.casefold()]


def _heading(text: str, papers: Sequence[Paper]) -> str:
    if len(papers) > 1:
        return tr("Similar to all of these {count} papers", count=len(papers))
    return tr("Similar to “{title}”", title=clean(papers[0].title if papers else text, 100))
