"""`/papers QUERY`: search."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.chat.message import Message, clean
from bot.commands.context import PAGE, Command, Request, cards, paging
from bot.errors import AskError
from bot.papers.ids import arxiv_id
from bot.views.results import results


async def run(ask: Request, rest: str) -> Answer:
    """Papers that match, by word and by meaning; an arXiv id or address goes straight to its paper."""
    query = clean(rest)
    if not query:
        raise AskError("What are you looking for?", "For instance: /papers hypernetworks")
    found = await ask.desk.search.find_papers(query, limit=PAGE, offset=ask.offset)
    if not found.hits and (known := arxiv_id(query)) and await ask.desk.look_up(known[0]):
        found = await ask.desk.search.find_papers(query, limit=PAGE)
    why = {hit.id: "; ".join(hit.why) for hit in found.hits}
    shown = clean(found.corrected or query, 100)
    message = results(
        f"Papers on “{shown}”" + (f", page {ask.offset // PAGE + 1}" if ask.offset else ""),
        await cards(ask, [hit.id for hit in found.hits], why),
        note=_note(found.corrected, query, found.notice),
        empty="Nothing found. Try other words, or fewer; /papers help find shows the filters.",
        controls=await paging(ask, more=found.more) if found.hits else (),
    )
    return Answer(message=message)


async def shared(ask: Request) -> Answer | None:
    """The card of a paper whose address somebody shared; None for any other address."""
    known = arxiv_id(ask.question)
    if known is None or not (await ask.desk.store.papers.get_papers([known[0]]) or await ask.desk.look_up(known[0])):
        return None
    found = await cards(replace(ask, shared=True), [known[0]])
    return Answer(message=Message(plain=found[0].title, blocks=tuple(found)), private=False)


def _note(instead: str, query: str, notice: str) -> str:
    corrected = f"Nothing matches “{clean(query, 60)}” to the letter." if instead else ""
    return " ".join(filter(None, (corrected, notice)))


COMMAND = Command(
    help=CommandHelp(
        name="find",
        usage="QUERY",
        summary="Search titles, abstracts and authors; after:, before:, cat:, author:, lab: and source: narrow it.",
    ),
    run=run,
)
