"""Zotero's web API, version 3, as its documentation describes it (zotero.org/support/dev/web_api/v3).

One key per person, items by key with versions, at most 50 items a request, 412 for an item that is there, `Backoff` and
`Retry-After` where a test asks for them.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

OBJECT_KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
FIELDS = {
    "key", "version", "itemType", "title", "creators", "abstractNote", "repository", "archiveID", "date", "DOI", "url",
    "tags", "collections", "relations",
}  # fmt: skip
MAX_ITEMS = 50


@dataclass
class FakeZotero:
    """The server's state, and what it was asked."""

    keys: dict[str, tuple[int, bool]] = field(
        default_factory=lambda: {"P9nAd4KeyWithWrite": (7, True), "reader": (8, False)}
    )
    items: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    version: int = 1
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, number of items
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # instead of its own, first to last
    refuse_title: str = ""
    url: str = ""

    async def current_key(self, request: web.Request) -> web.Response:
        self._check_version(request)
        self.requests.append(("GET", request.path, 0))
        key = request.headers.get("Zotero-API-Key", "")
        if key not in self.keys:
            return web.Response(status=403, text="Invalid key")
        user, may_write = self.keys[key]
        access = {"library": True, "write": True} if may_write else {"library": True}
        return web.json_response({"key": key, "userID": user, "username": "ada", "access": {"user": access}})

    async def write_items(self, request: web.Request) -> web.Response:
        self._check_version(request)
        items = await request.json()
        self.requests.append(("POST", request.path, len(items)))
        if self.answers:
            status, headers = self.answers.pop(0)
            if status != 200:
                return web.Response(status=status, headers=headers, text="wait")
        else:
            headers = {}
        user = int(request.match_info["user"])
        if self.keys.get(request.headers.get("Zotero-API-Key", "")) != (user, True):
            return web.Response(status=403, text="Write access denied")
        if len(items) > MAX_ITEMS:
            return web.Response(status=413, text="Too many items submitted")
        return web.json_response(
            self._write(user, items), headers=headers | {"Last-Modified-Version": str(self.version)}
        )

    def _write(self, user: int, items: list[dict[str, Any]]) -> dict[str, Any]:
        library = self.items.setdefault(user, {})
        success: dict[str, str] = {}
        failed: dict[str, dict[str, Any]] = {}
        for number, item in enumerate(items):
            if problem := self._problem(library, item):
                failed[str(number)] = {"key": item.get("key"), "code": problem[0], "message": problem[1]}
                continue
            self.version += 1
            library[item["key"]] = item | {"version": self.version}
            success[str(number)] = item["key"]
        return {"successful": {}, "success": success, "unchanged": {}, "failed": failed}

    def _problem(self, library: dict[str, Any], item: dict[str, Any]) -> tuple[int, str] | None:
        if not OBJECT_KEY.fullmatch(item.get("key", "")):
            return 400, "not a valid item key"
        if unknown := set(item) - FIELDS:
            return 400, f"Invalid property {unknown}"
        if any(not (set(c) == {"creatorType", "name"} or set(c) == {"creatorType", "firstName", "lastName"})
               for c in item["creators"]):  # fmt: skip
            return 400, "Invalid creator"
        if "version" not in item:
            return 428, "Either If-Unmodified-Since-Version or object version property must be provided"
        if item["key"] in library:
            return 412, "Item has been modified since specified version"
        if self.refuse_title and self.refuse_title in item["title"]:
            return 413, "Note too long"
        return None

    def _check_version(self, request: web.Request) -> None:
        if request.headers.get("Zotero-API-Version") != "3":
            raise web.HTTPBadRequest(text="no API version")


@asynccontextmanager
async def zotero_server() -> AsyncIterator[FakeZotero]:
    fake = FakeZotero()
    app = web.Application()
    app.add_routes([web.get("/keys/current", fake.current_key), web.post(r"/users/{user:\d+}/items", fake.write_items)])
    server = TestServer(app)
    await server.start_server()
    fake.url = f"http://127.0.0.1:{server.port}"
    yield fake
    await server.close()
