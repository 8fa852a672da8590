"""Paperboy with Claude on loopback: papers, channels, what is posted, what is asked, and what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.chat.event import Place
from bot.chat.message import Card, Message
from bot.clock import FixedClock
from bot.config import Summaries
from bot.delivery.availability import Availability
from bot.delivery.card_updates import CardUpdater
from bot.delivery.dispatch import Dispatcher
from bot.delivery.planner import Planner
from bot.papers.model import Paper, PaperId
from bot.search import Search
from bot.store import open_store
from bot.store.sql import Store
from bot.summaries import Budget, SummaryService
from bot.summaries.generation.claude import ClaudeModel
from tests.builders import NOW, PAPERS, listing, subscription
from tests.fakes.anthropic import FakeAnthropic, Told, data_of
from tests.fakes.notebook import Notebook


@dataclass
class Office:
    """One process of Paperboy."""

    store: Store
    clock: FixedClock
    fake: FakeAnthropic
    lines: SummaryService
    papers: list[Paper] = field(default_factory=list)
    platform: Notebook = field(default_factory=Notebook)

    def __post_init__(self) -> None:
        adapters = {"web": self.platform}
        search = Search(self.store.papers, self.store.vectors, None)
        self.planner = Planner(self.store, search, self.lines, adapters, self.clock)
        availability = Availability(self.store, adapters, self.clock)
        self.dispatcher = Dispatcher(self.store.outbox, adapters, self.clock, on_broken=availability.hold_place)
        self.card_updater = CardUpdater(self.store, self.lines, adapters, self.clock)

    async def lists(self, papers: Sequence[Paper]) -> None:
        self.papers = list(papers)
        await self.store.papers.add_listings([listing(paper) for paper in papers], self.clock.now())

    async def serves(self, *places: Place, count: int = 100, **more: object) -> None:
        for number, place in enumerate(places or (PAPERS,)):
            await self.store.subscriptions.add_subscription(
                subscription(f"s{number}", place=place, count=count, **more)
            )

    async def improves(self, language: str = "en") -> list[PaperId]:
        return await self.lines.improve(self.papers, language)

    async def delivers(self) -> list[Message]:
        await self.planner.plan_due()
        while await self.dispatcher.deliver_due():
            pass
        return [message for _, message in self.platform.posted.values()]

    async def shown(self, paper: Paper, language: str = "en") -> tuple[str, str]:
        line = (await self.lines.of([paper], language))[paper.id]
        return line.provenance, line.text


Hire = Callable[..., AsyncIterator[Office]]


@pytest.fixture
async def hire(clock: FixedClock, tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Starts a process: what Claude answers, and the settings; further ones share the file and the fake."""
    async with AsyncExitStack() as stack:
        fakes: list[FakeAnthropic] = []

        async def start(*answers: Told, file: str = "paperboy", has_batches: bool = True, **more: object) -> Office:
            if not fakes:
                fake = FakeAnthropic(*answers, now=clock.now, has_batches=has_batches)
                fakes.append(await stack.enter_async_context(fake))
            settings = Summaries(**more)  # type: ignore[arg-type]
            store = await open_store(tmp_path / f"{file}.db")
            stack.push_async_callback(store.aclose)
            budget = Budget(store.costs, settings, clock)
            writer = ClaudeModel(
                "key",
                settings.model,
                fakes[0].url,
                thinking=settings.thinking,
                timeout_s=settings.timeout_seconds,
            )
            lines = SummaryService(
                store.summaries, writer=writer, clock=clock, budget=budget, batch_from=settings.batch_from
            )
            stack.push_async_callback(lines.aclose)
            return Office(store, clock, fakes[0], lines)

        yield start


def true_line(body: dict[str, object]) -> str:
    """A line that says what the abstract says."""
    number = data_of(body)["title"].rsplit(" ", 1)[-1]
    return f"Keeps rain out of houses for birds with nest number {number}."


def lines_of(message: Message) -> list[str]:
    return [block.summary for block in message.blocks if isinstance(block, Card)]


def everything(message: Message) -> str:
    """All that a message says, in whichever part."""
    return message.plain + repr(message.blocks)


__all__ = ["NOW", "Office", "everything", "lines_of", "true_line"]
