"""Saved papers, lists, notes and what was read: `/papers save ID [to LIST]`, `saved`, `list`, `note`, `read`."""

import re

from msgspec import Struct
from msgspec.structs import replace

from bot.catalog.reading_lists import MAX_LIST_PAPERS, papers_of
from bot.chat.event import Answer
from bot.chat.message import LinkButton, clean, text
from bot.commands.context import Effect, Request, as_command, the_paper
from bot.commands.paper_lists import list_papers
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper
from bot.store.records import PaperNote
from bot.views.formatting import papers
from bot.views.results import note, sheet, with_controls

MAX_LISTS = 50  # of a person or a channel
MAX_LIST_NAME_CHARS = 50
MAX_NOTE_CHARS = 200
CHANNEL = "channel:"  # before the name of a list that belongs to the channel
STATES = {"read": True, "to-read": False}
_TO_LIST = re.compile(r"(?P<paper>\S+)\s+to\s+(?P<list>.+)", re.IGNORECASE)


class ReadingList(Struct, frozen=True):
    """A list as someone named it."""

    owner: str  # `Person.key` or `Place.list_owner`
    name: str  # empty: the saved papers
    papers: int = 0
    is_shared: bool = False

    def __str__(self) -> str:
        return CHANNEL * self.is_shared + self.name


async def find_list(request: Request, typed: str) -> ReadingList:
    """The list that a text names; one without papers doesn't exist. Raises `AskError` for a list of another tenant."""
    typed, who, is_shared = clean(typed), request.who, typed.startswith(CHANNEL)
    name = typed.removeprefix(CHANNEL).strip(" \"'“”")
    if is_shared and (who.guest or who.tenant != request.place.tenant):
        raise _unknown(typed)
    owner = request.place.list_owner if is_shared else who.key
    known = {known.casefold(): (known, count) for known, count in (await request.store.people.lists_of(owner)).items()}
    return ReadingList(owner, *known.get(name.casefold(), (name, 0)), is_shared)


@as_command("save ID [to LIST]", mark("Save a paper, or remove it from your saved papers."), Effect.CHANGES)
async def save(request: Request, rest: str) -> Answer:
    """Save a paper, perhaps to a list; remove it when it is there already."""
    named = _TO_LIST.fullmatch(rest.strip())
    if named and (arxiv_id(named["paper"]) or ":" in named["paper"]):
        paper = await the_paper(request, named["paper"])
        return await _save_to_list(request, paper, await find_list(request, named["list"]))
    paper = await the_paper(request, rest)
    people, title = request.store.people, clean(paper.title, 120)
    if await people.save_paper(request.who.key, paper.id, request.now, cause=request.cause):
        return Answer(message=note(tr("Saved “{title}”. To see all: /papers saved", title=title)), brief=True)
    await people.unsave_paper(request.who.key, paper.id)
    return Answer(message=note(tr("Removed “{title}” from your saved papers.", title=title)), brief=True)


async def _save_to_list(request: Request, paper: Paper, to: ReadingList) -> Answer:
    people, who, title = request.store.people, request.who, clean(paper.title, 120)
    if paper.id in await people.papers_on_list(to.owner, to.name, limit=MAX_LIST_PAPERS):
        added_by = who.key if to.is_shared and not who.admin else ""
        if not await people.remove_from_list(to.owner, to.name, paper.id, added_by=added_by, cause=request.cause):
            raise AskError(
                tr("“{title}” is already on “{list}”.", title=title, list=str(to)),
                tr("Only an admin and the person who added it can remove it."),
            )
        return Answer(message=note(tr("Removed “{title}” from “{list}”.", title=title, list=str(to))), brief=True)
    await _check_room(request, to)
    await people.add_to_list(to.owner, to.name, paper.id, who.key, request.now, cause=request.cause)
    done = tr("Saved “{title}” to “{list}”. To see it: /papers list {list}", title=title, list=str(to))
    return Answer(message=note(done), brief=True)


async def _check_room(request: Request, to: ReadingList) -> None:
    """Raises `AskError` where the list can't take another paper. A channel's list is started by an admin; then everyone
    in the channel can add to it."""
    if not 0 < len(to.name) <= MAX_LIST_NAME_CHARS:
        raise AskError(tr("The name of a list has 1 to {limit} characters.", limit=MAX_LIST_NAME_CHARS))
    if to.is_shared and not (to.papers or request.who.admin):
        hint = tr("To use a list of your own, leave out “channel:”.")
        raise AskError(tr("Only an admin can start a list of this channel."), hint)
    if to.papers >= MAX_LIST_PAPERS or (
        not to.papers and len(await request.store.people.lists_of(to.owner)) >= MAX_LISTS
    ):
        raise AskError(
            tr("The limit is {lists} lists with {papers} papers each.", lists=MAX_LISTS, papers=MAX_LIST_PAPERS),
            tr("To remove a paper from a list, save it to that list again."),
        )


