"""What a command is, and what it has at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.chat.adapter import CanInvite, CommandHelp
from bot.chat.event import Answer, Person, Place
from bot.chat.form import Form
from bot.chat.message import Action, Button, Card, Control
from bot.delivery.planner import Planner
from bot.errors import AskError
from bot.papers.community import resolve_sources
from bot.papers.full_text import FullText
from bot.papers.ids import arxiv_id
from bot.papers.model import Paper, PaperId
from bot.search import Search
from bot.store.protocol import Store
from bot.store.records import Tally
from bot.summaries import SummaryService
from bot.views.card import brought_by, brought_why, card
from bot.votes.emoji import Emojis

PAGE = 5  # cards a page: what fits a chat without scrolling past the question
QUESTION_BYTES = 70  # of an action's hundred, beside its name and offset


@dataclass(frozen=True, kw_only=True)
class CommandContext:
    """What every command works with."""

    store: Store
    search: Search
    lines: SummaryService
    planner: Planner
    look_up: Callable[[PaperId], Awaitable[Paper | None]]  # for an arXiv id nobody has listed
    read: Callable[[Paper], Awaitable[FullText | None]]  # a whole paper; None: it can't be had now
    direct: Callable[[Person], Awaitable[Place]]  # where one person alone reads; raises `AskError` where nobody can
    sources: tuple[str, ...]  # names of the sources whose lists make `today`
    time_zone: str
    emojis: Emojis = Emojis()
    feed: Callable[[Place], str] | None = None  # the secret address of a channel's feed; None: there are no feeds
    invites: CanInvite | None = None  # who brings papers to a mail address, if anybody does


@dataclass(frozen=True, kw_only=True)
class Request:
    """Somebody's request: who, where, when, and how much of the answer was read already."""

    desk: CommandContext
    who: Person
    place: Place
    now: datetime
    cause: str  # id of the event, for effects that must happen once
    question: str  # the whole text, so that a button can ask it again
    offset: int = 0
    shared: bool = False  # the answer is for all: it must not show what is the asker's own

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources as the asker's community reads them: with its own list, and no other's."""
        return resolve_sources(self.desk.sources, self.who.tenant)


class Runs(Protocol):
    """What a command does with the text after its name."""

    def __call__(self, ask: Request, rest: str) -> Awaitable[Answer]: ...


class Fills(Protocol):
    """What a command does with a form that somebody sent: its values by field, and the action's arguments."""

    def __call__(self, ask: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Awaitable[Answer]: ...


class Asks(Protocol):
    """A form to be mended: with what was typed, for the same action."""

    def __call__(self, action: Action, values: Mapping[str, str]) -> Form: ...


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command: how it is offered, and what it does."""

    help: CommandHelp
    run: Runs
    options: tuple[str, ...] = ()  # words that may follow, for completion
    form: Fills | None = None  # what its typed options, sent as a form, come to
    again: Asks | None = None  # the form once more, for what could not be read

    @property
    def name(self) -> str:
        return self.help.name


async def cards(ask: Request, ids: Sequence[PaperId], why: dict[PaperId, str] | None = None) -> list[Card]:
    """Papers as cards, with their lines, the votes here and the asker's own."""
    store, tenant = ask.desk.store, ask.who.tenant
    papers = await store.papers.get_papers(ids)
    found = [papers[id] for id in ids if id in papers]
    lines = await ask.desk.lines.of(found, await language_here(ask))
    tallies = await store.votes.tallies_for(tenant, ids)
    mine = await my_votes(ask, ids)
    saved = await saved_among(ask, ids)
    brought = await store.submissions.for_papers(tenant, ids)
    return [
        card(
            paper,
            line=lines[paper.id].text if paper.id in lines else "",
            tally=tallies.get(paper.id, Tally()),
            mine=mine.get(paper.id, 0),
            saved=paper.id in saved,
            why=(why or {}).get(paper.id) or (brought_why(brought[paper.id]) if paper.id in brought else ""),
            by=brought_by(brought[paper.id]) if paper.id in brought else None,
        )
        for paper in found
    ]


async def language_here(ask: Request) -> str:
    """The language that the channel's oldest schedule asks for."""
    served = await ask.desk.store.subscriptions.in_place(ask.place.in_thread(""))
    return served[0].language if served else "en"


async def saved_among(ask: Request, ids: Collection[PaperId]) -> set[PaperId]:
    """Which of these the asker has saved; nobody else's business."""
    return set() if ask.shared else set(await ask.desk.store.people.saved_papers(ask.who.key)) & set(ids)


async def my_votes(ask: Request, ids: Collection[PaperId]) -> dict[PaperId, int]:
    """The asker's own ballots; nobody else's business."""
    return {} if ask.shared else await ask.desk.store.votes.ballots_of(ask.who.tenant, ask.who.key, ids)


async def paging(ask: Request, *, more: bool) -> list[Control]:
    """Buttons for the next page and for sharing, each asking the same question again."""
    question = await short(ask, ask.question)
    buttons: list[Control] = []
    if more:
        buttons.append(Button(label="Next page", action=Action("page", (str(ask.offset + PAGE), question))))
    buttons.append(Button(label="Share to channel", action=Action("share", (str(ask.offset), question))))
    return buttons


async def short(ask: Request, question: str) -> str:
    """A question as it fits a button: itself, or `#name` of where it is kept."""
    if len(question.encode()) <= QUESTION_BYTES and not set("|%#") & set(question):
        return question
    return "#" + await ask.desk.store.long_queries.store_query(question, ask.now)


def paper_id(text: str) -> PaperId:
    """The id that a text names: an arXiv id or address in any form, else the text itself."""
    known = arxiv_id(text)
    return known[0] if known else text.strip()


async def the_paper(ask: Request, text: str) -> Paper:
    """The paper that an id, an address or a whole title names; `AskError` when there is none."""
    wanted = text.strip()
    if not wanted:
        raise AskError("Which paper?", "Give an arXiv id or address: 2405.15738")
    known = arxiv_id(wanted)
    id = paper_id(wanted)
    if paper := (await ask.desk.store.papers.get_papers([id])).get(id):
        return paper
    if known and (fetched := await ask.desk.look_up(id)):
        return fetched
    found = await ask.desk.search.find_papers(wanted, limit=1) if not known else None
    if found and found.hits:
        first = found.hits[0].id
        return (await ask.desk.store.papers.get_papers([first]))[first]
    raise AskError(
        f"I don't know the paper {wanted[:80]!r} yet.",
        "It is on no list I read, and arXiv did not answer in time or has none of that id. Search with /papers WORDS.",
    )
