"""The Messages API on loopback: answers as it is told, in every way it can go wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web


class FakeAnthropic:
    """`answers` are given in turn, the last one for ever: a line, or the name of a fault."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeAnthropic:
        app = web.Application()
        app.add_routes([web.post("/v1/messages", self._messages)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *rest: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        match answer:
            case "401" | "429" | "500" | "529":
                error = {"type": "error", "error": {"type": "error", "message": "no"}}
                return web.json_response(error, status=int(answer), headers={"Retry-After": "0"})
            case "html":
                return web.Response(text="<html>", content_type="text/html")
            case "null":
                return web.json_response(None)
            case "cut":
                return web.Response(text='{"id": "x", "content": [', content_type="application/json")
            case "hang":
                await asyncio.sleep(30)
            case "refusal" | "max_tokens":
                return web.json_response(_message("I can't", answer))
        return web.json_response(_message(json.dumps({"line": answer}), "end_turn"))


def _message(text: str, stop: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
