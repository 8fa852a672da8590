"""The addresses of the chat: pages, forms, and the stream of changes."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec.structs import replace

from adapters.webchat.chat_state import ChatState
from adapters.webchat.events import channel_name, posted_values
from adapters.webchat.handlers import Handlers, Outcome
from adapters.webchat.pages import Pages
from adapters.webchat.people import person_for
from adapters.webchat.records import CHANNEL_NAME, DEFAULT_CHANNEL, Change
from adapters.webchat.render import STATIC_FILES, Reader
from bot.chat.adapter import Core
from bot.chat.event import Person
from bot.http_server import CsrfCookie, client_address, form_values
from bot.languages import speaking, tag, tr, wanted_by

MAX_BODY_BYTES = 160_000  # 12,000 characters of any script, percent-encoded
MAX_STREAMS_PER_CLIENT = 32  # a browser opens one for each visible tab
WRITE_TIMEOUT_S = 30.0  # for a page that doesn't read its stream
MAX_QUEUED_CHANGES = 200  # that a slow page may be behind; then it has to reload
KEEP_ALIVE_S = 20.0  # between comments on a quiet stream, so that lost connections are noticed
MAX_TOAST_CHARS = 300
MAX_COMPLETION_CHARS = 200
PERSON_COOKIE = "paperboy-person"
CSRF_COOKIE, CSRF_FIELD, CSRF_HEADER = "paperboy-csrf", "csrf", "X-CSRF"


class Routes:
    """Answers requests."""

    def __init__(self, state: ChatState, core: Core, handlers: Handlers, closing: asyncio.Event) -> None:
        self._state = state
        self._core = core
        self._handlers = handlers
        self._pages = Pages(state, core)
        self._closing = closing
        self._csrf = CsrfCookie(CSRF_COOKIE)
        self._streams = Counter[str]()  # open ones by client

    def add_to(self, app: web.Application) -> None:
        app.middlewares.extend((_in_reader_language, self._check_form))
        app.add_routes(
            [
                web.get("/", self.home),
                web.get("/c/{channel}", self.channel),
                web.post("/c/{channel}/say", self.say),
                web.post("/c/{channel}/press", self.press),
                web.post("/c/{channel}/submit", self.submit),
                web.post("/c/{channel}/react", self.react),
                web.post("/person", self.choose_person),
                web.post("/channels", self.create_channel),
                web.get("/complete", self.complete),
                web.get("/events", self.events, allow_head=False),
                web.get("/healthz", self.health),
                web.get("/static/{name}", STATIC_FILES.serve),
            ]
        )

    @web.middleware
    async def _check_form(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only forms of our own pages count, so that no other site votes or schedules in a reader's name."""
        if request.method not in {"GET", "HEAD"}:
            form = await form_values(request)
            self._csrf.check(request, request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD, ""))
        return await handler(request)

    async def home(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/c/{DEFAULT_CHANNEL}?thread=newest")

    async def channel(self, request: web.Request) -> web.Response:
        query, reader = request.query, self._reader(request)
        html = await self._pages.channel_page(
            _channel(request),
            reader,
            thread=query.get("thread", ""),
            before=query.get("before", ""),
            toast=query.get("toast", "")[:MAX_TOAST_CHARS],
        )
        response = web.Response(text=html, content_type="text/html")
        self._csrf.remember(response, reader.csrf)
        return response

    async def say(self, request: web.Request) -> web.StreamResponse:
        form = await form_values(request)
        thread = self._thread(request, form)
        sender = self._handlers.sender(_who(request), _channel(request), thread)
        return await self._respond(request, await self._handlers.send_text(sender, form.get("text", "")), thread)

    async def press(self, request: web.Request) -> web.StreamResponse:
        form = await form_values(request)
        thread = self._thread(request, form)
        sender = self._handlers.sender(_who(request), _channel(request), thread)
        pressed = await self._handlers.press_button(sender, form.get("message", ""), form.get("action", ""))
        return await self._respond(request, pressed, thread)

    async def submit(self, request: web.Request) -> web.StreamResponse:
        form = await form_values(request)
        thread, message, action = self._thread(request, form), form.get("message", ""), form.get("action", "")
        sender = self._handlers.sender(_who(request), _channel(request), thread)
        submitted = await self._handlers.submit_form(sender, message, action, posted_values(form))
        return await self._respond(request, submitted, thread)

    async def react(self, request: web.Request) -> web.StreamResponse:
        form = await form_values(request)
        message = form.get("message", "")
        sender = self._handlers.sender(_who(request), _channel(request))
        await self._handlers.toggle_reaction(sender, message, form.get("emoji", ""))
        return await self._respond(request, Outcome(self._state.message(message)))

    async def choose_person(self, request: web.Request) -> web.StreamResponse:
        form = await form_values(request)
        channel = form.get("channel", "")
        response = web.HTTPSeeOther(f"/c/{channel}" if CHANNEL_NAME.fullmatch(channel) else "/")
        response.set_cookie(PERSON_COOKIE, person_for(form.get("person", "")).id, samesite="Strict", httponly=True)
        raise response

    async def create_channel(self, request: web.Request) -> web.StreamResponse:
        name = channel_name((await form_values(request)).get("name", ""))
        if not name:
            toast = urlencode({"toast": tr("Use a-z, 0-9, - and _ in a channel name.")})
            raise web.HTTPSeeOther(f"/c/{DEFAULT_CHANNEL}?{toast}")
        await self._state.add_channel(name)
        raise web.HTTPSeeOther(f"/c/{name}")

    async def complete(self, request: web.Request) -> web.Response:
        typed = request.query.get("text", "")[:MAX_COMPLETION_CHARS]
        return web.json_response(list(await self._core.complete(typed, _who(request))))

    async def health(self, request: web.Request) -> web.Response:
        problems = dict(await self._core.health_problems())
        return web.json_response({"ok": not problems, **problems}, status=503 if problems else 200)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The changes since a position as server-sent events, until either side closes."""
        client = client_address(request, proxied=False)
        if self._streams[client] >= MAX_STREAMS_PER_CLIENT:
            raise web.HTTPTooManyRequests(text="Too many open pages. Close some.\n", headers={"Retry-After": "10"})
        self._streams[client] += 1
        queue = self._state.watch(MAX_QUEUED_CHANGES)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await self._stream_changes(request, response, queue)
        except (ConnectionError, TimeoutError):
            pass
        finally:
            self._state.unwatch(queue)
            self._streams[client] -= 1
            self._streams += Counter()  # drops the zeros
        return response

    async def _stream_changes(
        self, request: web.Request, response: web.StreamResponse, queue: asyncio.Queue[Change]
    ) -> None:
        reader, channel = self._reader(request), request.query.get("channel", DEFAULT_CHANNEL)
        missed = self._state.changes_since(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
        events = [b"retry: 1500\n\n"]
        events += [b"event: reload\ndata: 1\n\n"] if missed is None else []
        events += [await self._pages.server_sent_event(change, reader, channel) for change in missed or ()]
        await _write(response, b"".join(events))
        while not self._closing.is_set() and (self._state.is_watching(queue) or not queue.empty()):
            await _write(response, await self._next_event(queue, reader, channel))

    async def _next_event(self, queue: asyncio.Queue[Change], reader: Reader, channel: str) -> bytes:
        """The next change, or a comment after `KEEP_ALIVE_S` without one."""
        change = asyncio.ensure_future(queue.get())
        closed = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({change, closed}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            if not change.done():
                return b": no change\n\n"
            return await self._pages.server_sent_event(change.result(), reader, channel)
        finally:
            change.cancel()
            closed.cancel()

    def _reader(self, request: web.Request) -> Reader:
        return Reader(who=_who(request), csrf=self._csrf.token(request))

    def _thread(self, request: web.Request, form: Mapping[str, str]) -> str:
        """The thread that a form was in; empty if this channel has no such thread."""
        parent = self._state.message(form.get("thread", ""))
        return parent.id if parent and parent.channel == _channel(request) and not parent.thread else ""

    async def _respond(self, request: web.Request, outcome: Outcome, thread: str = "") -> web.StreamResponse:
        """The changed parts as JSON for the script; without it, a redirect to the page."""
        message, toast = outcome
        if "application/json" in request.headers.get("Accept", ""):
            pieces = await self._pages.pieces(message, self._reader(request)) if message else []
            return web.json_response({"toast": toast, "pieces": pieces})
        back = {"thread": thread or (message.thread if message else ""), "toast": toast}
        query = urlencode({name: value for name, value in back.items() if value})
        raise web.HTTPSeeOther(f"/c/{_channel(request)}?{query}#end")


@web.middleware
async def _in_reader_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Everything is written in the language that the browser prefers."""
    with speaking(wanted_by(request.headers.get("Accept-Language", ""))):
        return await handler(request)


def _who(request: web.Request) -> Person:
    return replace(person_for(request.cookies.get(PERSON_COOKIE)), language=tag())


def _channel(request: web.Request) -> str:
    name = request.match_info["channel"]
    if not CHANNEL_NAME.fullmatch(name):
        raise web.HTTPNotFound(text="This channel doesn't exist.\n")
    return name


async def _write(response: web.StreamResponse, data: bytes) -> None:
    """Raises `TimeoutError` when the browser doesn't read."""
    async with asyncio.timeout(WRITE_TIMEOUT_S):
        await response.write(data)
