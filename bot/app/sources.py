"""The sources that the settings ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.config import Sources
from bot.sources.arxiv import Arxiv
from bot.sources.feeds import Feed
from bot.sources.http import Client
from bot.sources.huggingface import HuggingFace, HuggingFaceSearch
from bot.sources.pace import Pace
from bot.sources.source import Source

ARXIV_PACE = timedelta(seconds=3)  # one request, over all machines and all of arXiv's interfaces (api/tou)


@asynccontextmanager
async def open_sources(settings: Sources, clock: Clock) -> AsyncIterator[tuple[Source, ...]]:
    """In the order they are read; closed on the way out."""
    sources: list[Source] = []
    face, arxiv = settings.huggingface, settings.arxiv
    if face.enabled:
        sources.append(HuggingFace(Client(clock, token=face.token), face.url))
        if face.searches:
            sources.append(HuggingFaceSearch(Client(clock, token=face.token), face.url, face.searches))
    if arxiv.categories:
        client = Client(clock, pace=Pace(clock, "arxiv", ARXIV_PACE), connections=1)
        sources.append(Arxiv(client, arxiv.feed_url, arxiv.categories, cross_lists=arxiv.cross_lists))
    for feed in settings.feeds:
        client = Client(clock, allow_private=settings.allow_private)
        parts = urlsplit(feed)
        sources.append(Feed(client, feed, f"{parts.hostname or feed}{parts.path.rstrip('/')}"))
    async with AsyncExitStack() as stack:
        for source in sources:
            stack.push_async_callback(source.aclose)
        yield tuple(sources)
