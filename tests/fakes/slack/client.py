"""What tests hold in their hands: a Slack, its workspaces, people and channels."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import msgspec

from tests.fakes.slack.acts import Seen
from tests.fakes.slack.log import Delivery, Request, Wrong
from tests.fakes.slack.people import Workspace
from tests.fakes.slack.server import Server
from tests.fakes.slack.settings import Settings
from tests.fakes.slack.state import Json, Message, View

STEP = 0.02  # seconds between two looks


class FakeSlack:
    """Started by `async with`, or the one that runs on its own at `url`. All of it goes over HTTP."""

    def __init__(self, settings: Settings | None = None, *, url: str = "") -> None:
        self.url = url
        self.server = None if url else Server(settings)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> FakeSlack:
        if self.server:
            self.url = await self.server.start()
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *rest: object) -> None:
        if self._session:
            await self._session.close()
        if self.server:
            await self.server.stop()

    @property
    def api_url(self) -> str:
        """For `SLACK_API_URL`."""
        return f"{self.url}/api/"

    @property
    def authorize_url(self) -> str:
        """Where an install starts."""
        return f"{self.url}/oauth/v2/authorize"

    async def app(self) -> Json:
        """The app's id and secrets: `app_token`, `client_id`, `client_secret`, `signing_secret`."""
        return dict(await self._get("app", Json))

    async def env(self, workspace: Workspace | None = None) -> dict[str, str]:
        """The environment of a bot, of one workspace or of all of them."""
        app = await self.app()
        env = {"SLACK_API_URL": self.api_url, "SLACK_APP_TOKEN": app["app_token"]}
        env |= {f"SLACK_{key.upper()}": app[key] for key in ("client_id", "client_secret", "signing_secret")}
        return env | ({"SLACK_BOT_TOKEN": workspace.token} if workspace else {})

    # making

    async def workspace(self, name: str = "Acme", *, enterprise: str = "", installed: bool = True) -> Workspace:
        """A workspace with the app in it; `enterprise` is an id from `enterprise()`."""
        made = await self.do("workspace", name=name, enterprise=enterprise, installed=installed)
        return Workspace(self, made)

    async def enterprise(self, name: str = "Initech", *, installed: bool = True) -> Json:
        """An organisation: `id`, and the `token` of its org-wide install."""
        return dict(await self.do("enterprise", name=name, installed=installed))

    # behaving

    async def settings(self, **changes: Any) -> None:
        """Change how this Slack behaves: fields of `Settings`; `limits` and `faults` in part."""
        await self.do("settings", **changes)

    async def fail_next(self, method: str, fault: str, times: int = 1) -> None:
        """The next calls go wrong: `rate_limited`, `error_before`, `error_after`, `hang_after`, `drop_after`, …"""
        await self.do("fail_next", method=method, fault=fault, times=times)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask Socket Mode connections to come again."""
        await self.do("disconnect", reason=reason)

    async def drop(self) -> None:
        """Break Socket Mode connections."""
        await self.do("drop")

    # reading

    async def messages(self, **equal: str) -> list[Message]:
        """Messages by field: `channel`, `team`, `thread`, `user`, …"""
        return list(await self._get("messages", list[Message], equal))

    async def ephemerals(self, **equal: str) -> list[Message]:
        return list(await self._get("ephemerals", list[Message], equal))

    async def views(self, **equal: str) -> list[View]:
        return list(await self._get("views", list[View], equal))

    async def homes(self, **equal: str) -> list[View]:
        return list(await self._get("homes", list[View], equal))

    async def requests(self, **equal: str) -> list[Request]:
        return list(await self._get("requests", list[Request], equal))

    async def deliveries(self, **equal: str) -> list[Delivery]:
        return list(await self._get("deliveries", list[Delivery], equal))

    async def wrong(self) -> dict[str, list[Wrong]]:
        """All that the app did wrong: `refused`, `markup` and `mentions`; tests assert that each is empty."""
        kinds = ("refused", "markup", "mentions")
        return {kind: found for kind in kinds if (found := await self._get(kind, list[Wrong]))}

    async def counts(self) -> dict[str, Any]:
        """Calls by method, errors, statuses, 429s, injected faults, connections."""
        return dict(await self._get("counts", Json))

    async def read(self, what: str, **equal: str) -> Any:
        """Anything else: `channels`, `tokens`, `unfurls`, `advice`, `deleted`, …"""
        return await self._get(what, Any, equal)

    async def until(self, what: str, count: int = 1, *, wait: float = 5.0, **equal: str) -> list[Json]:
        """Records of one kind, as soon as there are so many of them; `AssertionError` when they don't come."""
        found: list[Json] = []
        for _ in range(max(1, int(wait / STEP))):
            found = await self._get(what, list[Json], equal)
            if len(found) >= count:
                return found
            await asyncio.sleep(STEP)
        raise AssertionError(f"{len(found)} {what} with {equal} after {wait} s, not {count}")

    # the wire

    async def do(self, deed: str, **args: Any) -> Any:
        """One deed of the control API."""
        return await self._do(deed, args, Any)

    async def act(self, deed: str, **args: Any) -> Seen:
        """One deed of a user, and what they saw."""
        seen: Seen = await self._do(deed, args, Seen)
        return seen

    async def _do(self, deed: str, args: Json, shape: Any) -> Any:
        assert self._session is not None
        body = msgspec.json.encode(args)
        async with self._session.post(f"{self.url}/_control/do/{deed}", data=body) as answer:
            return self._decode(await answer.read(), answer.status, shape)

    async def _get(self, what: str, shape: Any, equal: dict[str, str] | None = None) -> Any:
        assert self._session is not None
        async with self._session.get(f"{self.url}/_control/read/{what}", params=equal) as answer:
            return self._decode(await answer.read(), answer.status, shape)

    def _decode(self, body: bytes, status: int, shape: Any) -> Any:
        if status != 200:
            raise LookupError(body.decode())
        return msgspec.json.decode(body, type=shape)