@as_command("saved [to-read|read]", mark("List your saved papers."), Effect.READS_OWN, options=tuple(STATES))
async def saved(request: Request, rest: str) -> Answer:
    """The asker's saved papers, newest first."""
    return await _show(request, tr("Your saved papers"), ReadingList(request.who.key, ""), rest.strip())


@as_command("list [LIST] [to-read|read]", mark("Show a list of papers, or all lists."), Effect.READS_OWN)
async def show_list(request: Request, rest: str) -> Answer:
    """The papers of a list; without a name, the lists of the asker and of this channel."""
    name, _, state = rest.strip().rpartition(" ")
    typed, state = (name, state) if name and state in STATES else (rest.strip(), "")
    if not typed:
        return await _overview(request)
    if (shown := await find_list(request, typed)).papers:
        return await _show(request, str(shown), shown, state)
    raise _unknown(typed)


async def _overview(request: Request) -> Answer:
    people, is_member = request.store.people, request.who.tenant == request.place.tenant and not request.who.guest
    owners = [("", request.who.key), *([(CHANNEL, request.place.list_owner)] if is_member else [])]
    lists = {lead + name: count for lead, owner in owners for name, count in (await people.lists_of(owner)).items()}
    hint = tr("To save a paper to a list, for example: /papers save 2405.15738 to reading group")
    lines = [text(f"{name}: {papers(count)}") for name, count in lists.items()]
    return Answer(message=sheet(tr("Lists"), lines or [text(tr("There are no lists yet."))], foot=hint))


async def _show(request: Request, heading: str, shown: ReadingList, state: str) -> Answer:
    """A list with its private addresses. Those of a channel's list are for admins: anyone who has them can read it."""
    ids = await papers_of(request.store, shown.owner, shown.name, request.now)
    notes = await request.store.people.notes_of(request.who.key, ids)
    if state in STATES:
        ids = [id for id in ids if notes.get(id, PaperNote()).is_read == STATES[state]]
    empty = (
        tr("You haven't saved any papers yet. Press Save on a paper to add it.") if not (shown.name or state) else ""
    )
    why = {id: _noted(noted) for id, noted in notes.items()}
    answer = await list_papers(request, heading, ids, why, empty=empty, share=False)
    base = request.context.list_url(shown.owner, shown.name) if request.who.admin or not shown.is_shared else ""
    if not (base and ids):
        return answer
    files = ((tr("Feed"), "feed.atom"), ("BibTeX", "cite.bib"), ("Markdown", "papers.zip"))
    links = [LinkButton(label=label, url=f"{base}/{file}") for label, file in files]
    return replace(answer, message=with_controls(answer.message, *links))


def _noted(noted: PaperNote) -> str:
    words = tr("Your note: {note}", note=noted.text) if noted.text else ""
    return " · ".join(filter(None, (tr("Read") if noted.is_read else "", words)))


@as_command("note ID TEXT", mark("Write one line about a paper, for yourself."), Effect.CHANGES, name="note")
async def write_note(request: Request, rest: str) -> Answer:
    """Write one line about a paper, for oneself; without text, delete it."""
    name, _, words = rest.strip().partition(" ")
    paper, words = await the_paper(request, name), clean(words)
    if len(words) > MAX_NOTE_CHARS:
        raise AskError(tr("A note has at most {limit} characters.", limit=MAX_NOTE_CHARS))
    await request.store.people.note_paper(request.who.key, paper.id, text=words, cause=request.cause)
    title = clean(paper.title, 120)
    done = tr("Noted about “{title}”. Only you see it.", title=title) if words else tr("Your note is deleted.")
    return Answer(message=note(done), brief=True)


@as_command("read ID", mark("Mark a paper as read, or as to read again."), Effect.CHANGES)
async def read(request: Request, rest: str) -> Answer:
    """Mark a paper as read, or as to read again."""
    paper, people = await the_paper(request, rest), request.store.people
    is_read = not (await people.notes_of(request.who.key, [paper.id])).get(paper.id, PaperNote()).is_read
    await people.note_paper(request.who.key, paper.id, is_read=is_read, cause=request.cause)
    title = clean(paper.title, 120)
    done = tr("“{title}” is read.", title=title) if is_read else tr("“{title}” is to read again.", title=title)
    return Answer(message=note(done), brief=True)


def _unknown(typed: str) -> AskError:
    name = clean(typed, MAX_LIST_NAME_CHARS)
    return AskError(tr("There is no list “{list}”.", list=name), tr("To see all lists: /papers list"))
