"""What a browser can ask for: pages, forms, and the stream of what is new."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from adapters.webchat import blank, guard, listen
from adapters.webchat.pages import Pages
from adapters.webchat.records import CHANNEL, DEFAULT, Change
from adapters.webchat.room import Room
from bot.chat.adapter import Core
from bot.chat.event import Person

QUEUE = 200  # messages a slow reader may be behind; then it is told to reload
KEEP_ALIVE = 20.0  # seconds between comments on a quiet stream, so that dead connections are noticed
PERSON = "paperboy-person"


class Routes:
    """The addresses, and what is behind each."""

    def __init__(self, room: Room, core: Core, desk: listen.Desk, closing: asyncio.Event) -> None:
        self._room = room
        self._core = core
        self._desk = desk
        self._pages = Pages(room, core)
        self._closing = closing

    def add(self, app: web.Application) -> None:
        """All addresses."""
        app.add_routes(
            [
                web.get("/", self.home),
                web.get("/c/{channel}", self.channel),
                web.post("/c/{channel}/say", self.say),
                web.post("/c/{channel}/press", self.press),
                web.post("/c/{channel}/submit", self.submit),
                web.post("/c/{channel}/react", self.react),
                web.post("/person", self.person),
                web.post("/channels", self.open_channel),
                web.get("/complete", self.complete),
                web.get("/events", self.events, allow_head=False),
                web.get("/healthz", self.health),
                web.get("/static/{name}", self.static),
            ]
        )

    async def home(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/c/{DEFAULT}?thread=newest")

    async def channel(self, request: web.Request) -> web.Response:
        channel, thread = _channel(request), request.query.get("thread", "")
        csrf = guard.token(request)
        toast = request.query.get("toast", "")
        html = self._pages.channel(
            channel, _who(request), csrf, thread=thread, before=request.query.get("before", ""), toast=toast[:300]
        )
        response = web.Response(text=html, content_type="text/html")
        guard.remember(response, csrf)
        return response

    async def say(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        thread = self._thread(request, form)
        done = await self._desk.typed(_who(request), _channel(request), thread, _text(form, "text"))
        return self._done(request, *done, thread=thread)

    async def press(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        thread = self._thread(request, form)
        done = await self._desk.pressed(
            _who(request), _channel(request), thread, _text(form, "message"), _text(form, "action")
        )
        return self._done(request, *done, thread=thread)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        thread, action = self._thread(request, form), _text(form, "action")
        who, channel, values = _who(request), _channel(request), blank.given(form)
        message = _text(form, "message")
        done = await self._desk.submitted(who, channel, thread, message, action=action, values=values)
        return self._done(request, *done, thread=thread)

    async def react(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        message = _text(form, "message")
        await self._desk.reacted(_who(request), message, _text(form, "emoji"))
        return self._done(request, self._room.get(message), "")

    async def person(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        response = web.HTTPSeeOther(_back(form))
        response.set_cookie(PERSON, listen.person(_text(form, "person")).id, samesite="Strict", httponly=True)
        raise response

    async def open_channel(self, request: web.Request) -> web.StreamResponse:
        name = listen.channel_name(_text(await request.post(), "name"))
        if not name:
            raise web.HTTPSeeOther(f"/c/{DEFAULT}?toast=A+channel+name+takes+a-z,+0-9,+-+and+_")
        await self._room.open_channel(name)
        raise web.HTTPSeeOther(f"/c/{name}")

    async def complete(self, request: web.Request) -> web.Response:
        found = await self._core.complete(request.query.get("text", "")[:200], _who(request))
        return web.json_response(list(found))

    async def health(self, request: web.Request) -> web.Response:
        wrong = dict(await self._core.health_problems())
        return web.json_response({"ok": not wrong, **wrong}, status=503 if wrong else 200)

    async def static(self, request: web.Request) -> web.Response:
        found = self._pages.static(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such file.\n")
        content, kind = found
        return web.Response(body=content, content_type=kind, headers={"Cache-Control": "no-cache"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What is new since a mark, as server-sent events, until either side goes away."""
        who, channel, csrf = _who(request), request.query.get("channel", DEFAULT), guard.token(request)
        response = web.StreamResponse(headers=guard.HEADERS | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue = self._room.watch(QUEUE)
        try:
            await response.write(b"retry: 1500\n\n")
            missed = self._room.since(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
            if missed is None:
                await response.write(b"event: reload\ndata: 1\n\n")
            for change in missed or ():
                await response.write(self._pages.event(change, who, channel, csrf))
            while not self._closing.is_set() and (self._room.watches(queue) or not queue.empty()):
                await response.write(await self._next(queue, who, channel, csrf))
        except ConnectionError:
            pass
        finally:
            self._room.unwatch(queue)
        return response

    async def _next(self, queue: asyncio.Queue[Change], who: Person, channel: str, csrf: str) -> bytes:
        got = asyncio.ensure_future(queue.get())
        closed = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({got, closed}, timeout=KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
            return self._pages.event(got.result(), who, channel, csrf) if got.done() else b": still here\n\n"
        finally:
            got.cancel()
            closed.cancel()

    def _thread(self, request: web.Request, form: Any) -> str:
        """The thread a form stood in, if there is one of that name in this channel."""
        said = self._room.get(_text(form, "thread"))
        return said.id if said and said.channel == _channel(request) and not said.thread else ""

    def _done(self, request: web.Request, said: Any, toast: str, *, thread: str = "") -> web.StreamResponse:
        """With JavaScript the piece that changed; without it, back to the page."""
        csrf = request.cookies.get(guard.COOKIE, "")
        if "application/json" in request.headers.get("Accept", ""):
            pieces = self._pages.pieces(said, _who(request), csrf) if said else []
            return web.json_response({"toast": toast, "pieces": pieces})
        back = {"thread": thread or (said.thread if said else ""), "toast": toast}
        query = urlencode({name: value for name, value in back.items() if value})
        raise web.HTTPSeeOther(f"/c/{_channel(request)}?{query}#end")


def _who(request: web.Request) -> Person:
    return listen.person(request.cookies.get(PERSON))


def _channel(request: web.Request) -> str:
    name = request.match_info["channel"]
    if not CHANNEL.fullmatch(name):
        raise web.HTTPNotFound(text="There is no such channel.\n")
    return name


def _text(form: Any, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _back(form: Any) -> str:
    """Where the form stood; only a channel of ours."""
    name = _text(form, "channel")
    return f"/c/{name}" if CHANNEL.fullmatch(name) else "/"
