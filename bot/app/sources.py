"""The sources of the settings."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
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

ARXIV_PACE = timedelta(
    seconds=3
)  # between two requests of all machines to all interfaces (info.arxiv.org/help/api/tou)
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
    if face.enabled:
        sources.append(HuggingFace(SourceClient(clock, token=face.token, private_addresses=private), face.url))
        if face.searches:
            sources.append(
                HuggingFaceSearch(
                    SourceClient(clock, token=face.token, private_addresses=private), face.url, face.searches
                )
            )
    if arxiv.categories:
        client = SourceClient(clock, pacer=pace, connections=1, private_addresses=private)
        sources.append(Arxiv(client, arxiv.feed_url, arxiv.categories, sandbox, cross_lists=arxiv.cross_lists))
    for feed in settings.feeds:
        client = SourceClient(clock, private_addresses="any" if settings.allow_private else "none")
        parts = urlsplit(feed)
        sources.append(Feed(client, feed, f"{parts.hostname or feed}{parts.path.rstrip('/')}", sandbox))
    api = ArxivApi(
        SourceClient(clock, pacer=pace, connections=1, timeout=LOOK_UP, private_addresses=private),
        arxiv.api_url,
        sandbox,
    )
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
