"""One session of the gateway and the socket it is on for now."""

from __future__ import annotations

import asyncio
import json
from asyncio import Transport
from collections import deque
from typing import Any

from aiohttp import web

from tests.fakes.discord.compression import stream
from tests.fakes.discord.world import Event

DISPATCH = 0


class Socket:
    """A connection; a task writes what is sent, in order."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.BaseTransport | None, compression: str) -> None:
        self.ws = ws
        self._transport = transport
        self._compress = stream(compression)
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, payload: dict[str, Any]) -> None:
        self.send_raw(_encode(payload))

    def send_raw(self, raw: bytes) -> None:
        self._queue.put_nowait(raw)

    def cut(self, code: int) -> None:
        """Break the connection: without a word (1006), or with a close code."""
        if code == 1006 and isinstance(self._transport, Transport):
            self._transport.abort()
        else:
            self._closing = asyncio.create_task(self.ws.close(code=code))

    def close(self) -> None:
        self._writer.cancel()

    async def _write(self) -> None:
        while True:
            raw = await self._queue.get()
            try:
                if self._compress:
                    await self.ws.send_bytes(self._compress(raw))
                else:
                    await self.ws.send_str(raw.decode())
            except ConnectionError:
                return


class Session:
    """What a shard was told, numbered, kept for a RESUME."""

    def __init__(self, id: str, intents: int, shard: tuple[int, int], keep: int) -> None:
        self.id = id
        self.intents = intents
        self.shard = shard
        self.socket: Socket | None = None
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=keep)
        self._number = 0

    def attach(self, socket: Socket | None) -> None:
        self.socket = socket

    def has_guild(self, id: str) -> bool:
        """Whether a guild is this shard's; direct messages are the first one's."""
        return (int(id or 0) >> 22) % self.shard[1] == self.shard[0]

    def wants(self, event: Event) -> bool:
        return self.has_guild(event.guild_id) and (not event.intent or bool(self.intents & event.intent))

    def dispatch(self, name: str, data: Any) -> None:
        self._number += 1
        raw = _encode({"op": DISPATCH, "t": name, "s": self._number, "d": data})
        self._sent.append((self._number, raw))
        if self.socket:
            self.socket.send_raw(raw)

    def can_replay(self, after: int) -> bool:
        oldest = self._sent[0][0] if self._sent else self._number + 1
        return after <= self._number and oldest <= after + 1

    def replay(self, after: int) -> None:
        for number, raw in self._sent:
            if number > after and self.socket:
                self.socket.send_raw(raw)


def _encode(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()
