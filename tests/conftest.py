"""What most tests need: a clock that stands still, a real store, and no way out of this machine."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.clock import FixedClock
from bot.store import open_store
from bot.store.sql import Store
from tests.builders import NOW
from tests.fakes.postgres import NewDatabase, start_server

# The same examples each time, so that a red run is a change's fault; `PAPERBOY_DEEP=1` looks for new ones. No deadline
# by the clock: on a busy machine it fails what is right.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("default" if os.environ.get("PAPERBOY_DEEP") else "steady")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three workers per core, as slow tests wait most of the time; one where only fast tests run."""
    return (1 if config.option.markexpr == "not slow" else 3) * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first, so that no worker is alone with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: a full collection in the midst of a test looks at that test's objects alone."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "paperboy.db")
    yield opened
    await opened.aclose()


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reaches out is a test that fails somewhere else."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in {socket.AF_INET, socket.AF_INET6} and host not in {"127.0.0.1", "::1", "localhost"}:
            raise OSError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Makes an empty PostgreSQL database and gives its URL. All workers share a server."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return start_server(f"{run.parent.name}-{run.name}")
