"""Each long-lived task of a running Paperboy is killed in turn by an exception that is not ours, while posts are under
way: it is back within seconds, every post is there once, and no other task notices.
"""

from __future__ import annotations

import asyncio
import gc
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.app import serve
from bot.app.build import App, open_app
from bot.chat.event import Place, Ref
from bot.chat.message import Message
from bot.clock import SystemClock
from bot.config import HuggingFace, SearchSettings, Settings, Sources
from bot.metrics import REGISTRY
from bot.store.records import DeliveryState
from tests.builders import post
from tests.fakes.prefork import ROOT

CHANNELS, PARTS = 12, 14
POST_S = 0.15  # what the platform takes for a post
ONCE = {"first papers", "cards after a restart", "start-up notice"}
QUICK = {"PLAN_EVERY_S": 0.1, "IMPROVE_EVERY_S": 0.1, "AHEAD_EVERY_S": 0.1, "REFRESH_EVERY_S": 0.1, "TIDY_EVERY_S": 0.1}
QUICK |= {"ACCESS_EVERY_S": 0.1, "INDEX_EVERY_S": 0.1}


class Killer:
    """Makes the job of each task fail when it is told to."""

    def __init__(self) -> None:
        self.orders: dict[str, asyncio.Event] = {}
        self.deaths = Counter[str]()
        self.runs = Counter[str]()

    def hold(self, name: str, job: Callable[..., Any]) -> Callable[..., Any]:
        order = self.orders[name] = asyncio.Event()

        async def held(*args: Any, **more: Any) -> Any:
            self.runs[name] += 1
            work, killed = asyncio.ensure_future(job(*args, **more)), asyncio.ensure_future(order.wait())
            try:
                await asyncio.wait({work, killed}, return_when=asyncio.FIRST_COMPLETED)
                if not order.is_set():
                    return await work
                order.clear()
                self.deaths[name] += 1
                raise KeyError(f"{name} was killed")
            finally:
                for task in (work, killed):
                    task.cancel()
                await asyncio.gather(work, killed, return_exceptions=True)

        return held

    async def kill(self, name: str) -> None:
        """Kill a task and wait until it runs again."""
        dead, ran = self.deaths[name], self.runs[name]
        self.orders[name].set()
        async with asyncio.timeout(30):
            while self.deaths[name] == dead or self.runs[name] <= ran:  # noqa: ASYNC110 - the task's own time
                await asyncio.sleep(0.02)


def settings(home: Path) -> Settings:
    found = Settings(
        home=str(home),
        sources=Sources(huggingface=HuggingFace(enabled=False)),
        search=SearchSettings(semantic=False),
        adapters={"web": {"port": 0}, "site": {"port": 0}},
    )
    msgspec.structs.force_setattr(found.sources, "every_minutes", 0.002)
    return found


def arm(app: App, monkeypatch: pytest.MonkeyPatch, killer: Killer, posted: Counter[str]) -> None:
    """Every job under the killer, and a platform that takes its time and counts."""
    for name, owner, method in (
        ("posting", app.dispatcher, "run"),
        ("card updates", app.card_updater, "run"),
        ("search index", app.search, "update_index"),
        ("vectors of other processes", app.search, "load_new_vectors"),
        ("web listening", app.adapters["web"], "listen"),
        ("site listening", app.adapters["site"], "listen"),
        ("planning", app.planner, "plan_due"),
        ("sources", app.intake, "fetch_all"),
        ("embedding", app.search, "embed_missing"),
        ("clean-up", app.availability, "forget_departed"),
        ("access checks", app.availability, "release_open_places"),
        ("cards after a restart", app.card_updater, "note_recent_votes"),
        ("votes after a gap", app.recounter, "run"),
        ("first papers", serve, "welcome"),
        ("summaries", serve, "_improve"),
        ("summaries ahead", serve.Ahead, "step"),
    ):
        monkeypatch.setattr(owner, method, killer.hold(name, getattr(owner, method)))
    for name, seconds in QUICK.items():
        monkeypatch.setattr(serve, name, seconds)
    web: Any = app.adapters["web"]
    real = web.post

    async def slowly(place: Place, message: Message, *, key: str) -> Ref:
        await asyncio.sleep(POST_S)
        ref: Ref = await real(place, message, key=key)
        posted[key] += 1
        return ref

    monkeypatch.setattr(web, "post", slowly)


async def plan(app: App) -> set[str]:
    """Posts in many channels, due now."""
    now = SystemClock().now()
    keys = {f"{channel}-{part}" for channel in range(CHANNELS) for part in range(PARTS)}
    for channel in range(CHANNELS):
        place = Place("web", "home", f"c{channel}")
        of = [post(f"{channel}-{n}", place=place, parent=f"{channel}-0" if n else "", due=now) for n in range(PARTS)]
        await app.store.outbox.add_posts(of)
    return keys


def restarts() -> Counter[str]:
    samples = [s for metric in REGISTRY.collect() for s in metric.samples if s.name == "paperboy_task_restarts_total"]
    return Counter({sample.labels["task"]: int(sample.value) for sample in samples})


@pytest.mark.slow
async def test_each_task_is_killed_in_turn_and_nothing_is_lost_or_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer, posted, told = Killer(), Counter[str](), asyncio.Event()
    async with open_app(settings(tmp_path / "home"), SystemClock()) as app:
        arm(app, monkeypatch, killer, posted)
        keys, before = await plan(app), restarts()
        for name in ("first papers", "cards after a restart"):
            killer.orders[name].set()  # they run but once: killed the first time
        running = asyncio.create_task(
            serve.serve(app, serve.Role.ALL, ready=killer.hold("start-up notice", told.wait), welcomed=lambda _: None)
        )
        async with asyncio.timeout(30):
            while not posted or killer.runs["sources"] < 1:  # noqa: ASYNC110 - another task's work
                await asyncio.sleep(0.02)
        names = sorted(set(killer.orders) - {"first papers", "cards after a restart"})
        for name in names:
            await killer.kill(name)
            assert not running.done()
        assert app.tasks.failing() == {}
        async with asyncio.timeout(60):
            while set(await app.store.outbox.count_by_state()) - {DeliveryState.SENT}:  # noqa: ASYNC110 - another task's work
                await asyncio.sleep(0.05)
        told.set()
        app.tasks.stopping.set()
        await asyncio.wait_for(running, 30)
    gc.unfreeze()
    assert {key: posted[key] for key in keys} == dict.fromkeys(keys, 1)
    assert set(posted.values()) == {1}  # the first edition's too
    assert killer.deaths == Counter(dict.fromkeys(killer.orders, 1))
    assert restarts() - before == Counter(dict.fromkeys(killer.orders, 1))  # each its own, and no other


def test_the_table_of_tasks_names_each() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = page.partition("## Long-lived tasks")[2].partition("\n## ")[0]
    told = {name for row in re.findall(r"^\| (`[^|]+`) \|", table, re.M) for name in re.findall(r"`([^`]+)`", row)}
    source = "".join(path.read_text("utf-8") for path in [*ROOT.glob("bot/app/*.py"), *ROOT.glob("adapters/**/*.py")])
    started = set(re.findall(r"(?:\.start|\.start_repeating|\.repeat|\.keep_running|every)\(\s*\"([a-z -]+)\"", source))
    assert told == started | {"PLATFORM listening"}
