"""People asking in a channel, of the core as an adapter sees it."""

from __future__ import annotations

from bot.chat.event import Answer, ButtonPress, Command, Person, Place
from bot.chat.message import Action, Message
from bot.commands.context import CommandContext
from bot.commands.lookups import Lookups
from bot.commands.router import Router
from bot.ingest.full_texts import FullTextReader
from bot.papers.model import Paper
from bot.search import Search
from bot.sources.full_text import ArxivTexts
from tests.builders import ADA, BOB, PAPERS
from tests.fakes.catalog import reader
from tests.summaries.conftest import Office

PATIENCE = 30.0  # seconds for a paper's text: another process reads it, and the machine may be busy


class Room:
    """People asking in a channel."""

    def __init__(self, office: Office, texts: ArxivTexts | None = None) -> None:
        self.office = office
        store = office.store
        self.reader = FullTextReader(texts, store.full_texts, office.clock, patience=PATIENCE)

        async def none(*_: object) -> None:
            return None

        async def well() -> dict[str, str]:
            return {}

        async def look_up(id: str) -> Paper | None:
            return None

        async def direct(who: Person) -> Place:
            return PAPERS

        context = CommandContext(
            store=store,
            search=Search(store.papers, store.vectors, None),
            summaries=office.lines,
            planner=office.planner,
            lookups=Lookups(look_up, office.clock),
            read=self.reader.full_text,
            direct=direct,
            check_access=none,
            sources=("huggingface",),
            time_zone="UTC",
        )
        self.core = Router(
            context,
            office.clock,
            changed=none,
            absent=none,
            present=none,
            gap=lambda platform: None,
            health=well,
            catalog=reader(store, context.search, office.lines, office.clock),
        )
        self.events = 0

    async def says(self, text: str, who: Person = ADA, place: Place = PAPERS) -> Message:
        return _some(await self.core.handle_event(Command(**self._heard(who, place), text=text)))

    async def presses(self, action: Action) -> Answer:
        answer = await self.core.handle_event(ButtonPress(**self._heard(BOB, PAPERS), action=action))
        assert answer is not None
        return answer

    def _heard(self, who: Person, place: Place) -> dict[str, object]:
        self.events += 1
        return {"id": f"e{self.events}", "at": self.office.clock.now(), "who": who, "place": place}


def _some(answer: Answer | None) -> Message:
    assert answer is not None
    return answer.message
