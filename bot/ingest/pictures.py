"""Pictures of the newest papers: fetched ahead of time, made small, and shown from our own address only."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import SourceError, Throttled, Unreachable
from bot.papers.model import PaperId
from bot.sources.http import SourceClient
from bot.sources.sandbox import Sandbox
from bot.store.protocol import Papers

log = logging.getLogger(__name__)

MAX_PICTURES = 400  # of about 25 KB each
LISTED_WITHIN = timedelta(days=7)
FETCHED_AT_ONCE = 4
MAX_PICTURE_BYTES = 8_000_000  # of a file to fetch


class Pictures:
    """Small pictures of papers by id. `publish` gives a picture's public address, perhaps empty; None: pictures are
    shown nowhere, and none are fetched."""

    def __init__(
        self,
        client: SourceClient,
        storage: KeyValue,
        papers: Papers,
        clock: Clock,
        publish: Callable[[PaperId], str] | None,
    ) -> None:
        self._client = client
        self._sandbox = Sandbox("texts")
        self._storage = storage
        self._papers = papers
        self._clock = clock
        self._publish = publish
        self._tried: dict[PaperId, bool] | None = None  # those that were fetched: whether there is a picture

    def address(self, paper: PaperId) -> str:
        """Where chats find a paper's picture; empty when there is none."""
        return self._publish(paper) if self._publish and self._tried and self._tried.get(paper) else ""

    async def fetch_next(self, sources: Sequence[str]) -> None:
        """Fetch the next pictures of papers listed lately, newest first; delete those of older ones."""
        if self._publish is None:
            return
        if self._tried is None:
            self._tried = {id: bool(picture) for id, picture in await self._storage.scan("")}
        today = self._clock.now().date()
        listed = await self._papers.listed_between(sources, today - LISTED_WITHIN, today)
        urls = {item.paper.id: item.paper.links.picture for item in reversed(listed) if item.paper.links.picture}
        recent = dict(list(urls.items())[:MAX_PICTURES])
        for id in self._tried.keys() - recent.keys():
            await self._storage.delete(id)
            del self._tried[id]
        missing = [id for id in recent if id not in self._tried][:FETCHED_AT_ONCE]
        await asyncio.gather(*(self._fetch(id, recent[id], self._tried) for id in missing))

    async def aclose(self) -> None:
        await self._sandbox.aclose()
        await self._client.aclose()

    async def _fetch(self, id: PaperId, url: str, tried: dict[PaperId, bool]) -> None:
        try:
            page = await self._client.get(url, conditional=False)
            picture = b"" if page.missing else await self._sandbox.parse("picture", page, bytes)
        except (Unreachable, Throttled) as error:
            log.info("picture of %s: %s", id, error)
            return
        except SourceError as error:
            log.info("picture of %s: %s", id, error)
            picture = b""
        await self._storage.put(id, picture)
        tried[id] = bool(picture)
