"""Commands: their definition, the request they answer, and the services they use."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from bot.catalog.zotero import Zotero
from bot.chat.adapter import CanInvite, CanPing, CommandHelp
from bot.chat.event import Answer, Person, Place
from bot.chat.form import Field, Form
from bot.chat.message import Action
from bot.commands.lookups import Lookups
from bot.delivery.planner import Planner
from bot.errors import AskError
from bot.languages import mark, tr
from bot.papers.community import resolve_sources
from bot.papers.full_text import FullText
from bot.papers.ids import arxiv_id, paper_id
from bot.papers.model import Paper, PaperId
from bot.recent import RecentDict
from bot.search import Mode, Search
from bot.store.sql import Store
from bot.summaries import SummaryService
from bot.votes.emoji import VoteEmojis

SEARCH_HINT = mark("To search by words, type /papers WORDS.")
MAX_REMEMBERED_THREADS = 5_000
MAX_BUTTON_QUESTION_BYTES = 60  # of an action's hundred, beside its name, offset or signature


@dataclass(frozen=True, kw_only=True)
class CommandContext:
    """The services that every command uses: store, search, sources, summaries, clock."""

    store: Store
    search: Search
    summaries: SummaryService
    planner: Planner
    lookups: Lookups  # asks arXiv for papers that aren't in the store
    read: Callable[[Paper], Awaitable[FullText | None]]  # a paper's full text; None: not available now
    direct: Callable[[Person], Awaitable[Place]]  # the person's direct messages; raises `AskError` if there are none
    check_access: Callable[[Place], Awaitable[None]]  # raises `AskError` where nothing can be posted
    sources: tuple[str, ...]  # names of the sources whose lists make `today`
    time_zone: str
    more_sources: tuple[str, ...] = ()  # those that a schedule may name, and that `today` leaves out
    emojis: VoteEmojis = VoteEmojis()
    list_url: Callable[[str, str], str] = lambda owner, name: ""  # secret address of a list; empty: it has none
    zotero: Zotero = field(default_factory=Zotero)
    feed: Callable[[Place], str] | None = None  # the secret address of a channel's feed; None: no feeds are served
    pingers: Mapping[str, CanPing] = field(default_factory=dict)  # the platforms whose roles a post can notify, by name
    threads: RecentDict[Place, PaperId] = field(default_factory=lambda: RecentDict(MAX_REMEMBERED_THREADS))
    """The paper last shown or asked about in each thread. In memory: after a restart, a question needs an id again."""
    invites: CanInvite | None = None  # what sends papers to an e-mail address; None: nothing does


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of a person: who, where, when, the text, and which page of the answer."""

    context: CommandContext
    who: Person
    place: Place
    now: datetime
    cause: str  # id of the event, for effects that must happen once
    question: str  # the whole text, so that a button can ask it again
    offset: int = 0
    shared: bool = False  # the answer is public: it must not show what belongs to the asker alone
    confirmed: bool = False  # the asker has seen the warning or preview and pressed its button

    @property
    def store(self) -> Store:
        return self.context.store

    def note_paper(self, id: PaperId) -> None:
        """Remember what the thread is about, so that the next question in it needs no id."""
        if self.place.thread:
            self.context.threads[self.place] = id

    async def look_up(self, id: PaperId) -> Paper | None:
        """A paper that isn't in the store, from arXiv. Raises `AskError` at the limits of `Lookups`."""
        return await self.context.lookups.fetch_paper(id, self.who)

    @property
    def time_zone(self) -> str:
        """The zone for a time that names none: the asker's own, else the one in the settings."""
        return self.who.time_zone or self.context.time_zone

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources as the asker's tenant reads them: with its own submissions, and no other tenant's."""
        return resolve_sources(self.context.sources, self.who.tenant)


class Effect(Enum):
    """How a command uses stored data; decides whether its answers can be shared and who may press its buttons."""

    READS = "reads"  # the same for everyone: can be shared, and run by anyone's button
    READS_OWN = "reads own"  # what belongs to the asker: can't be shared
    CHANGES = "changes"  # runs when typed, or by a button made for the presser


CommandHandler: TypeAlias = Callable[[Request, str], Awaitable[Answer]]
"""Runs a command with the text after its name. Raises `AskError`."""

FormHandler: TypeAlias = Callable[[Request, Mapping[str, str], tuple[str, ...]], Awaitable[Answer]]
"""Handles a submitted form: its values by field name, and the arguments of its action. Raises `AskError`."""

FormBuilder: TypeAlias = Callable[[Action, Mapping[str, str]], Form]
"""Builds the form of an action, filled with what was typed into it before."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command: how it is offered, and what it does."""

    help: CommandHelp
    run: CommandHandler
    effect: Effect
    options: tuple[str, ...] = ()  # words that may follow, for completion
    submit: FormHandler | None = None  # runs its typed options, sent as a form
    refill: FormBuilder | None = None  # the form to correct, when it can't be read
    checks_maker: bool = False  # an admin's command that also lets people handle what they made themselves

    @property
    def name(self) -> str:
        return self.help.name

    def check_rights(self, who: Person) -> None:
        """Raises `AskError` for someone who may not use it here."""
        if self.help.admin:
            check_admin(self.name, who, or_maker=self.checks_maker)


