"""Pictures of the newest papers: fetched ahead of time, made small, and shown by us alone. What can't be fetched delays
nothing: it is tried again later."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from attrs import define, field
from msgspec.structs import replace

from bot.chat.adapter import KeyValue
from bot.clock import Clock
from bot.errors import SourceError, Throttled, Unreachable
from bot.papers import pictures
from bot.papers.model import PaperId
from bot.papers.pictures import FIGURE, THUMBNAIL, Picture
from bot.sources.full_text import ArxivTexts
from bot.sources.http import SourceClient
from bot.sources.sandbox import Sandbox
from bot.store.sql import Store
from bot.views.card import NO_PICTURE, CardPicture, figure_credit

log = logging.getLogger(__name__)

MAX_PICTURES = 400  # of each kind: thumbnails of about 25 KB, figures of about 50
LISTED_WITHIN = timedelta(days=7)
FETCHED_AT_ONCE = 4
MAX_PICTURE_BYTES = 8_000_000  # of a file to fetch
RETRY_AFTER = timedelta(minutes=10)
_DECODER = msgspec.msgpack.Decoder(Picture)
KINDS = {"none": (), "thumbnails": (THUMBNAIL,), "figures": (FIGURE, THUMBNAIL)}  # the best first


@define(eq=False)
class Pictures:
    """Small pictures of papers; their figures, while a schedule shows them."""

    _client: SourceClient
    _texts: ArxivTexts | None
    _storage: KeyValue
    _store: Store
    _clock: Clock
    _sandbox: Sandbox = field(init=False, factory=lambda: Sandbox("texts"))
    _known: dict[str, Picture] | None = field(init=False, default=None)  # by name, without bytes; no width: none
    _retry_at: dict[str, datetime] = field(init=False, factory=dict)

    def show(self, paper: PaperId, wanted: pictures.Pictures) -> CardPicture:
        """The picture that a card shows of a paper."""
        for name in (f"{kind}{paper}" for kind in KINDS[wanted]):
            if self._known and (found := self._known.get(name)) and found.width:
                return name, figure_credit(found)
        return NO_PICTURE

    async def fetch_next(self, sources: Sequence[str]) -> None:
        """Fetch the next thumbnails of papers listed lately, newest first; delete the pictures of older ones."""
        if self._known is None:
            stored = await self._storage.scan("")
            self._known = {name: replace(_DECODER.decode(value), jpeg=b"") for name, value in stored}
        urls, figures = await self._recent(sources)
        for name in self._known.keys() - urls.keys() - set(figures):
            await self._storage.delete(name)
            del self._known[name]
        missing = self._missing(urls)[:FETCHED_AT_ONCE]
        await asyncio.gather(*(self._fetch(name, self._thumbnail(urls[name])) for name in missing))

    async def fetch_next_figure(self, sources: Sequence[str]) -> None:
        """Fetch the next figure of a paper listed lately: one at a time, because people look things up at arXiv too."""
        if self._texts is None or self._known is None or not await self._store.subscriptions.any_shows_figures():
            return
        _, figures = await self._recent(sources)
        if missing := self._missing(figures):
            await self._fetch(missing[0], self._texts.figure(figures[missing[0]]))

    async def aclose(self) -> None:
        await self._sandbox.aclose()
        await self._client.aclose()

    async def _recent(self, sources: Sequence[str]) -> tuple[dict[str, str], dict[str, PaperId]]:
        """The addresses of the newest papers' thumbnails, and their ids where they may have figures; by name."""
        today = self._clock.now().date()
        listed = await self._store.papers.listed_between(sources, today - LISTED_WITHIN, today)
        recent = {item.paper.id: item.paper.links.picture for item in reversed(listed)}
        urls = {f"{THUMBNAIL}{id}": url for id, url in recent.items() if url}
        figures = {f"{FIGURE}{id}": id for id in recent if id.startswith("arxiv:")}
        return dict(list(urls.items())[:MAX_PICTURES]), dict(list(figures.items())[:MAX_PICTURES])

    def _missing(self, names: Iterable[str]) -> list[str]:
        now, known = self._clock.now(), self._known or {}
        return [name for name in names if name not in known and self._retry_at.get(name, now) <= now]

    async def _thumbnail(self, url: str) -> Picture:
        page = await self._client.get(url, conditional=False)
        return Picture() if page.missing else await self._sandbox.parse("picture", page, Picture)

    async def _fetch(self, name: str, request: Awaitable[Picture]) -> None:
        """Store a picture; none where there is none or it was refused."""
        try:
            picture = await request
        except (Unreachable, Throttled) as error:
            log.info("%s can't be fetched now: %s", name, error)
            self._retry_at[name] = self._clock.now() + RETRY_AFTER
            return
        except SourceError as error:
            log.info("%s isn't shown: %s", name, error)
            picture = Picture()
        await self._storage.put(name, msgspec.msgpack.encode(picture))
        if self._known is not None:
            self._known[name] = replace(picture, jpeg=b"")


def picture_reader(storage: KeyValue) -> Callable[[str], Awaitable[Picture | None]]:
    """Reads stored pictures by name; None: there is none."""

    async def read(name: str) -> Picture | None:
        value = await storage.get(name)
        found = _DECODER.decode(value) if value else Picture()
        return found if found.width else None

    return read
