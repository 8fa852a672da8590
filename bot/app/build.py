"""Builds Paperboy from its parts, top to bottom: a table of contents of the program."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.app.adapters import PICTURES, Platforms, close, configured, feed_of, list_url_of
from bot.app.health import Health
from bot.app.home import make_home
from bot.app.sources import LOOK_UP, READ, Opened, open_sources
from bot.catalog.linked_repos import LinkedRepoSource, nothing
from bot.catalog.store_catalog import Links, StoreCatalog
from bot.catalog.zotero import Zotero
from bot.chat.adapter import Adapter, CanInvite, CanPing, CanPost
from bot.clock import Clock
from bot.commands.context import CommandContext
from bot.commands.lookups import Lookups
from bot.commands.router import Router
from bot.config import HuggingFace, Settings
from bot.delivery.availability import Availability
from bot.delivery.card_updates import CardUpdater
from bot.delivery.dispatch import Dispatcher
from bot.delivery.planner import Planner
from bot.delivery.post_lookup import PostLookup
from bot.delivery.reconcile import Recounter
from bot.ingest.full_texts import FullTextReader
from bot.ingest.ingester import Ingester
from bot.ingest.paper_lookup import PaperLookup
from bot.ingest.pictures import MAX_PICTURE_BYTES, Pictures
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.samples import SOURCE as STARTER
from bot.search import Search, open_models
from bot.sources.file_records import NAME as FILES
from bot.sources.http import PrivateAddresses, SourceClient
from bot.store import open_store
from bot.store.sql import Store
from bot.summaries import Budget, SummaryService, open_language_model
from bot.tasks import Supervisor
from bot.votes.emoji import parse_vote_emojis

Refresh = Callable[[], Awaitable[object]]
"""Loads what other processes have stored."""


@dataclass(frozen=True, kw_only=True)
class Library:
    """The parts that every terminal command uses: the store, search and summaries."""

    settings: Settings
    clock: Clock
    store: Store
    search: Search
    lines: SummaryService


@dataclass(frozen=True, kw_only=True)
class App(Library):
    """All of Paperboy."""

    tasks: Supervisor
    intake: Ingester
    adapters: Mapping[str, Adapter]
    adapter_faults: Mapping[str, str]  # adapters that can't be used, and why
    posting: Mapping[str, CanPost]  # the adapters that can post
    planner: Planner
    pictures: Pictures
    dispatcher: Dispatcher
    card_updater: CardUpdater
    recounter: Recounter
    availability: Availability
    health: Health
    core: Router


@asynccontextmanager
async def open_library(settings: Settings, clock: Clock) -> AsyncIterator[Library]:
    """Open the store, search and summaries; close them on exit."""
    async with AsyncExitStack() as stack:
        make_home(Path(settings.home))
        store = await open_store(database(settings))
        stack.push_async_callback(store.aclose)
        clock = store.clock(clock)
        search = await _search(settings, store)
        stack.push_async_callback(search.aclose)
        options = settings.summaries
        model, budget = open_language_model(options), Budget(store.costs, options, clock)
        lines = SummaryService(store.summaries, writer=model, clock=clock, budget=budget, batch_from=options.batch_from)
        stack.push_async_callback(lines.aclose)
        yield Library(settings=settings, clock=clock, store=store, search=search, lines=lines)


@asynccontextmanager
async def open_reader(settings: Settings, clock: Clock) -> AsyncIterator[tuple[StoreCatalog, Refresh]]:
    """Open the catalog for reading while another process runs, and a function that loads what that process stored."""
    async with AsyncExitStack() as stack:
        library = await stack.enter_async_context(open_library(settings, clock))
        store, search, lines, clock = library.store, library.search, library.lines, library.clock
        names = _names(await stack.enter_async_context(open_sources(settings.sources, clock, store.rate_slots)))
        linked = await stack.enter_async_context(_linked(settings.sources.huggingface, store, clock))
        reader = StoreCatalog(store, search, lines, clock, sources=names, linked=linked, address=Platforms({}).address)
        yield reader, search.load_new_vectors


@asynccontextmanager
async def open_app(settings: Settings, clock: Clock) -> AsyncIterator[App]:
    """Open everything; close it on exit. Raises `ConfigError`."""
    async with AsyncExitStack() as stack:
        library = await stack.enter_async_context(open_library(settings, clock))
        store, search, lines, clock = library.store, library.search, library.lines, library.clock
        sources = await stack.enter_async_context(open_sources(settings.sources, clock, store.rate_slots))
        tasks = Supervisor(clock)
        found = configured(settings, store, clock, tasks)
        adapters = found.adapters
        for adapter in adapters.values():
            stack.push_async_callback(close, adapter)
        stack.push_async_callback(tasks.aclose)
        posting = {name: adapter for name, adapter in adapters.items() if isinstance(adapter, CanPost)}
        platforms = Platforms(posting)
        names = _names(sources)
        private: PrivateAddresses = "any" if settings.sources.allow_private else "none"
        fetch = SourceClient(
            clock, private_addresses=private, timeout=READ, max_bytes=MAX_PICTURE_BYTES, max_attempts=1
        )
        pictures = Pictures(fetch, sources.texts, store.key_value(PICTURES), store, clock)
        stack.push_async_callback(pictures.aclose)
        planner = Planner(
            store,
            search,
            lines,
            posting,
            clock,
            spread=timedelta(minutes=settings.delivery.spread_minutes),
            taste=settings.votes.taste,
            show_picture=pictures.show,
        )
        card_updater = CardUpdater(store, lines, posting, clock, tasks)
        intake = Ingester(store.papers, sources.lists, clock, changed=card_updater.note_papers)
        texts = FullTextReader(sources.texts, store.full_texts, clock)
        stack.push_async_callback(texts.aclose)
        health = Health(store, adapters, tasks, found.faults)
        availability = Availability(store, posting, clock)
        linked = await stack.enter_async_context(_linked(settings.sources.huggingface, store, clock))
        votes = parse_vote_emojis(settings.votes.up, settings.votes.against)
        recounter = Recounter(store, posting, clock, card_updater.note_vote, votes)
        context = CommandContext(
            store=store,
            search=search,
            summaries=lines,
            planner=planner,
            lookups=Lookups(PaperLookup(sources.arxiv, intake, clock).fetch_paper, clock),
            read=texts.full_text,
            direct=platforms.direct,
            check_access=platforms.check_access,
            sources=names,
            time_zone=settings.time_zone,
            more_sources=(FILES,),
            emojis=votes,
            list_url=list_url_of(adapters),
            zotero=Zotero(url=settings.zotero.url, key_file=Path(settings.home) / "people.key", clock=clock),
            feed=feed_of(adapters),
            pingers={name: adapter for name, adapter in adapters.items() if isinstance(adapter, CanPing)},
            invites=next((adapter for adapter in adapters.values() if isinstance(adapter, CanInvite)), None),
        )
        yield App(
            **vars(library),
            tasks=tasks,
            intake=intake,
            adapters=adapters,
            adapter_faults=found.faults,
            posting=posting,
            planner=planner,
            pictures=pictures,
            dispatcher=Dispatcher(
                store.outbox,
                posting,
                clock,
                tasks=tasks,
                on_broken=availability.hold_place,
                on_sent=card_updater.note_sent,
                on_given_up=availability.note_given_up,
                lookup=PostLookup(
                    clock,
                    attempt_s=settings.delivery.attempt_seconds,
                    look_up_s=settings.delivery.look_up_minutes * 60,
                    repeat=settings.delivery.unsure == "repeat",
                ),
                attempt_s=settings.delivery.attempt_seconds,
                back_off_s=settings.delivery.back_off_seconds,
                max_back_off_s=settings.delivery.longest_back_off_seconds,
            ),
            card_updater=card_updater,
            recounter=recounter,
            availability=availability,
            health=health,
            core=Router(
                context,
                clock,
                changed=card_updater.note_vote,
                absent=availability.hold_place,
                present=availability.release_place,
                gap=recounter.note_gap,
                health=health,
                catalog=StoreCatalog(
                    store, search, lines, clock, sources=names, linked=linked, address=platforms.address
                ),
            ),
        )


async def _search(settings: Settings, store: Store) -> Search:
    embedder, before, options = None, None, settings.search
    if options.semantic:
        places = store.key_value("search")
        embedder, before = await open_models(options.model, options.threads, store.vectors, places)
    folder = Path(settings.home) / "search-index"
    return Search(
        store.papers, store.vectors, embedder, before=before, newer_first=options.newer_first, index_folder=folder
    )


def _names(sources: Opened) -> tuple[str, ...]:
    """The names of all sources."""
    return (*(source.name for source in sources.lists), STARTER, COMMUNITY)


@asynccontextmanager
async def _linked(settings: HuggingFace, store: Store, clock: Clock) -> AsyncIterator[Links]:
    """The models and data sets that Hugging Face links to papers; none where that source is off."""
    if not settings.enabled:
        yield nothing
        return
    things = LinkedRepoSource(
        SourceClient(clock, token=settings.token, timeout=LOOK_UP, max_attempts=1),
        settings.url,
        store.key_value("linked"),
        clock,
    )
    try:
        yield things.linked_to
    finally:
        await things.aclose()


def database(settings: Settings) -> Path | str:
    """The path of the database, or its URL."""
    return settings.store.url or Path(settings.home) / "paperboy.db"
