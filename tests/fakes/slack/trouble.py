"""Faults: what goes wrong with a call before it is carried out, and after."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.fakes.slack import events
from tests.fakes.slack.world import World

RATES = ("rate_limited", "error_before", "drop_before", "revoked", "error_after", "hang_after", "drop_after")


class Trouble:
    """The fault of one call, as planned by a test, else drawn by chance; mostly none."""

    def __init__(self, world: World, method: str, request: web.Request) -> None:
        self._world = world
        self._request = request
        self.kind = self._planned(method) or self._drawn(method)
        if self.kind:
            world.log.faults[self.kind] += 1

    def before(self, team: str) -> web.Response | None:
        """An answer instead of doing anything; `team`: whose token the call came with."""
        match self.kind:
            case "rate_limited":
                return limited(self._world.settings.faults.retry_after)
            case "error_before":
                return _broken()
            case "drop_before":
                return self._dropped()
            case "revoked" if team:
                events.tokens_revoked(self._world, team)
        return None

    async def after(self) -> web.Response | None:
        """An answer instead of the one that says it was done."""
        match self.kind:
            case "error_after":
                return _broken()
            case "hang_after":
                await asyncio.sleep(self._world.settings.faults.hang)
                return self._dropped()
            case "drop_after":
                return self._dropped()
            case "odd_answer":  # only when it is planned: Slack says it was done, and nothing else
                return web.json_response({"ok": True})
        return None

    def _planned(self, method: str) -> str:
        for plan in self._world.planned:
            if plan[0] in {method, "*"}:
                self._world.planned.remove(plan)
                return plan[1]
        return ""

    def _drawn(self, method: str) -> str:
        faults = self._world.settings.faults
        if method not in faults.methods and "*" not in faults.methods:
            return ""
        drawn = self._world.chance.random()
        for kind in RATES:
            drawn -= getattr(faults, kind)
            if drawn < 0:
                return kind
        return ""

    def _dropped(self) -> web.Response:
        """Break the connection; what is returned reaches nobody."""
        if self._request.transport:
            self._request.transport.abort()
        return web.Response(status=599)


def limited(wait: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(wait)})


def _broken() -> web.Response:
    return web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html")
