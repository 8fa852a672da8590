"""`/healthz`, `/readyz` and `/metrics`, on a port for the people who run Paperboy."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from aiohttp import web
from attrs import define, field
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector, CollectorRegistry

from bot.app.health import Health
from bot.clock import Clock
from bot.http_server import Boundary, HttpServer
from bot.metrics import REGISTRY
from bot.store.records import DeliveryState
from bot.store.sql import Store

L = TypeVar("L", bound=tuple[str, ...])


@define(eq=False)
class Operations:
    """The server of the operations port."""

    _store: Store
    _health: Health
    _clock: Clock
    _server: HttpServer | None = field(init=False, default=None)

    async def start(self, host: str, port: int) -> str:
        """Begin to answer; returns the address."""
        app = web.Application()
        app.add_routes([web.get("/healthz", self.healthz), web.get("/readyz", self.readyz)])
        app.add_routes([web.get("/metrics", self.metrics)])
        self._server = HttpServer("operations", app, Boundary())
        return await self._server.start(host, port, setting="PAPERBOY_OPERATIONS_PORT to another port, or to 0")

    async def aclose(self) -> None:
        if self._server:
            await self._server.stop()

    async def healthz(self, request: web.Request) -> web.Response:
        return _status(await self._health())

    async def readyz(self, request: web.Request) -> web.Response:
        return _status(await self._health.unready())

    async def metrics(self, request: web.Request) -> web.Response:
        of_store = CollectorRegistry()
        of_store.register(_Collected([gauge async for gauge in _store_gauges(self._store, self._clock.now())]))
        body = generate_latest(REGISTRY) + generate_latest(of_store)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


@define(eq=False)
class _Collected(Collector):
    _metrics: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def _store_gauges(store: Store, now: datetime) -> AsyncIterator[Metric]:
    """Gauges from the store: the same in every process on one store."""
    yield _gauge("paperboy_papers", "Papers in the database.", {(): await store.papers.count_papers()})
    states = await store.outbox.count_by_state()
    outbox = {(state.value,): states.get(state, 0) for state in DeliveryState}
    yield _gauge("paperboy_outbox_posts", "Posts by state.", outbox, "state")
    late_schedules = await store.outbox.late_schedules(now)
    late = {(item.channel, item.subscription): (now - item.due).total_seconds() for item in late_schedules}
    text = "How long the oldest post of a schedule has been due; only late ones are listed."
    yield _gauge("paperboy_schedule_lag_seconds", text, late, "channel", "schedule")
    worst = {(): max(late.values(), default=0.0)}
    yield _gauge("paperboy_lag_seconds", "How long the oldest unsent post has been due.", worst)
    schedules = {(state,): count for state, count in (await store.subscriptions.count_by_status()).items()}
    yield _gauge("paperboy_schedules", "Schedules by state: running, paused, held.", schedules, "state")
    fetches = await store.papers.last_fetches()
    fetch_ages = {(fetch.source,): (now - fetch.at).total_seconds() for fetch in fetches}
    yield _gauge("paperboy_source_look_age_seconds", "Since a source was last fetched.", fetch_ages, "source")
    is_up = {(fetch.source,): float(not fetch.error) for fetch in fetches}
    yield _gauge("paperboy_source_up", "Whether a source's last answer could be read.", is_up, "source")
    growth_ages = {(f.source,): (now - f.last_grew).total_seconds() for f in fetches if f.last_grew}
    yield _gauge("paperboy_source_growth_age_seconds", "Since a source's list last grew.", growth_ages, "source")
    votes = {(platform,): count for platform, count in (await store.votes.count_by_platform()).items()}
    yield _gauge("paperboy_ballots", "Votes that count, by platform.", votes, "platform")
    text = "What a model cost today and this month (UTC), in the currency of the settings."
    yield _gauge("paperboy_summary_cost", text, await _costs(store, now.date()), "model", "period")


async def _costs(store: Store, today: date) -> Mapping[tuple[str, str], float]:
    """By model and period."""
    periods = {"day": today, "month": today.replace(day=1)}
    rows = await store.costs.spending_since(periods["month"])
    costs = dict.fromkeys(((spent.model, period) for spent in rows for period in periods), 0.0)
    for spent in rows:
        for period, first in periods.items():
            costs[spent.model, period] += spent.cost if spent.day >= first else 0.0
    return costs


def _gauge(name: str, description: str, values: Mapping[L, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, description, labels=labels)
    for label, value in values.items():
        family.add_metric(label, value)
    return family


def _status(wrong: Mapping[str, str]) -> web.Response:
    return web.json_response({"ok": not wrong, "wrong": dict(wrong)}, status=503 if wrong else 200)
