"""`/healthz`, `/readyz` and `/metrics`, on a port for the people who run Paperboy."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from aiohttp import web
from attrs import define, field
from msgspec import Struct
from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector, CollectorRegistry

from bot.app.health import Health
from bot.clock import Clock
from bot.http_server import Boundary, HttpServer
from bot.metrics import REGISTRY
from bot.store.protocol import Store
from bot.store.records import DeliveryState, Fetch, LateSchedule, Spending

L = TypeVar("L", bound=tuple[str, ...])


class StoreFigures(Struct, frozen=True, kw_only=True):
    """Figures from the store at one moment."""

    at: datetime
    papers: int
    outbox: Mapping[DeliveryState, int]
    late: tuple[LateSchedule, ...]
    subscriptions: Mapping[str, int]
    fetches: tuple[Fetch, ...]
    votes: Mapping[str, int]
    spent: tuple[Spending, ...]  # this month


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
        of_store.register(_StoreGauges(await self._figures()))
        body = generate_latest(REGISTRY) + generate_latest(of_store)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _figures(self) -> StoreFigures:
        now, store = self._clock.now(), self._store
        return StoreFigures(
            at=now,
            papers=await store.papers.count_papers(),
            outbox=await store.outbox.count_by_state(),
            late=tuple(await store.outbox.late_schedules(now)),
            subscriptions=await store.subscriptions.count_by_status(),
            fetches=tuple(await store.papers.last_fetches()),
            votes=await store.votes.count_by_platform(),
            spent=tuple(await store.costs.spending_since(now.date().replace(day=1))),
        )


class _StoreGauges(Collector):
    """Gauges from the store: the same in every process on one store."""

    def __init__(self, figures: StoreFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        figures = self._figures
        yield _gauge("paperboy_papers", "Papers in the database.", {(): figures.papers})
        outbox = {(state.value,): figures.outbox.get(state, 0) for state in DeliveryState}
        yield _gauge("paperboy_outbox_posts", "Posts by state.", outbox, "state")
        late = {(item.channel, item.subscription): (figures.at - item.due).total_seconds() for item in figures.late}
        text = "How long the oldest post of a schedule has been due; only late ones are listed."
        yield _gauge("paperboy_schedule_lag_seconds", text, late, "channel", "schedule")
        worst = {(): max(late.values(), default=0.0)}
        yield _gauge("paperboy_lag_seconds", "How long the oldest unsent post has been due.", worst)
        counts = {(state,): count for state, count in figures.subscriptions.items()}
        yield _gauge("paperboy_schedules", "Schedules by state: running, paused, held.", counts, "state")
        fetch_ages = {(fetch.source,): (figures.at - fetch.at).total_seconds() for fetch in figures.fetches}
        yield _gauge("paperboy_source_look_age_seconds", "Since a source was last fetched.", fetch_ages, "source")
        is_up = {(fetch.source,): float(not fetch.error) for fetch in figures.fetches}
        yield _gauge("paperboy_source_up", "Whether a source's last answer could be read.", is_up, "source")
        growth_ages = {(f.source,): (figures.at - f.last_grew).total_seconds() for f in figures.fetches if f.last_grew}
        yield _gauge("paperboy_source_growth_age_seconds", "Since a source's list last grew.", growth_ages, "source")
        votes = {(platform,): count for platform, count in figures.votes.items()}
        yield _gauge("paperboy_ballots", "Votes that count, by platform.", votes, "platform")
        text = "What a model cost today and this month (UTC), in the currency of the settings."
        yield _gauge("paperboy_summary_cost", text, _costs(figures), "model", "period")


def _costs(figures: StoreFigures) -> Mapping[tuple[str, str], float]:
    """By model and period."""
    periods = {"day": figures.at.date(), "month": figures.at.date().replace(day=1)}
    costs = dict.fromkeys(((spent.model, period) for spent in figures.spent for period in periods), 0.0)
    for spent in figures.spent:
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
