"""`/papers similar ID [ID …]`, or a paragraph instead: an abstract, an idea."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import clean
from bot.commands.context import PAGE, Command, Request, cards, paging, the_paper
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.search import Results
from bot.views.results import results

PARAGRAPH = 15  # words from which a text that names no paper is an idea, and not a title half remembered
MOST_CHARS = 4_000  # of a paragraph that are read
MOST_PAPERS = 10


async def run(ask: Request, rest: str) -> Answer:
    """Papers near in meaning to one, to what several have in common, or to a text."""
    text = clean(rest, MOST_CHARS)
    papers = await _named(ask, text)
    found = await _near(ask, text, papers)
    message = results(
        _heading(text, papers),
        await cards(ask, [hit.id for hit in found.hits], {hit.id: "; ".join(hit.why) for hit in found.hits}),
        note=found.notice,
        empty="Nothing similar is known yet.",
        controls=await paging(ask, more=found.more) if found.hits else (),
    )
    return Answer(message=message)


async def _near(ask: Request, text: str, papers: Sequence[Paper]) -> Results:
    search = ask.desk.search
    if papers:
        return await search.similar_to_papers([paper.id for paper in papers], limit=PAGE, offset=ask.offset)
    return await search.similar_to_text(text, limit=PAGE, offset=ask.offset)


async def _named(ask: Request, text: str) -> list[Paper]:
    """The papers that a text names: several ids, or one paper in any way; none when it is a paragraph."""
    words = text.replace(",", " ").split()
    if len(words) > 1 and all(map(arxiv_id, words)):
        return [await the_paper(ask, word) for word in dict.fromkeys(words[:MOST_PAPERS])]
    if len(words) < PARAGRAPH:
        return [await the_paper(ask, text)]
    first = await ask.desk.search.find_papers(text, limit=1)
    known = await ask.desk.store.papers.get_papers([hit.id for hit in first.hits])
    return [paper for paper in known.values() if paper.title.casefold() == text.casefold()]


def _heading(text: str, papers: Sequence[Paper]) -> str:
    if len(papers) > 1:
        return f"Similar to all of these {len(papers)} papers"
    return f"Similar to “{clean(papers[0].title if papers else text, 100)}”"


COMMAND = Command(
    help=CommandHelp(
        name="similar",
        usage="similar ID [ID …]",
        summary="Papers near in meaning to one, to several, or to a paragraph.",
    ),
    run=run,
)
