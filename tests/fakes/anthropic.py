"""The Messages and Message Batches APIs on loopback: they answer as told, in every way that can go wrong.

`answers` are given in turn, the last one for ever: a line, the name of a fault, or a function of the request that gives
either. Tokens are counted as Claude's would be: by the request's size, with a prompt cache from 512 tokens on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web

from bot.summaries.generation.prompt import TOKEN_CHARS

Told: TypeAlias = str | Callable[[dict[str, Any]], str]
LEAST_CACHED = 512  # tokens
BLOCKED = "Output blocked by content filtering policy"
HTTP = {"400", "401", "403", "404", "413", "429", "500", "504", "529"}


@dataclass
class FakeBatch:
    """A batch as the API has it."""

    id: str
    requests: list[dict[str, Any]]
    status: str = "in_progress"
    results: list[dict[str, Any]] = field(default_factory=list)
    kept: bool = True  # the results are still there


class FakeAnthropic:
    """Give it to the SDK as its base URL."""

    def __init__(self, *answers: Told) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []  # bodies of single requests, retries included
        self.batches: dict[str, FakeBatch] = {}
        self.looked = 0  # how often a batch was looked at
        self.faults: list[str] = []  # of the Batches API, in turn
        self.slow = 0.0  # seconds before each answer
        self.url = ""
        self.cached: set[str] = set()  # what the prompt cache holds
        self._runner: web.AppRunner | None = None

    @property
    def data(self) -> list[dict[str, str]]:
        """What was asked about, in single requests and in batches."""
        bodies = self.asked + [r["params"] for batch in self.batches.values() for r in batch.requests]
        return [data_of(body) for body in bodies]

    async def __aenter__(self) -> FakeAnthropic:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(
            [
                web.post("/v1/messages", self._messages),
                web.post("/v1/messages/batches", self._create),
                web.get("/v1/messages/batches/{id}", self._retrieve),
                web.get("/v1/messages/batches/{id}/results", self._results),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *rest: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    def finish(self, *ends: str) -> None:
        """End the batches under way, each request as told: `expired`, `canceled`, `errored`, `invalid`, or answered."""
        for batch in self.batches.values():
            if batch.status == "in_progress":
                batch.status = "ended"
                how = [*ends, *[""] * len(batch.requests)]
                batch.results = [self._result(r, end) for r, end in zip(batch.requests, how, strict=False)][::-1]

    def _result(self, request: dict[str, Any], end: str) -> dict[str, Any]:
        result: dict[str, Any]
        match end:
            case "expired" | "canceled":
                result = {"type": end}
            case "errored" | "invalid":
                kind = "api_error" if end == "errored" else "invalid_request_error"
                told = {"type": kind, "message": BLOCKED if end == "invalid" else "no"}
                error = {"type": "error", "error": told, "request_id": None}
                result = {"type": "errored", "error": error}
            case _:
                result = {
                    "type": "succeeded",
                    "message": self._message(request["params"], self._told(request["params"])),
                }
        return {"custom_id": request["custom_id"], "result": result}

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        await asyncio.sleep(self.slow)
        answer = self._told(body)
        match answer:
            case "html":
                return web.Response(text="<html>", content_type="text/html")
            case "null":
                return web.json_response(None)
            case "cut":
                return web.Response(text='{"id": "x", "content": [', content_type="application/json")
            case "hang":
                await asyncio.sleep(30)
            case "wait":
                return _error("429", retry_after=3_600)
        if answer == "blocked":
            return _error("400", BLOCKED)
        return _error(answer) if answer in HTTP else web.json_response(self._message(body, answer))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return fault
        made = FakeBatch(f"msgbatch_{len(self.batches):04d}", (await request.json())["requests"])
        names = [r["custom_id"] for r in made.requests]
        if len(set(names)) < len(names) or not all(1 <= len(name) <= 64 for name in names):
            return _error("400")
        self.batches[made.id] = made
        return web.json_response(self._shown(made))

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        self.looked += 1
        if fault := self._fault():
            return fault
        batch = self.batches.get(request.match_info["id"])
        return web.json_response(self._shown(batch)) if batch else _error("404")

    async def _results(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return fault
        rows = "".join(json.dumps(row) + "\n" for row in self.batches[request.match_info["id"]].results)
        return web.Response(text=rows, content_type="application/x-jsonl")

    def _fault(self) -> web.Response | None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "cut":
            return web.Response(text='{"custom_id": "0", "resu', content_type="application/x-jsonl")
        return _error(fault) if fault else None

    def _shown(self, batch: FakeBatch) -> dict[str, Any]:
        ended = batch.status == "ended"
        kinds = [row["result"]["type"] for row in batch.results]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": {"processing": 0 if ended else len(batch.requests), **counts},
            "created_at": "2025-03-18T09:30:00Z",
            "expires_at": "2025-03-19T09:30:00Z",
            "ended_at": "2025-03-18T10:00:00Z" if ended else None,
            "results_url": f"{self.url}/v1/messages/batches/{batch.id}/results" if ended and batch.kept else None,
        }

    def _told(self, body: dict[str, Any]) -> str:
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return told if isinstance(told, str) else told(body)

    def _message(self, body: dict[str, Any], answer: str) -> dict[str, Any]:
        stop = answer if answer in {"refusal", "max_tokens"} else "end_turn"
        text = answer if answer.startswith("{") else json.dumps({"line": answer})
        said = '{"line": "Ho' if stop == "max_tokens" else "I can't" if stop == "refusal" else text
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": said}],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": self._usage(body, said),
        }

    def _usage(self, body: dict[str, Any], said: str) -> dict[str, int]:
        task = "".join(block["text"] for block in body["system"])
        data = body["messages"][0]["content"]
        cacheable = _tokens(task) >= LEAST_CACHED and any("cache_control" in block for block in body["system"])
        seen = task in self.cached
        self.cached |= {task} if cacheable else set()
        return {
            "input_tokens": _tokens(data) + (0 if cacheable else _tokens(task)),
            "output_tokens": _tokens(said),
            "cache_read_input_tokens": _tokens(task) if cacheable and seen else 0,
            "cache_creation_input_tokens": _tokens(task) if cacheable and not seen else 0,
        }


def data_of(body: dict[str, Any]) -> dict[str, str]:
    """What a request is about."""
    found: dict[str, str] = json.loads(body["messages"][0]["content"])
    return found


def _tokens(text: str) -> int:
    return round(len(text) / TOKEN_CHARS)


def _error(status: str, message: str = "no", *, retry_after: int = 0) -> web.Response:
    error = {"type": "error", "error": {"type": "error", "message": message}}
    return web.json_response(error, status=int(status), headers={"Retry-After": str(retry_after)})
