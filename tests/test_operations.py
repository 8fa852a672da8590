"""What those who run Paperboy see: health, readiness, metrics, logs. Real processes, real ports."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.app.health import Health
from bot.app.operations import Operations
from bot.clock import FixedClock
from bot.store.records import Fetch, Spending
from bot.store.sql import Store
from bot.tasks import Supervisor
from tests.builders import NOW, PAPERS, add_spending, subscription
from tests.builders import post as a_post
from tests.fakes.prefork import ROOT
from tests.fakes.world import free_port, launch


@asynccontextmanager
async def running(home: Path, **more: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`paperboy run` until it answers, and the address of its operations."""
    port = free_port()
    settings = {"PAPERBOY_OPERATIONS_PORT": str(port), **more}
    process = await launch(home, "run", "-v", err=asyncio.subprocess.PIPE, **settings)
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(60), ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{url}/metrics") as answer:
                        if b'paperboy_outbox_posts{state="sent"} 10.0' in await answer.read():
                            break
                except ClientConnectionError:
                    pass
                await asyncio.sleep(0.2)
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read(url: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_a_running_paperboy_is_healthy_ready_and_measured_and_logs_for_programs(tmp_path: Path) -> None:
    async with running(tmp_path, PAPERBOY_OPERATIONS_LOGS="json") as (process, url):
        assert (await read(f"{url}/healthz"))[0] == 200
        status, told = await read(f"{url}/readyz")
        assert (status, json.loads(told)) == (200, {"ok": True, "wrong": {}})
        _, text = await read(f"{url}/metrics")
        families = {family.name: family for family in text_string_to_metric_families(text)}
        sends = {s.labels["result"]: s.value for s in families["paperboy_sends"].samples if s.name.endswith("_total")}
        assert sends == {"sent": 10.0}
        assert families["paperboy_source_up"].samples[0].value == 0.0
        assert families["paperboy_lag_seconds"].samples[0].value == 0.0
        process.send_signal(signal.SIGTERM)
        assert process.stderr
        lines = [json.loads(line) for line in (await process.stderr.read()).decode().splitlines() if line[:1] == "{"]
        assert await process.wait() == 0
    sent = [line for line in lines if line["message"].startswith("sent ")]
    assert len(sent) == 10
    assert all(line["delivery"] in line["message"] for line in sent)


async def test_a_port_that_is_taken_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = await launch(tmp_path, "run", err=asyncio.subprocess.PIPE, PAPERBOY_OPERATIONS_PORT=port)
        _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert f"port {port} is not free" in " ".join(err.decode().split())


async def test_a_task_that_is_stuck_or_keeps_failing_is_told(store: Store, clock: FixedClock) -> None:
    tasks = Supervisor(clock)
    health = Health(store, {}, tasks, {"matrix": "can't be used: ImportError: no module"})
    hang, under_way = asyncio.Event(), asyncio.Event()

    async def plan() -> None:
        under_way.set()
        await hang.wait()

    tasks.start_repeating("planning", plan, 5, wait_first=True)
    await under_way.wait()
    assert await health() == {}
    clock.moment = clock.moment.replace(hour=clock.moment.hour + 1)
    assert await health() == {"planning": "stuck"}
    hang.set()
    for _ in range(3):
        tasks.note_failure("slack listening", OSError("no route"))
    told = await health.unready()
    assert told["matrix"] == "can't be used: ImportError: no module"
    assert "OSError: no route" in told["slack listening"]
    assert "slack listening" not in await health()
    await tasks.aclose()


async def test_an_adapter_that_lost_its_connection_is_not_ready_but_not_ill(store: Store, clock: FixedClock) -> None:
    class Line:
        connected = False

    health = Health(store, {"slack": Line()}, Supervisor(clock))  # type: ignore[dict-item]
    assert await health.unready() == {}
    health.listens = True
    assert await health.unready() == {"slack": "not connected"}
    assert await health() == {}


async def test_a_late_post_is_told_with_its_channel(store: Store) -> None:
    await store.subscriptions.add_subscription(subscription("s1"))
    await store.outbox.add_posts([a_post("k1", subscription="s1")])
    (late,) = await store.outbox.late_schedules(NOW.replace(hour=12))
    assert (late.channel, late.subscription, late.due) == (str(PAPERS), "s1", NOW)
    assert await store.outbox.late_schedules(NOW.replace(hour=1)) == []


@pytest.mark.parametrize("state", ["running", "paused", "held"])
async def test_schedules_are_counted_by_state(store: Store, state: str) -> None:
    await store.subscriptions.add_subscription(subscription("s1", paused="by an admin" if state == "paused" else ""))
    if state == "held":
        await store.subscriptions.hold_place(PAPERS, "archived")
    assert await store.subscriptions.count_by_status() == {state: 1}


async def test_every_metric_is_explained_and_what_claude_cost_is_told(store: Store, clock: FixedClock) -> None:
    today = clock.now().date()
    for day, money in ((today, 0.5), (today.replace(day=1), 2.0)):
        await add_spending(store, Spending(day=day, model="m", cost=money))
    await store.papers.record_fetch(Fetch(source="huggingface", day=today, at=clock.now(), last_grew=clock.now()))
    operations = Operations(store, Health(store, {}, Supervisor(clock)), clock)
    _, text = await read(f"{await operations.start('127.0.0.1', 0)}/metrics")
    await operations.aclose()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    costs = {sample.labels["period"]: sample.value for sample in families["paperboy_summary_cost"].samples}
    assert costs == {"day": 0.5, "month": 2.5}
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    told = {name for name in families if not name.endswith("_created")}  # beside each counter that has counted
    assert told == {name.removesuffix("_total") for name in re.findall(r"`(paperboy_[a-z_]+)[`{]", page)}
