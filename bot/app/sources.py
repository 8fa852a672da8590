"""The sources of the settings."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from aiohttp import ClientTimeout

from bot.clock import Clock
from bot.config import Sources
from bot.sources.arxiv import Arxiv, ArxivApi
from bot.sources.feeds import Feed
from bot.sources.full_text import ArxivTexts
from bot.sources.full_text.arxiv import MAX_FULL_TEXT_BYTES
from bot.sources.http import PrivateAddresses, SourceClient
from bot.sources.huggingface import HuggingFace, HuggingFaceSearch
from bot.sources.rate_limit import RequestPacer, SharedSlots
from bot.sources.sandbox import Sandbox
from bot.sources.source import Source

# Between two requests of all machines to all interfaces (info.arxiv.org/help/api/tou).
ARXIV_PACE = timedelta(seconds=3)
LOOK_UP = ClientTimeout(total=2.0, connect=1.0)  # a person is waiting for it
READ = ClientTimeout(total=10.0, connect=2.0)  # a whole paper


@dataclass(frozen=True)
class Opened:
    """The sources of lists, and where a single paper and its text come from."""

    lists: tuple[Source, ...]
    arxiv: ArxivApi
    texts: ArxivTexts | None


@asynccontextmanager
async def open_sources(settings: Sources, clock: Clock, permit: SharedSlots) -> AsyncIterator[Opened]:
    """Open the sources, in the order they are fetched; close them on exit."""
    sources: list[Source] = []
    sandbox = Sandbox("feeds")
    private: PrivateAddresses = "any" if settings.allow_private else "configured"
    pace = RequestPacer(clock, "arxiv", ARXIV_PACE, permit)  # one for the lists and the look-ups
    face, arxiv = settings.huggingface, settings.arxiv
    client = partial(SourceClient, clock, private_addresses=private)
    if face.enabled:
        sources.append(HuggingFace(client(token=face.token), face.url))
        if face.searches:
            sources.append(HuggingFaceSearch(client(token=face.token), face.url, face.searches))
    if arxiv.categories:
        sources.append(
            Arxiv(
                client(pacer=pace, connections=1),
                arxiv.feed_url,
                arxiv.categories,
                sandbox,
                cross_lists=arxiv.cross_lists,
            )
        )
    for feed in settings.feeds:
        public = client(private_addresses="any" if settings.allow_private else "none")
        parts = urlsplit(feed)
        sources.append(Feed(public, feed, f"{parts.hostname or feed}{parts.path.rstrip('/')}", sandbox))
    api = ArxivApi(client(pacer=pace, connections=1, timeout=LOOK_UP), arxiv.api_url, sandbox)
    texts = _texts(arxiv.text_url, clock, pace)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sandbox.aclose)
        stack.push_async_callback(api.aclose)
        if texts:
            stack.push_async_callback(texts.aclose)
        for source in sources:
            stack.push_async_callback(source.aclose)
        yield Opened(tuple(sources), api, texts)


def _texts(url: str, clock: Clock, pace: RequestPacer) -> ArxivTexts | None:
    """Where the texts of papers come from; redirects to other hosts are refused. None: not configured."""
    if not url:
        return None
    client = SourceClient(
        clock, pacer=pace, connections=1, timeout=READ, max_bytes=MAX_FULL_TEXT_BYTES, max_attempts=1, only_origin=url
    )
    return ArxivTexts(client, url)
