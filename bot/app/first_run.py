"""The first start: sample papers where no source answers, a channel with a schedule, and its first edition."""

from msgspec import Struct

from bot.app.build import App
from bot.chat.event import Place
from bot.delivery.schedule_parser import parse_schedule
from bot.errors import ConfigError
from bot.ingest.ingester import FetchResult
from bot.papers.community import SOURCE as COMMUNITY
from bot.papers.samples import SOURCE as STARTER
from bot.papers.samples import sample_papers
from bot.sources.source import Batch
from bot.store.records import Subscription, Summary

NAME = "home"  # id of the first schedule


class Welcome(Struct, frozen=True, kw_only=True):
    """The results of the first fetch."""

    looks: tuple[FetchResult, ...]
    samples: int = 0  # sample papers that were loaded because no source answered


async def welcome(app: App) -> Welcome:
    """Fetch all sources; load the sample papers where none answers and no paper is known. Raises `ConfigError`."""
    looks = tuple(await app.intake.fetch_all())
    samples = 0 if await app.store.papers.count_papers() else await load_samples(app)
    await _first_channel(app)
    return Welcome(looks=looks, samples=samples)


async def load_samples(app: App) -> int:
    """Load the sample papers and their summaries; returns how many."""
    papers = sample_papers()
    await app.intake.store_batch(Batch(listings=tuple(listing for listing, _ in papers)))
    now = app.clock.now()
    lines = [Summary(paper=listing.paper.id, text=line, provenance="human", made=now) for listing, line in papers]
    await app.store.summaries.store_summaries(lines)
    return len(papers)


async def _first_channel(app: App) -> None:
    """Create the schedule of the settings once; if it is removed later, it stays removed."""
    wanted = app.settings.welcome
    storage = app.store.key_value("welcome")
    if not wanted.channel or await storage.get("channel"):
        return
    try:
        place = Place.parse(wanted.channel)
    except ValueError as error:
        raise ConfigError(f"[welcome] channel: {error}.", "For example: web:home/papers") from error
    if place.platform not in app.adapters:
        return
    subscription = Subscription(
        id=NAME,
        place=place,
        schedule=parse_schedule(wanted.schedule, app.settings.time_zone),
        sources=(*(source.name for source in app.intake.sources), STARTER, COMMUNITY),
        created=app.clock.now(),
    )
    await app.store.subscriptions.add_subscription(subscription)
    await storage.put("channel", wanted.channel.encode())
    await app.planner.plan_now(subscription)
