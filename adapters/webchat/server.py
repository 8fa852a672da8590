"""The web server of the chat."""

import asyncio

from aiohttp import web

from adapters.webchat.chat_state import ChatState
from adapters.webchat.handlers import Handlers
from adapters.webchat.routes import MAX_BODY_BYTES, Routes
from bot.chat.adapter import Core
from bot.http_server import Boundary, HttpServer, own_hosts

HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def make_server(state: ChatState, core: Core, handlers: Handlers, closing: asyncio.Event, host: str) -> HttpServer:
    """The server; when `closing` is set its event streams end."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    Routes(state, core, handlers, closing).add_to(app)
    return HttpServer("the browser chat", app, Boundary(hosts=own_hosts(host), headers=HEADERS))
