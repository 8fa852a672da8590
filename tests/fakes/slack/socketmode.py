"""Socket Mode: connections of the app, envelopes to one of them, and their acknowledgements."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid

from aiohttp import WSMsgType, web

from tests.fakes.slack.log import Delivery
from tests.fakes.slack.state import Json
from tests.fakes.slack.wire import Reply
from tests.fakes.slack.world import World


class SocketMode:
    """All WebSocket connections of the app."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._requests: dict[web.WebSocketResponse, web.Request] = {}
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._turn = itertools.count()
        self.connected = 0  # connections there ever were

    @property
    def connections(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        """An address to connect to, good for one connection."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        app = self._world.app.id
        return f"{self._world.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={app}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello to the end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="no such ticket")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(heartbeat=30)
        await ws.prepare(request)
        self._open.append(ws)
        self._requests[ws] = request
        self.connected += 1
        try:
            await ws.send_json(self._hello())
            async for message in ws:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            del self._requests[ws]
            if ws in self._open:
                self._open.remove(ws)
        return ws

    async def deliver(self, sent: Delivery, payload: Json, reason: str) -> Reply:
        """Send an envelope to one connection and wait for its acknowledgement."""
        if not self._open:
            return Reply(status="nobody")
        ws = self._open[next(self._turn) % len(self._open)]
        id = str(uuid.uuid4())
        envelope: Json = {"envelope_id": id, "payload": payload, "type": sent.kind}
        envelope["accepts_response_payload"] = sent.kind != "events_api"
        if sent.kind == "events_api":
            envelope |= {"retry_attempt": sent.attempt, "retry_reason": reason}
        self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            await ws.send_json(envelope)
            async with asyncio.timeout(self._world.settings.ack_seconds):
                return Reply(status="ok", payload=await self._waiting[id])
        except (TimeoutError, ConnectionError):
            return Reply(status="timeout")
        finally:
            del self._waiting[id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to come again: `warning` leaves it open for a while, others don't."""
        told = tuple(self._open)
        for ws in told:
            await ws.send_json({"type": "disconnect", "reason": reason, "debug_info": self._debug()})
        if reason != "warning":
            self._open = [ws for ws in self._open if ws not in told]
            self._world.spawn(self._close(told))

    async def drop(self) -> None:
        """Break every connection without a word, as a bad network does."""
        dropped, self._open = self._open, []
        for ws in dropped:
            if transport := self._requests[ws].transport:
                transport.abort()

    async def aclose(self) -> None:
        for ws in tuple(self._open):
            await ws.close()

    async def _close(self, told: tuple[web.WebSocketResponse, ...]) -> None:
        await asyncio.sleep(0.5)
        for ws in told:
            await ws.close()

    def _acknowledged(self, raw: str) -> None:
        answer = json.loads(raw)
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload"))

    def _hello(self) -> Json:
        connection = {"app_id": self._world.app.id}
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": self._debug(),
            "connection_info": connection,
        }

    def _debug(self) -> Json:
        return {"host": "applink-fake-1", "build_number": 1, "approximate_connection_time": 18060}
