"""`/papers show ID`."""

from bot.chat.event import Answer
from bot.chat.message import Block, Controls, Footnote, Heading, Message, text
from bot.commands.context import Effect, Request, as_command, channel_language, the_paper
from bot.commands.paper_lists import cards, paging
from bot.languages import mark, tr
from bot.papers.model import Paper
from bot.store.records import Summary
from bot.views.card import title
from bot.views.formatting import listing, source_name

PROVENANCE = {
    "human": mark("Summary written for the bundled samples."),
    "claude": mark("Summary written by {model} and checked against the abstract."),
    "source": mark("Summary taken from the source and checked against the abstract."),
    "extract": mark("Summary extracted from the abstract and checked against it."),
}


@as_command("show ID", mark("Show a paper with its abstract, and where its summary comes from."), Effect.READS)
async def show(request: Request, rest: str) -> Answer:
    """One paper with its abstract, and where its summary comes from."""
    paper = await the_paper(request, rest)
    language = await channel_language(request)
    summary = (await request.context.summaries.of([paper], language)).get(paper.id)
    stored = (await request.store.summaries.for_papers([paper.id], language)).get(paper.id, [])
    notes = (_sources(paper), ", ".join(paper.categories), _provenance(summary), *map(_rejected, stored))
    blocks: tuple[Block, ...] = (
        Heading(tr("Paper")),
        *await cards(request, [paper.id], body=True),
        Footnote(text(" ".join(filter(None, notes)))),
        Controls(tuple(await paging(request, more=False))),
    )
    return Answer(message=Message(plain=title(paper), blocks=blocks))


def _sources(paper: Paper) -> str:
    if not paper.sources:
        return ""
    return tr("From {sources}.", sources=listing([source_name(s) for s in sorted(paper.sources)]))


def _provenance(summary: Summary | None) -> str:
    if summary is None:
        return tr("No summary, because there is no abstract.")
    model = f"Claude ({summary.model})" if summary.model else "Claude"
    return tr(PROVENANCE[summary.provenance], model=model)


def _rejected(summary: Summary) -> str:
    if not summary.failures:
        return ""
    return tr("Another summary was rejected: {reasons}.", reasons=listing(summary.failures))
