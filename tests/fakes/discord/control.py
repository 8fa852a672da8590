"""The control API: every operation as `POST /_control/<name>` with JSON, for a server in its own process."""

from __future__ import annotations

import inspect
from typing import Any

from aiohttp import web

from tests.fakes.discord import acts, holdings, people, places
from tests.fakes.discord.ops import OPS, NotOffered, Server

__all__ = ["do", "routes"]
_MODULES = (acts, holdings, people, places)  # importing them fills the table


def do(server: Server, op: str, arguments: dict[str, Any]) -> Any:
    """The result of an operation, or an awaitable of it."""
    if op not in OPS:
        raise NotOffered(f"no such operation: {op}; there are {sorted(OPS)}")
    return OPS[op](server, **arguments)


def routes(server: Server) -> list[web.RouteDef]:
    async def handle(request: web.Request) -> web.Response:
        arguments = await request.json() if request.can_read_body else dict(request.query)
        try:
            value = do(server, request.match_info["op"], arguments)
            value = await value if inspect.isawaitable(value) else value
        except (NotOffered, TypeError, KeyError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"})
        return web.json_response({"value": value})

    return [web.post("/_control/{op}", handle), web.get("/_control/{op}", handle)]
