"""`/healthz`, `/readyz` and `/metrics`, on a port of their own that no chat user reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from msgspec import Struct
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector, CollectorRegistry

from bot.app.health import Health
from bot.clock import Clock
from bot.errors import ConfigError
from bot.metrics import REGISTRY
from bot.store.protocol import Store
from bot.store.records import DeliveryState, Fetch, LateSchedule, Spending

L = TypeVar("L", bound=tuple[str, ...])


class Known(Struct, frozen=True, kw_only=True):
    """What the store knows at one moment."""

    at: datetime
    papers: int
    outbox: Mapping[DeliveryState, int]
    late: tuple[LateSchedule, ...]
    subscriptions: Mapping[str, int]
    fetches: tuple[Fetch, ...]
    votes: Mapping[str, int]
    spent: tuple[Spending, ...]  # this month


class Operations:
    """The server for those who run Paperboy."""

    def __init__(self, store: Store, health: Health, clock: Clock) -> None:
        self._store = store
        self._health = health
        self._clock = clock
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Begin to answer; returns the address."""
        app = web.Application()
        app.add_routes([web.get("/healthz", self.healthz), web.get("/readyz", self.readyz)])
        app.add_routes([web.get("/metrics", self.metrics)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise ConfigError(f"[operations] port {port} is not free ({error}).", "Set another, or 0.") from error
        return f"http://{host}:{self._runner.addresses[0][1]}"

    async def aclose(self) -> None:
        """Answer no more."""
        if self._runner:
            await self._runner.cleanup()

    async def healthz(self, request: web.Request) -> web.Response:
        return _told(await self._health())

    async def readyz(self, request: web.Request) -> web.Response:
        return _told(await self._health.unready())

    async def metrics(self, request: web.Request) -> web.Response:
        asked = CollectorRegistry()
        asked.register(_Now(await self._known()))
        body = generate_latest(REGISTRY) + generate_latest(asked)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _known(self) -> Known:
        now, store = self._clock.now(), self._store
        return Known(
            at=now,
            papers=await store.papers.count_papers(),
            outbox=await store.outbox.count_by_state(),
            late=tuple(await store.outbox.late_schedules(now)),
            subscriptions=await store.subscriptions.count_by_status(),
            fetches=tuple(await store.papers.last_fetches()),
            votes=await store.votes.count_by_platform(),
            spent=tuple(await store.costs.spending_since(now.date().replace(day=1))),
        )


class _Now(Collector):
    """Gauges of what the store knows; several processes on one store tell the same."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def collect(self) -> Iterable[Metric]:
        known = self._known
        yield _gauge("paperboy_papers", "Papers known.", {(): known.papers})
        outbox = {(state.value,): known.outbox.get(state, 0) for state in DeliveryState}
        yield _gauge("paperboy_outbox_posts", "Posts by state.", outbox, "state")
        late = {(item.channel, item.subscription): (known.at - item.due).total_seconds() for item in known.late}
        told = "How long the oldest post of a schedule has been due; only late ones are listed."
        yield _gauge("paperboy_schedule_lag_seconds", told, late, "channel", "schedule")
        worst = {(): max(late.values(), default=0.0)}
        yield _gauge("paperboy_lag_seconds", "How long the oldest unsent post has been due.", worst)
        counts = {(state,): count for state, count in known.subscriptions.items()}
        yield _gauge("paperboy_schedules", "Schedules by state: running, paused, held.", counts, "state")
        looks = {(fetch.source,): (known.at - fetch.at).total_seconds() for fetch in known.fetches}
        yield _gauge("paperboy_source_look_age_seconds", "Since a source was last asked.", looks, "source")
        fine = {(fetch.source,): float(not fetch.error) for fetch in known.fetches}
        yield _gauge("paperboy_source_up", "Whether a source's last answer could be read.", fine, "source")
        grown = {(f.source,): (known.at - f.last_grew).total_seconds() for f in known.fetches if f.last_grew}
        yield _gauge("paperboy_source_growth_age_seconds", "Since a source's list last grew.", grown, "source")
        votes = {(platform,): count for platform, count in known.votes.items()}
        yield _gauge("paperboy_ballots", "Reactions and presses that stand as votes, by platform.", votes, "platform")
        told = "What a model cost today and this month (UTC), in the currency of the settings."
        yield _gauge("paperboy_summary_cost", told, _costs(known), "model", "period")


def _costs(known: Known) -> Mapping[tuple[str, str], float]:
    """By model and period."""
    periods = {"day": known.at.date(), "month": known.at.date().replace(day=1)}
    costs = dict.fromkeys(((spent.model, period) for spent in known.spent for period in periods), 0.0)
    for spent in known.spent:
        for period, first in periods.items():
            costs[spent.model, period] += spent.cost if spent.day >= first else 0.0
    return costs


def _gauge(name: str, told: str, values: Mapping[L, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=labels)
    for label, value in values.items():
        family.add_metric(label, value)
    return family


def _told(wrong: Mapping[str, str]) -> web.Response:
    return web.json_response({"ok": not wrong, "wrong": dict(wrong)}, status=503 if wrong else 200)
