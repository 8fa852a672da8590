"""The core as an adapter sees it, on a real store, with a platform that writes down what it is given."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.app.adapters import Platforms
from bot.chat.event import (
    Answer,
    BotRemoved,
    BotReturned,
    ButtonPress,
    Command,
    FormSubmission,
    LinkShared,
    Person,
    Place,
    Ref,
)
from bot.chat.message import Action, Button, Card, Controls, Message
from bot.clock import FixedClock
from bot.commands.context import CommandContext
from bot.commands.lookups import Lookups
from bot.commands.router import Router
from bot.delivery.availability import Availability
from bot.delivery.card_updates import CardUpdater
from bot.delivery.dispatch import Dispatcher
from bot.delivery.planner import Planner
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.full_text import NO_FULL_TEXT, FullText
from bot.papers.model import Paper
from bot.search import Search
from bot.store.sql import Store
from bot.summaries import SummaryService
from tests.builders import ADA, PAPERS, listing, paper
from tests.fakes.catalog import reader
from tests.fakes.embedder import WordEmbedder
from tests.fakes.invites import FakeInvites
from tests.fakes.notebook import Notebook


@dataclass
class UnknownPapers:
    """An arXiv that knows no paper, and writes down what it was asked for."""

    asked: list[str] = field(default_factory=list)
    delay_s: float = 0.0

    async def fetch_paper(self, id: str) -> Paper | None:
        self.asked.append(id)
        await asyncio.sleep(self.delay_s)
        return None


@dataclass
class Channel:
    """A channel, what people do in it, and what the core answers."""

    core: Router
    store: Store
    planner: Planner
    dispatcher: Dispatcher
    availability: Availability
    platform: Notebook
    clock: FixedClock
    card_updater: CardUpdater
    arxiv: UnknownPapers
    search: Search
    invites: FakeInvites
    start: Callable[[], Router]  # another core on the same store, as after a restart
    ids: itertools.count[int] = field(default_factory=itertools.count)

    async def says(self, text: str, who: Person = ADA, place: Place = PAPERS) -> Answer:
        return _some(await self.core.handle_event(Command(**self._heard(who, place), text=text)))

    async def presses(
        self, action: Action, who: Person = ADA, place: Place = PAPERS, *, on: Ref | None = None, said: str = ""
    ) -> Answer:
        return _some(await self.core.handle_event(self.press(action, who, place, on=on, said=said)))

    def press(
        self, action: Action, who: Person = ADA, place: Place = PAPERS, *, on: Ref | None = None, said: str = ""
    ) -> ButtonPress:
        return ButtonPress(**self._heard(who, place), action=action, message=on, message_text=said)

    @property
    def looked_up(self) -> list[str]:
        return self.arxiv.asked

    async def fills(self, action: Action, who: Person = ADA, **values: str) -> Answer:
        return _some(
            await self.core.handle_event(FormSubmission(**self._heard(who, PAPERS), action=action, values=values))
        )

    async def shares(self, url: str) -> Answer | None:
        return await self.core.handle_event(LinkShared(**self._heard(ADA, PAPERS), url=url))

    async def removed(self, place: Place) -> None:
        await self.core.handle_event(BotRemoved(**self._heard(ADA, place)))

    async def returned(self, place: Place) -> None:
        await self.core.handle_event(BotReturned(**self._heard(ADA, place)))

    async def tomorrow(self) -> None:
        self.clock.moment += timedelta(days=1)
        await self.deliver()

    async def relisted(self, of: Paper) -> int:
        """A source lists a paper again; returns how many posted cards follow."""
        kept = await self.store.papers.add_listings([listing(of)], self.clock.now())
        await self.card_updater.note_papers(kept.changed_ids)
        return await self.card_updater.edit_changed()

    async def deliver(self) -> None:
        await self.planner.plan_due()
        await self.dispatcher.deliver_due()

    def _heard(self, who: Person, place: Place) -> dict[str, object]:
        return {"id": f"e{next(self.ids)}", "at": self.clock.now(), "who": who, "place": place}


def _some(answer: Answer | None) -> Answer:
    assert answer is not None
    return answer


def buttons(message: Message) -> dict[str, Action]:
    """Every button of a message by its label."""
    rows = [b.items for b in message.blocks if isinstance(b, Controls)]
    rows += [b.controls for b in message.blocks if isinstance(b, Card)]
    return {item.label: item.action for row in rows for item in row if isinstance(item, Button)}


def titles(message: Message) -> list[str]:
    return [block.title for block in message.blocks if isinstance(block, Card)]


@pytest.fixture
def embedder() -> WordEmbedder | None:
    """No model; a module that needs meaning has a fixture of this name."""
    return None


@pytest.fixture
async def channel(store: Store, clock: FixedClock, embedder: WordEmbedder | None) -> AsyncIterator[Channel]:
    papers = [
        paper(1, "Hypernetworks for Nests", upvotes=9),
        paper(2, "Diffusion of Feathers", upvotes=5),
        paper(3, "A Study of Worms", upvotes=1),
    ]
    await store.papers.add_listings([listing(p) for p in papers], clock.now())
    search = Search(store.papers, store.vectors, embedder)
    lines = SummaryService(store.summaries, writer=None, clock=clock)
    platform = Notebook()
    adapters = {"web": platform}
    planner = Planner(store, search, lines, adapters, clock)
    availability = Availability(store, adapters, clock)
    arxiv = UnknownPapers()

    async def read(of: Paper) -> FullText:
        return NO_FULL_TEXT

    async def direct(who: Person) -> Place:
        return await platform.open_direct_message(who.id, who.space)

    async def healthy() -> dict[str, str]:
        return {}

    context = CommandContext(
        store=store,
        search=search,
        summaries=lines,
        planner=planner,
        lookups=Lookups(arxiv.fetch_paper, clock),
        read=read,
        direct=direct,
        check_access=Platforms(adapters).check_access,
        sources=("huggingface", COMMUNITY),
        time_zone="UTC",
        more_sources=("files",),
        invites=(invites := FakeInvites()),
    )
    card_updater = CardUpdater(store, lines, adapters, clock)

    def start() -> Router:
        return Router(
            context,
            clock,
            changed=card_updater.note_vote,
            absent=availability.hold_place,
            present=availability.release_place,
            gap=lambda platform: None,
            health=healthy,
            catalog=reader(store, search, lines, clock),
        )

    dispatcher = Dispatcher(
        store.outbox,
        adapters,
        clock,
        on_broken=availability.hold_place,
        on_given_up=availability.note_given_up,
        on_sent=card_updater.note_sent,
    )
    yield Channel(
        core=start(),
        store=store,
        planner=planner,
        dispatcher=dispatcher,
        availability=availability,
        platform=platform,
        clock=clock,
        card_updater=card_updater,
        arxiv=arxiv,
        search=search,
        invites=invites,
        start=start,
    )
    await search.aclose()
    await lines.aclose()
