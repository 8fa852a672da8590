"""HTTP mode: signed requests to the app's request URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.log import Delivery
from tests.fakes.slack.state import Json
from tests.fakes.slack.wire import Reply
from tests.fakes.slack.world import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class HttpMode:
    """Posts to the request URL; one path for events, commands and interactions, as bolt serves it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, sent: Delivery, payload: Json, reason: str) -> Reply:
        body, content_type = _body(sent.kind, payload)
        headers = {"Content-Type": content_type}
        if sent.attempt:
            headers |= {"X-Slack-Retry-Num": str(sent.attempt), "X-Slack-Retry-Reason": reason}
        status, text, retry = await self.post(body, headers)
        ok = status.startswith("2")
        return Reply(status="ok" if ok else status, payload=_parsed(text) if ok else None, retry=retry)

    async def verify(self) -> str:
        """The question Slack asks when the URL is entered; the app must repeat the challenge."""
        challenge = self._world.chance.randbytes(16).hex()
        body = {"token": self._world.app.verification, "challenge": challenge, "type": "url_verification"}
        status, text, _ = await self.post(json.dumps(body), {"Content-Type": JSON})
        return "ok" if challenge in text else f"{status} {text}"

    async def post(self, body: str, headers: dict[str, str]) -> tuple[str, str, bool]:
        """Send signed bytes: (status, text, may be retried)."""
        self._session = self._session or aiohttp.ClientSession()
        limit = aiohttp.ClientTimeout(total=self._world.settings.ack_seconds)
        headers = headers | self._signature(body)
        url = self._world.settings.request_url
        try:
            async with self._session.post(url, data=body.encode(), headers=headers, timeout=limit) as answer:
                retry = answer.headers.get("X-Slack-No-Retry") != "1"
                return str(answer.status), await answer.text(), retry
        except TimeoutError:
            return "timeout", "", True
        except aiohttp.ClientError:
            return "nobody", "", True

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    def _signature(self, body: str) -> dict[str, str]:
        settings = self._world.settings
        stamp = str(int(time.time() - settings.stale))
        secret = self._world.app.signing_secret if settings.signature == "good" else "somebody else's secret"
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        if settings.signature == "missing":
            return {}
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _body(kind: str, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), JSON
    if kind == "slash_commands":
        return urlencode(payload), FORM
    return urlencode({"payload": json.dumps(payload)}), FORM


def _parsed(text: str) -> Json | None:
    """What came with the acknowledgement: JSON, or plain words to show."""
    if not text.strip():
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}
