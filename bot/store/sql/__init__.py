"""The store as the rest of the core sees it: parts with methods in the words of the product.

All moments are aware UTC. A method that is called for an incoming event takes the event's id as `cause`, records it in
the same transaction as the effect, and raises `AlreadyDone` if it was recorded before. Every method raises `StoreError`
when the database fails, and then changes nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from bot.clock import Clock
from bot.errors import StoreError
from bot.store.sql.costs import Costs
from bot.store.sql.engine import Engine
from bot.store.sql.full_texts import FullTexts
from bot.store.sql.key_value import LongQueries, RateSlots, SqlKeyValue
from bot.store.sql.our_people import OurPeople
from bot.store.sql.outbox import Outbox
from bot.store.sql.ownership import Ownership
from bot.store.sql.papers import Papers
from bot.store.sql.people import ApiKeys, People, Submissions
from bot.store.sql.subscriptions import Subscriptions
from bot.store.sql.summaries import Summaries
from bot.store.sql.vectors import Vectors
from bot.store.sql.votes import Votes


class Store(ABC):
    """Everything Paperboy stores."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.papers = Papers(engine)
        self.vectors = Vectors(engine)
        self.summaries = Summaries(engine)
        self.full_texts = FullTexts(engine)
        self.costs = Costs(engine)
        self.subscriptions = Subscriptions(engine)
        self.outbox = Outbox(engine)
        self.votes = Votes(engine)
        self.people = People(engine)
        self.our_people = OurPeople(engine)
        self.api_keys = ApiKeys(engine)
        self.submissions = Submissions(engine)
        self.ownership = Ownership(engine)
        self.long_queries = LongQueries(engine)
        self.rate_slots = RateSlots(engine)

    def key_value(self, owner: str) -> SqlKeyValue:
        """A small key-value store of one owner, such as an adapter."""
        return SqlKeyValue(self._engine, owner)

    async def check(self, *, deep: bool = False) -> str:
        """What is wrong with the database, for people; empty when nothing is. `deep` reads all of it."""
        try:
            await self._engine.read(lambda db: db.execute("SELECT count(*) FROM subscriptions").fetchone())
            await self._engine.write(
                lambda db: db.execute("INSERT OR REPLACE INTO handled_events VALUES ('check', '')")
            )
            return ""
        except StoreError as error:
            return str(error)

    def clock(self, local: Clock) -> Clock:
        """The clock that all processes share: a server's, as machines' clocks differ; for a file, the machine's."""
        return local

    @abstractmethod
    async def back_up(self, target: Path, files: Mapping[str, bytes] | None = None) -> None:
        """Make a consistent copy with `files` while others read and write; `target` must not exist."""

    async def aclose(self) -> None:
        await self._engine.aclose()
