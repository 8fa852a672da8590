"""Hugging Face, arXiv and a feed on loopback: recorded or invented days, and faults on demand.

Also a process: `python -m tests.fakes.papers --days FOLDER` prints its address and serves until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import zlib
from collections import Counter
from datetime import date
from functools import cache, reduce
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.texts import MEGABYTE, deflated

HANG = 30.0


class FakePapers:
    """The sources' servers. `fake.fail(path, fault)` breaks one of them; `fake.asked` counts the requests."""

    def __init__(self, folder: Path | None = None) -> None:
        self.asked: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.tokens: set[str] = set()
        self.redirect = ""  # send everybody there
        self.early: int | None = None  # serve only so many papers of a day: the rest comes late
        self.url = ""
        self.linked: dict[str, dict[str, Any]] = {}  # what `/api/papers/{id}` says; of others it knows nothing
        self._folder = folder
        self._days: dict[str, list[Any]] = {}
        self._faults: dict[str, str] = {}
        self._runner: web.AppRunner | None = None

    def list(self, day: date, entries: list[Any]) -> None:
        """What Hugging Face lists on a day."""
        self._days[day.isoformat()] = entries

    def fail(self, path: str, fault: str) -> None:
        """`500`, `hang`, `html`, `cut`, `bomb`, `429`, `entities`; empty mends it."""
        self._faults[path] = fault

    async def __aenter__(self) -> FakePapers:
        await self.start(0)
        return self

    async def __aexit__(self, *rest: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def start(self, port: int) -> None:
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/daily_papers", self._daily),
                web.get("/api/papers/search", self._search),
                web.get("/api/papers/{id}", self._linked),
                web.get("/atom/{categories}", self._atom),
                web.get("/feed.xml", self._feed),
                web.get("/api/query", self._query),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _daily(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "/api/daily_papers", self._entries(request), "application/json")

    async def _search(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("q", "").casefold()
        everything = [one for entries in self._days.values() for one in entries]
        found = [one for one in everything if wanted in one["paper"]["title"].casefold()]
        return await self._answer(request, "/api/papers/search", json.dumps(found).encode(), "application/json")

    async def _linked(self, request: web.Request) -> web.StreamResponse:
        found = self.linked.get(request.match_info["id"])
        if found is None and not self._faults.get("/api/papers"):
            self.asked["/api/papers"] += 1
            raise web.HTTPNotFound
        return await self._answer(request, "/api/papers", json.dumps(found).encode(), "application/json")

    async def _atom(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "/atom", atom_feed(request.match_info["categories"]), "application/atom+xml")

    async def _query(self, request: web.Request) -> web.StreamResponse:
        ids = [id for id in request.query.get("id_list", "").split(",") if id.startswith("25")]
        entries = "".join(
            f"""<entry><id>http://arxiv.org/abs/{id}v2</id><title>Asked for {id}</title>
            <summary>Invented words.</summary>
            <author><name>Ada Lovelace</name></author><published>2025-03-01T00:00:00Z</published></entry>"""
            for id in ids
        )
        feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>q</title>{entries}</feed>'
        return await self._answer(request, "/api/query", feed.encode(), "application/atom+xml")

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, "/feed.xml", _RSS.encode(), "application/rss+xml")

    def _entries(self, request: web.Request) -> bytes:
        day, page = request.query.get("date", ""), int(request.query.get("p", "0"))
        entries = self._days.get(day) or self._recorded(day)
        if not isinstance(entries, list):
            return json.dumps(entries).encode()
        limit = int(request.query.get("limit", "50"))
        return json.dumps(entries[: self.early][page * limit : (page + 1) * limit]).encode()

    def _recorded(self, day: str) -> list[Any]:
        file = (self._folder or Path("/nowhere")) / f"{day}.json.gz"
        return json.loads(gzip.decompress(file.read_bytes())) if file.exists() else []  # type: ignore[no-any-return]

    async def _answer(self, request: web.Request, path: str, body: bytes, kind: str) -> web.StreamResponse:
        self.asked[path] += 1
        self.agents.add(request.headers.get("User-Agent", ""))
        self.tokens.add(request.headers.get("Authorization", ""))
        if self.redirect:
            return web.Response(status=302, headers={"Location": self.redirect})
        match self._faults.get(path, ""):
            case "500":
                return web.Response(status=500, text="oh no")
            case "429":
                return web.Response(status=429, headers={"Retry-After": "120"})
            case "hang":
                await asyncio.sleep(HANG)
            case "html":
                return web.Response(text="<!doctype html><p>Down for maintenance</p>", content_type="text/html")
            case "cut":
                zipped = gzip.compress(body * 50)[: len(body) // 2 + 20]
                return web.Response(body=zipped, content_type=kind, headers={"Content-Encoding": "gzip"})
            case "bomb":
                return web.Response(body=bomb(), content_type=kind, headers={"Content-Encoding": "gzip"})
            case "entities":
                return web.Response(body=_LAUGHS, content_type=kind)
        tag = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == tag:
            self.unchanged[path] += 1
            return web.Response(status=304)
        return web.Response(body=body, content_type=kind, headers={"ETag": tag})


@cache
def bomb() -> bytes:
    """300 MB in 300 kB."""
    total = reduce(lambda sum, _: zlib.crc32(MEGABYTE, sum), range(300), 0)
    head = gzip.compress(b"")[:10]
    return head + deflated(300) + total.to_bytes(4, "little") + (300_000_000).to_bytes(4, "little")


def entry(number: int, title: str = "", *, upvotes: int = 0, day: str = "2025-03-18", **paper: Any) -> dict[str, Any]:
    """One record in the shape of `/api/daily_papers`; its text is invented."""
    return {
        "paper": {
            "id": f"2503.{number:05d}",
            "title": title or f"A House for Birds, Part {number}",
            "summary": f"Birds sing. We present nest number {number}, a house for birds. It keeps rain out.",
            "authors": [{"name": "Ada Lovelace", "hidden": False}],
            "publishedAt": "2025-03-17T12:00:00.000Z",
            "submittedOnDailyAt": f"{day}T05:00:00.000Z",
            "upvotes": upvotes,
            **paper,
        },
        "publishedAt": "2025-03-17T08:00:00.000Z",
        "numComments": 1,
    }


def atom_feed(categories: str) -> bytes:
    entries = "".join(
        f"""<entry><id>oai:arXiv.org:2503.{n:05d}v1</id><title>Nest {n}</title>
        <summary>arXiv:2503.{n:05d}v1 Announce Type: {kind}\nAbstract: Invented words about nest {n}.</summary>
        <category term="{categories.split("+", maxsplit=1)[0]}"/><published>2025-03-18T00:00:00-04:00</published>
        <arxiv:announce_type>{kind}</arxiv:announce_type><dc:creator>Ada Lovelace, Alan Turing</dc:creator></entry>"""
        for n, kind in ((1, "new"), (2, "cross"), (3, "replace"))
    )
    return f"""<?xml version="1.0"?><feed xmlns:arxiv="http://arxiv.org/schemas/atom"
        xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom">
        <title>updates</title>{entries}</feed>""".encode()


_RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Nests</title>
<item><title>A &lt;b&gt;bold&lt;/b&gt; nest</title><link>https://example.org/nest</link>
<description>&lt;p&gt;Words &lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description></item>
<item><title>A known nest</title><link>https://arxiv.org/abs/2503.00001v2</link></item>
<item><title>Bad</title><link>javascript:alert(1)</link></item>
</channel></rss>"""

_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<rss version="2.0"><channel><title>&lol2;</title></channel></rss>"""


async def _serve(folder: Path, port: int) -> None:
    fake = FakePapers(folder)
    await fake.start(port)
    print(fake.url, flush=True)
    await asyncio.sleep(3_600)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    asyncio.run(_serve(chosen.days, chosen.port))
