"""The Messages and Message Batches APIs on loopback: they answer as told, in every way that can go wrong.

`answers` are given in turn, the last one for ever: a line, the name of a fault, or a function of the request that gives
either. Requests and answers have the forms of `anthropic_rules`. Tokens are counted as Claude's would be: by the
request's size, with a prompt cache from 512 tokens on. `generated` has what an account would be charged for, whether
the answer arrived or not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from aiohttp import web

from bot.summaries.generation.prompt import TOKEN_CHARS
from tests.fakes import anthropic_rules as rules

Told: TypeAlias = str | Callable[[dict[str, Any]], str]
LEAST_CACHED = 512  # tokens
SHOWN_STOPS = ("refusal", "max_tokens", "pause_turn", "tool_use", "stop_sequence", "model_context_window_exceeded")


@dataclass
class FakeBatch:
    """A batch as the API has it."""

    id: str
    requests: list[dict[str, Any]]
    created: datetime
    status: str = "in_progress"
    results: list[dict[str, Any]] = field(default_factory=list)
    kept: bool = True  # the results are still there


class FakeAnthropic:
    """Give it to the SDK as its base URL."""

    def __init__(self, *answers: Told, now: Callable[[], datetime] | None = None, has_batches: bool = True) -> None:
        self.answers = list(answers)
        self.now = now or (lambda: datetime.now(UTC))  # noqa: TID251 - it has a clock of its own
        self.asked: list[dict[str, Any]] = []  # bodies of single requests, retries included
        self.generated: list[dict[str, Any]] = []  # bodies of what was generated, with their `usage`
        self.batches: dict[str, FakeBatch] = {}
        self.looked = 0  # how often a batch was looked at
        self.faults: list[str] = []  # of the Batches API, in turn
        self.lost: list[
            str
        ] = []  # how the next answers get lost after the work is done: a status, `drop`, `cut`, `hang`
        self.slow = 0.0  # seconds before each answer
        self.has_batches = has_batches  # other servers with this API have none
        self.url = ""
        self.cached: set[str] = set()  # what the prompt cache holds
        self._runner: web.AppRunner | None = None

    @property
    def data(self) -> list[dict[str, str]]:
        """What was asked about, in single requests and in batches."""
        bodies = self.asked + [r["params"] for batch in self.batches.values() for r in batch.requests]
        return [data_of(body) for body in bodies]

    async def __aenter__(self) -> FakeAnthropic:
        app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[self._admit])
        app.add_routes([web.post("/v1/messages", self._messages)])
        if self.has_batches:
            app.add_routes(
                [
                    web.post("/v1/messages/batches", self._create),
                    web.get("/v1/messages/batches", self._list),
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
        fault = rules.fault_of(request["params"])
        match end or fault:
            case "expired" | "canceled":
                result = {"type": end}
            case "errored":
                result = _errored("api_error", "Internal server error")
            case "invalid":
                result = _errored("invalid_request_error", rules.SAID["blocked"])
            case "":
                message = self._message(request["params"], self._told(request["params"]))
                result = {"type": "succeeded", "message": message}
            case _:
                result = _errored("invalid_request_error", fault)
        return rules.result({"custom_id": request["custom_id"], "result": result})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if fault := rules.fault_of(body):
            return rules.error(fault)
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
                return rules.error("429", retry_after=3_600)
        if answer in rules.ERRORS or answer in rules.SAID:
            return rules.error(answer)
        return await self._unless_lost(request, self._message(body, answer))

    async def _unless_lost(self, request: web.Request, found: dict[str, Any]) -> web.StreamResponse:
        match self.lost.pop(0) if self.lost else "":
            case "":
                return web.json_response(found)
            case "drop":
                if request.transport:
                    request.transport.abort()
            case "cut":
                return web.Response(text=json.dumps(found)[:40], content_type="application/json")
            case "hang":
                await asyncio.sleep(30)
            case status:
                return rules.error(status)
        return web.json_response(found)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return fault
        body = await request.json()
        if wrong := rules.fault_of_batch(body.get("requests")):
            return rules.error(wrong)
        made = FakeBatch(f"msgbatch_{len(self.batches):04d}", body["requests"], self.now())
        self.batches[made.id] = made
        return await self._unless_lost(request, self._shown(made))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return fault
        limit, after = int(request.query.get("limit", 20)), request.query.get("after_id", "")
        newest = sorted(self.batches.values(), key=lambda batch: batch.created, reverse=True)
        start = next((n + 1 for n, batch in enumerate(newest) if batch.id == after), 0)
        page = newest[start : start + limit]
        ends = {"first_id": page[0].id, "last_id": page[-1].id} if page else {"first_id": None, "last_id": None}
        data = [self._shown(batch) for batch in page]
        return web.json_response({"data": data, "has_more": start + limit < len(newest), **ends})

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        self.looked += 1
        if fault := self._fault():
            return fault
        batch = self.batches.get(request.match_info["id"])
        return web.json_response(self._shown(batch)) if batch else rules.error("404")

    async def _results(self, request: web.Request) -> web.StreamResponse:
        if fault := self._fault():
            return fault
        batch = self.batches.get(request.match_info["id"])
        if batch is None or batch.status != "ended" or not batch.kept:
            return rules.error("404")
        rows = "".join(json.dumps(row) + "\n" for row in batch.results)
        return web.Response(text=rows, content_type="application/x-jsonl")

    def _fault(self) -> web.Response | None:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "cut":
            return web.Response(text='{"custom_id": "0", "resu', content_type="application/x-jsonl")
        return rules.error(fault) if fault else None

    def _shown(self, batch: FakeBatch) -> dict[str, Any]:
        ended = batch.status == "ended"
        kinds = [row["result"]["type"] for row in batch.results]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        url = f"{self.url}/v1/messages/batches/{batch.id}/results"
        found = {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": {"processing": 0 if ended else len(batch.requests), **counts},
            "ended_at": batch.created.isoformat() if ended else None,
            "archived_at": None if batch.kept else (batch.created + rules.KEPT_FOR).isoformat(),
            "cancel_initiated_at": None,
            "results_url": url if ended and batch.kept else None,
        }
        return rules.batch(found, batch.created)

    def _told(self, body: dict[str, Any]) -> str:
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return told if isinstance(told, str) else told(body)

    def _message(self, body: dict[str, Any], answer: str) -> dict[str, Any]:
        stop, _, said = answer.partition(": ") if answer.partition(": ")[0] in SHOWN_STOPS else ("end_turn", "", answer)
        text = said if "{" in said else json.dumps({"line": said})
        if not said and stop != "end_turn":
            text = '{"line": "Ho' if stop == "max_tokens" else "I can't"
        found = {
            "id": f"msg_{len(self.generated)}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [{"type": "text", "text": text}],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": self._usage(body, text),
        }
        self.generated.append({**body, "usage": found["usage"]})
        return rules.message(found)

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

    @web.middleware
    async def _admit(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        if fault := rules.fault_of_headers(request.headers):
            return rules.error(fault)
        try:
            found: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            return rules.error("404")
        return found


def data_of(body: dict[str, Any]) -> dict[str, str]:
    """What a request is about."""
    found: dict[str, str] = json.loads(body["messages"][0]["content"])
    return found


def _errored(kind: str, message: str) -> dict[str, Any]:
    error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return {"type": "errored", "error": error}


def _tokens(text: str) -> int:
    return round(len(text) / TOKEN_CHARS)
