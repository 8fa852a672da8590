"""`/papers show ID`."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Block, Controls, Footnote, Heading, Message, text
from bot.commands.context import Command, Request, language_here, my_votes, paging, saved_among, the_paper
from bot.store.records import Summary, Tally
from bot.views.card import brought_by, brought_why, card, title
from bot.views.formatting import listing, source_name

PROVENANCE = {
    "human": "written for the shelf that comes with Paperboy",
    "claude": "written by Claude",
    "source": "taken from the source",
    "extract": "extracted from the abstract",
}


async def run(ask: Request, rest: str) -> Answer:
    """One paper with its abstract, and where its line comes from."""
    paper = await the_paper(ask, rest)
    store = ask.desk.store
    language = await language_here(ask)
    line = (await ask.desk.lines.of([paper], language)).get(paper.id)
    tallies = await store.votes.tallies_for(ask.who.tenant, [paper.id])
    mine = await my_votes(ask, [paper.id])
    submission = (await store.submissions.for_papers(ask.who.tenant, [paper.id])).get(paper.id)
    shown = card(
        paper,
        line=line.text if line else "",
        tally=tallies.get(paper.id, Tally()),
        mine=mine.get(paper.id, 0),
        saved=paper.id in await saved_among(ask, [paper.id]),
        by=brought_by(submission) if submission else None,
        why=brought_why(submission) if submission else "",
        body=True,
    )
    known = await store.summaries.for_papers([paper.id], language)
    foot = " ".join(filter(None, (_line_note(line), *map(_refused, known.get(paper.id, [])))))
    brought = f"From {listing([source_name(s) for s in sorted(paper.sources)])}." if paper.sources else ""
    blocks: tuple[Block, ...] = (
        Heading("Paper"),
        shown,
        Footnote(text(" ".join(filter(None, (brought, ", ".join(paper.categories), foot))) or paper.id)),
        Controls(tuple(await paging(ask, more=False))),
    )
    return Answer(message=Message(plain=title(paper), blocks=blocks))


def _line_note(line: Summary | None) -> str:
    if line is None:
        return "No one-line summary: there is no abstract to take it from."
    by = PROVENANCE[line.provenance] + (f" ({line.model})" if line.model else "")
    return f"The line was {by}." if line.provenance == "human" else f"The line was {by} and passed the check."


def _refused(line: Summary) -> str:
    if not line.failures:
        return ""
    return f"A line {PROVENANCE[line.provenance]} was refused: {listing(line.failures)}."


COMMAND = Command(
    help=CommandHelp(name="show", usage="show ID", summary="One paper with its abstract and its line's origin."),
    run=run,
)
