"""`/papers cite ID|saved|LIST|leaderboard [bibtex|ris|csl]`."""

from bot.catalog.reading_lists import SPANS, papers_of
from bot.chat.event import Answer
from bot.chat.message import LinkButton, Span
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.commands.reading_lists import find_list
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.citations import FORMATS, cite
from bot.views.results import note

MAX_CHAT_CHARS = 2_400  # of citations in a message: they must stay in one piece
ENDINGS = {"bibtex": "bib", "ris": "ris", "csl": "json"}


@as_command(
    "cite ID|saved|LIST|leaderboard [bibtex|ris|csl]", mark("Cite papers as BibTeX, RIS or CSL-JSON."), Effect.READS_OWN
)
async def cite_papers(request: Request, rest: str) -> Answer:
    """Citations as text where they fit into a message, and as a file where the site can be reached."""
    target, _, format = rest.strip().rpartition(" ")
    ending = ENDINGS.get(format.casefold(), "") if target else ""
    owner, name = await _named(request, target if ending else rest.strip())
    ids = await papers_of(request.store, owner, name, request.now)
    known = await request.store.papers.get_papers(ids)
    if not known:
        raise AskError(tr("There is nothing to cite."), tr("For example: /papers cite 2405.15738"))
    ending = ending or "bib"
    text = cite([known[id] for id in ids if id in known], ending).replace("\r", "").strip()
    is_private = owner.endswith("#") and not request.who.admin
    base = "" if is_private else request.context.list_url(owner, name)
    controls = [LinkButton(label=FORMATS[ending][0], url=f"{base}/cite.{ending}")] if base else []
    if len(text) <= MAX_CHAT_CHARS:
        return Answer(message=note("", Span(text, code=True), controls=controls))
    if not controls:
        raise AskError(tr("These citations are too long for a message."), tr("Cite fewer papers at once."))
    return Answer(message=note(tr("These citations are too long for a message. Open the file:"), controls=controls))


async def _named(request: Request, name: str) -> tuple[str, str]:
    """Whose list a text names and how it is called, as `papers_of` takes them."""
    words = name.casefold().split()
    if words == ["saved"]:
        return request.who.key, ""
    if words[:1] == ["leaderboard"] and (words[1:] or ["week"])[0] in SPANS:
        return request.who.tenant, (words[1:] or ["week"])[0]
    if name and (found := await find_list(request, name)).papers:
        return found.owner, found.name
    return request.who.tenant, (await the_paper(request, name)).id
