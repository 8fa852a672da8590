"""Adds papers to a person's Zotero library, with their own key.

Zotero's API, version 3 (zotero.org/support/dev/web_api/v3/write_requests). An item's key follows from its paper, and
its version 0 says that it must be new: what is sent twice is refused with 412, and nothing is there twice.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from bot.clock import Clock, SystemClock
from bot.errors import AskError
from bot.http_server.sealer import Sealer, open_sealer
from bot.languages import tr
from bot.papers.citations import render
from bot.papers.model import Paper

MAX_ITEMS = 50  # in a request: Zotero's limit
MAX_WAIT_S = 20.0  # that Zotero may ask for; beyond it, the person is told to try again later
MAX_ATTEMPTS = 3
TIMEOUT = aiohttp.ClientTimeout(total=30)
EXISTS = 412  # the code of an item that is in the library
KEY_LETTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"


class Zotero(Struct, frozen=True, kw_only=True):
    """The client: adds papers to the library of a key."""

    url: str = "https://api.zotero.org"
    clock: Clock = SystemClock()
    key_file: Path = Path("people.key")  # with the key that seals people's keys

    @property
    def sealer(self) -> Sealer:
        """Opened when it is needed: a command in the terminal makes no key."""
        return open_sealer(self.key_file, "the key that seals people's keys for Zotero", self.clock)

    async def library_of(self, key: str) -> int:
        """The user whose library a key may write to. Raises `AskError`."""
        found = await self._send("GET", "/keys/current", key)
        if not found.get("access", {}).get("user", {}).get("write"):
            raise _refused()
        return int(found["userID"])

    async def add_papers(self, key: str, papers: Sequence[Paper]) -> int:
        """Add those that the library doesn't have; returns how many. Raises `AskError`."""
        path, added = f"/users/{await self.library_of(key)}/items", 0
        for start in range(0, len(papers), MAX_ITEMS):
            batch = papers[start : start + MAX_ITEMS]
            body = render("zotero.json", papers=batch, keys=[_item_key(paper.id) for paper in batch])
            answer = await self._send("POST", path, key, body)
            added += len(answer.get("success", {}))
            if failed := [item for item in answer.get("failed", {}).values() if item.get("code") != EXISTS]:
                raise _failed(str(failed[0].get("message", ""))[:100])
        return added

    async def _send(self, method: str, path: str, key: str, body: str | None = None) -> dict[str, Any]:
        headers = {"Zotero-API-Key": key, "Zotero-API-Version": "3", "Content-Type": "application/json"}
        status = 0
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
                for _ in range(MAX_ATTEMPTS):
                    async with session.request(
                        method, self.url + path, data=body, headers=headers, allow_redirects=False
                    ) as response:
                        status, text = response.status, await response.json() if response.ok else {}
                    waits = (response.headers.get(name, "") for name in ("Backoff", "Retry-After"))
                    wait_s = max(float(value) if value.isdecimal() else 0 for value in waits)
                    if wait_s > MAX_WAIT_S or status not in {200, 429, 503}:
                        break
                    await self.clock.sleep(wait_s)
                    if status == 200:
                        return dict(text)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _failed(type(error).__name__) from None  # without the request, which has the key
        raise _refused() if status in {401, 403, 404} else _failed(f"HTTP {status}")


def _item_key(id: str) -> str:
    """Eight of Zotero's letters, the same for the same paper."""
    number = int.from_bytes(hashlib.sha256(id.encode()).digest())
    return "".join(KEY_LETTERS[number // len(KEY_LETTERS) ** place % len(KEY_LETTERS)] for place in range(8))


def _refused() -> AskError:
    return AskError(tr("Zotero refuses this key."), tr("Make a key with write access, then: /papers zotero key"))


def _failed(reason: str) -> AskError:
    problem = tr("Zotero did not take the papers ({reason}).", reason=reason)
    return AskError(problem, tr("Try again later: no paper is added twice."))
