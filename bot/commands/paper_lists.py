"""Answers that list papers: as cards with the asker's votes, page by page."""

from collections.abc import Mapping, Sequence

from bot.chat.event import Answer
from bot.chat.message import Action, Button, Card, Control
from bot.commands.context import Request, button_text, channel_language
from bot.languages import tr
from bot.papers.model import PaperId, Tally
from bot.search import Results, words_in
from bot.views.card import card, own_authors
from bot.views.results import results

CARDS_PER_PAGE = 5  # what fits a chat window without scrolling past the question


async def list_papers(
    request: Request,
    heading: str,
    ids: Sequence[PaperId],
    why: Mapping[PaperId, str] | None = None,
    *,
    note: str = "",
    empty: str = "",
    share: bool = True,
) -> Answer:
    """The page of these papers that is requested; `why` each is shown, and a text for when there are none."""
    more = len(ids) > request.offset + CARDS_PER_PAGE
    page = ids[request.offset : request.offset + CARDS_PER_PAGE]
    controls = await paging(request, more=more, share=share) if ids else ()
    shown = await cards(request, page, why)
    return Answer(message=results(heading, shown, note=note, empty=empty, controls=controls))


async def list_results(request: Request, heading: str, found: Results, *, lead: str = "", empty: str) -> Answer:
    """A page of search results."""
    why = {hit.id: "; ".join(hit.why) for hit in found.hits}
    shown = await cards(request, list(why), why, found.words)
    controls = await paging(request, more=found.more) if found.hits else ()
    return Answer(message=results(heading, shown, lead=lead, empty=empty, controls=controls))


async def cards(
    request: Request,
    ids: Sequence[PaperId],
    why: Mapping[PaperId, str] | None = None,
    words: Sequence[str] = (),
    *,
    body: bool = False,
) -> list[Card]:
    """Papers as cards with summaries, votes here and, unless shared, the asker's own; `words` they are found by.

    `body` shows their abstracts.
    """
    store, tenant = request.store, request.who.tenant
    papers = await store.papers.get_papers(ids)
    found = [papers[id] for id in ids if id in papers]
    if len(found) == 1:
        request.note_paper(found[0].id)
    summaries = await request.context.summaries.of(found, await channel_language(request))
    tallies = await store.votes.tallies_for(tenant, ids)
    mine = {} if request.shared else await store.votes.ballots_of(tenant, request.who.key, ids)
    saved = set() if request.shared else set(await store.people.saved_papers(request.who.key))
    lines = {id: summary.text for id, summary in summaries.items()}
    ours = own_authors(await store.our_people.authors_in(tenant), found)
    submissions = await store.submissions.for_papers(tenant, ids)
    return [
        card(
            paper,
            summary=lines.get(paper.id, ""),
            tally=tallies.get(paper.id, Tally()),
            mine=mine.get(paper.id, 0),
            saved=paper.id in saved,
            why=(why or {}).get(paper.id, ""),
            matched=words_in(words, f"{paper.title} {lines.get(paper.id, '')}"),
            ties=ours.get(paper.id, ()),
            submission=submissions.get(paper.id),
            body=body,
        )
        for paper in found
    ]


async def paging(request: Request, *, more: bool, share: bool = True) -> list[Control]:
    """Buttons for the next page and for sharing, each running the same query again; a shared answer doesn't change."""
    question = await button_text(request, request.question)
    buttons: list[Control] = []
    if more:
        buttons.append(
            Button(label=tr("Next page"), action=Action("page", (str(request.offset + CARDS_PER_PAGE), question)))
        )
    if share and not request.shared:
        buttons.append(Button(label=tr("Share to channel"), action=Action("share", (str(request.offset), question))))
    return buttons
