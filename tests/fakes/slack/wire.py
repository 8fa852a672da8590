"""How things reach the app: over Socket Mode or signed HTTP, with Slack's retries."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from tests.fakes.slack.log import Delivery
from tests.fakes.slack.state import Json
from tests.fakes.slack.world import World


class Reply(Struct, frozen=True, kw_only=True):
    """How the app took it."""

    status: str  # `ok`, `timeout`, `nobody` (no connection), or an HTTP status
    payload: Json | None = None
    retry: bool = True  # may it be sent again?

    @property
    def ok(self) -> bool:
        return self.status == "ok"


class Transport(Protocol):
    async def deliver(self, sent: Delivery, payload: Json, reason: str) -> Reply: ...


class Wire:
    """Chooses the transport and keeps the record."""

    def __init__(self, world: World, socket: Transport, http: Transport) -> None:
        self._world = world
        self._socket = socket
        self._http = http

    async def ask(self, kind: str, name: str, team: str, payload: Json) -> tuple[Delivery, Reply]:
        """Send a command or an interaction: once, the user is waiting."""
        sent = self._record(kind, name, team, str(payload.get("trigger_id", "")))
        return sent, await self._attempt(sent, payload, "")

    async def event(self, team: str, payload: Json) -> None:
        """Send an event until it is acknowledged; by chance late, or twice."""
        faults, chance = self._world.settings.faults, self._world.chance
        if chance.random() < faults.late_event:
            await asyncio.sleep(chance.uniform(0, faults.lateness))
        if chance.random() < faults.duplicate_event:
            self._world.spawn(self._deliver(team, payload))
        await self._deliver(team, payload)

    async def _deliver(self, team: str, payload: Json) -> None:
        sent = self._record("events_api", payload["event"]["type"], team, payload["event_id"])
        reply = await self._attempt(sent, payload, "")
        for n, delay in enumerate(self._world.settings.retry_delays, start=1):
            if reply.ok or not reply.retry:
                return
            await asyncio.sleep(delay)
            sent = replace(sent, attempt=n, ack_ms=None, sent=self._world.now())
            self._world.log.deliveries.append(sent)
            reply = await self._attempt(sent, payload, self._reason(reply))

    def _reason(self, reply: Reply) -> str:
        if self._world.settings.request_url:
            return "http_timeout" if reply.status == "timeout" else "http_error"
        return "timeout"

    def _record(self, kind: str, name: str, team: str, id: str) -> Delivery:
        sent = Delivery(id=id, kind=kind, name=name, team=team, sent=self._world.now())
        self._world.log.deliveries.append(sent)
        return sent

    async def _attempt(self, sent: Delivery, payload: Json, reason: str) -> Reply:
        transport = self._http if self._world.settings.request_url else self._socket
        started = time.perf_counter()
        reply = await transport.deliver(sent, payload, reason)
        sent.status, sent.payload = reply.status, reply.payload
        if reply.ok:
            sent.ack_ms = (time.perf_counter() - started) * 1000
        return reply
