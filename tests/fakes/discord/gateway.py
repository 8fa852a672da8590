"""The gateway: sessions that outlive their sockets, as many as the bot has shards."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord import wire
from tests.fakes.discord.faults import Faults
from tests.fakes.discord.session import Session, Socket
from tests.fakes.discord.world import Event, World

RECONNECT, INVALID, HELLO, ACK = 7, 9, 10, 11
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content


class Gateway:
    """Accepts sockets, keeps sessions, and tells them what happens."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.sockets: set[Socket] = set()
        self.identifies: list[dict[str, Any]] = []  # each with its time and shard
        self.resumes = 0
        self.beats = 0
        self.rejected = 0  # IDENTIFYs that came too fast
        self.ready_without: set[str] = set()  # fields that READY lacks, as from an odd server
        self.sent: deque[tuple[str, Any]] = deque(maxlen=500)
        world.tell = self.tell

    # what happens

    def tell(self, event: Event) -> None:
        """Deliver an event to the sessions it is for, unless it gets lost, is late or comes twice."""
        if self.faults.strike("miss"):
            return
        copies = 2 if event.name == "INTERACTION_CREATE" and self.faults.strike("double") else 1
        if event.name == "INTERACTION_CREATE" and self.faults.strike("late"):
            asyncio.get_running_loop().call_later(self.faults.delay, self._deliver, event, copies)
        else:
            self._deliver(event, copies)

    def _deliver(self, event: Event, copies: int) -> None:
        for session in self.sessions.values():
            if session.wants(event):
                for _ in range(copies):
                    self._dispatch(session, event.name, self._readable(session, event))

    def _dispatch(self, session: Session, name: str, data: Any) -> None:
        self.sent.append((name, data))
        session.dispatch(name, data)

    def send_event(self, name: str, data: Any) -> None:
        """Send an event as it stands."""
        for session in self.sessions.values():
            session.dispatch(name, data)

    def _readable(self, session: Session, event: Event) -> dict[str, Any]:
        if event.content_free or session.intents & 1 << 15:
            return event.data
        if event.name not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            return event.data
        return event.data | {"content": "", "embeds": [], "components": [], "attachments": []}

    # what a test does to the connection

    def drop(self, code: int = 1006) -> None:
        """Cut every socket, as a network does; the sessions stay."""
        for socket in list(self.sockets):
            socket.cut(code)

    def reconnect(self) -> None:
        """Ask every client to come back, as Discord does before it restarts a server."""
        for socket in list(self.sockets):
            socket.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is no more (or, resumable, to come back)."""
        if not resumable:
            self.sessions.clear()
        for socket in list(self.sockets):
            socket.send({"op": INVALID, "d": resumable})

    # the protocol

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False, max_msg_size=4096)
        await ws.prepare(request)
        socket = Socket(ws, request.transport, request.query.get("compress", ""))
        self.sockets.add(socket)
        socket.send({"op": HELLO, "d": {"heartbeat_interval": int(self.world.settings.heartbeat * 1000)}})
        try:
            await self._listen(socket)
        finally:
            self._forget(socket)
        return ws

    def _forget(self, socket: Socket) -> None:
        self.sockets.discard(socket)
        socket.close()
        for session in self.sessions.values():
            if session.socket is socket:
                session.attach(None)

    async def _listen(self, socket: Socket) -> None:
        async for frame in socket.ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            payload = json.loads(frame.data)
            match payload["op"]:
                case 1:  # heartbeat
                    self.beats += 1
                    socket.send({"op": ACK, "d": None})
                case 2:  # identify
                    await self._identify(socket, payload["d"])
                case 6:  # resume
                    await self._resume(socket, payload["d"])
                case 3 | 4 | 8:
                    pass  # presence, voice and member requests: nothing to do
                case _:
                    await socket.ws.close(code=4001, message=b"Unknown opcode")

    async def _identify(self, socket: Socket, asked: dict[str, Any]) -> None:
        if any(session.socket is socket for session in self.sessions.values()):
            await socket.ws.close(code=4005, message=b"Already authenticated")
        elif asked["token"] != self.world.token:
            await socket.ws.close(code=4004, message=b"Authentication failed")
        elif asked["intents"] & _PRIVILEGED and not self.world.settings.privileged:
            await socket.ws.close(code=4014, message=b"Disallowed intent(s)")
        elif not self._in_pace(asked):
            self.rejected += 1
            socket.send({"op": INVALID, "d": False})
        else:
            self._start(socket, asked)

    def _in_pace(self, asked: dict[str, Any]) -> bool:
        """Whether the last IDENTIFY of the same concurrency key is long enough ago."""
        shard = (asked.get("shard") or [0, 1])[0]
        key = shard % self.world.settings.max_concurrency
        now = self.world.elapsed()
        early = now - self.world.settings.identify_every
        recent = [i for i in self.identifies if i["key"] == key and i["at"] > early]
        self.identifies.append({"at": now, "key": key, "shard": asked.get("shard"), "intents": asked["intents"]})
        return not recent

    def _start(self, socket: Socket, asked: dict[str, Any]) -> None:
        shard = tuple(asked.get("shard") or (0, 1))
        for id in [id for id, old in self.sessions.items() if old.shard == shard and old.socket is None]:
            del self.sessions[id]
        self.world.identified += 1
        settings = self.world.settings
        session = Session(secrets.token_hex(16), asked["intents"], (shard[0], shard[1]), settings.replay)
        self.sessions[session.id] = session
        session.attach(socket)
        self._greet(session, asked)

    def _greet(self, session: Session, asked: dict[str, Any]) -> None:
        guilds = [guild for guild in self.world.guilds.values() if guild.present and session.has_guild(guild.id)]
        ready = {
            "v": 10,
            "user": wire.user(self.world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": self.world.application_id, "flags": 1 << 19},
        }
        ready |= {"shard": asked["shard"]} if asked.get("shard") else {}
        self._dispatch(session, "READY", {key: ready[key] for key in ready if key not in self.ready_without})
        for guild in guilds:
            if guild.available:
                self._dispatch(session, "GUILD_CREATE", wire.guild_create(self.world, guild))

    async def _resume(self, socket: Socket, asked: dict[str, Any]) -> None:
        session = self.sessions.get(asked["session_id"])
        if asked["token"] != self.world.token:
            await socket.ws.close(code=4004, message=b"Authentication failed")
        elif session is None or not session.can_replay(asked["seq"]):
            socket.send({"op": INVALID, "d": False})
        else:
            self.resumes += 1
            session.attach(socket)
            session.replay(asked["seq"])
            session.dispatch("RESUMED", {"_trace": []})