def as_command(
    usage: str,
    summary: str,
    effect: Effect,
    *,
    name: str = "",
    admin: bool = False,
    fields: tuple[Field, ...] = (),
    options: tuple[str, ...] = (),
    submit: FormHandler | None = None,
    refill: FormBuilder | None = None,
    checks_maker: bool = False,
) -> Callable[[CommandHandler], Command]:
    """Makes a command of the function that runs it. Its name is the first word of its usage, if none is given."""
    help = CommandHelp(
        name=name or usage.split(maxsplit=1)[0], usage=usage, summary=summary, admin=admin, fields=fields
    )

    return lambda run: Command(
        help=help,
        run=run,
        effect=effect,
        options=options,
        submit=submit,
        refill=refill,
        checks_maker=checks_maker,
    )


def check_admin(command: str, who: Person, *, or_maker: bool = False) -> None:
    """Raises `AskError` for someone who may not use an admin's command here. `or_maker`: it isn't for admins alone."""
    if who.guest:
        raise AskError(
            tr("Paperboy isn't installed here, so it can't post here."),
            tr("Ask an admin to add it. To get papers yourself, type the command in a direct message with Paperboy."),
        )
    if not (who.admin or or_maker):
        raise AskError(
            tr("Only an admin can use /papers {command} here.", command=command),
            tr("Ask an admin of this channel. To see what is scheduled: /papers why"),
        )


async def channel_language(request: Request, default: str = "en") -> str:
    """The language that the channel's oldest schedule asks for; `default` where nothing is scheduled."""
    served = await request.store.subscriptions.in_place(request.place.in_thread(""))
    return served[0].language if served else default


async def button_text(request: Request, question: str) -> str:
    """A query for a button: the text itself, or `#name` of a stored query that is too long."""
    if len(question.encode()) <= MAX_BUTTON_QUESTION_BYTES and not set("|%#") & set(question):
        return question
    return "#" + await request.store.long_queries.store_query(question, request.who.key, request.now)


async def stored_text(request: Request, text: str) -> str:
    """The query that `button_text` shortened; empty when it is no longer stored."""
    return await request.store.long_queries.get_query(text[1:]) or "" if text.startswith("#") else text


async def exact_paper(request: Request, id: PaperId) -> Paper:
    """The paper with exactly this id, for buttons, which must never act on another paper. Raises `AskError`."""
    if paper := (await request.store.papers.get_papers([id])).get(id):
        return paper
    if arxiv_id(id) and paper_id(id) == id and (fetched := await request.look_up(id)):
        return fetched
    raise AskError(tr("I don't know this paper."), tr(SEARCH_HINT))


async def the_paper(request: Request, text: str) -> Paper:
    """The paper that an id, an address or words name. Raises `AskError` when there is none.

    The words must be in the paper: similar meaning alone would find some paper for any text.
    """
    name = text.strip()
    if not name:
        raise AskError(tr("Which paper?"), tr("Give an arXiv id or address, for example 2405.15738."))
    id = paper_id(name)
    if paper := (await request.store.papers.get_papers([id])).get(id):
        return paper
    if arxiv_id(name):
        if fetched := await request.look_up(id):
            return fetched
        raise unknown_paper(name)
    found = await request.context.search.find_papers(name, limit=1, mode=Mode.KEYWORD)
    if found.hits and not found.corrected:
        return await exact_paper(request, found.hits[0].id)
    raise AskError(tr("I don't know the paper “{name}”.", name=name[:80]), tr(SEARCH_HINT))


def unknown_paper(name: str) -> AskError:
    """The error about an arXiv paper that no list has and that arXiv did not give."""
    return AskError(
        tr("I don't know the paper “{name}” yet.", name=name[:80]),
        tr("It isn't on any list I read, and arXiv doesn't have it or didn't answer in time.") + f" {tr(SEARCH_HINT)}",
    )
