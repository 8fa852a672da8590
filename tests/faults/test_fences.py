"""Adapters of others that are broken: each is its own finding, and everything else goes on. Real processes."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from tests.fakes.world import free_port, launch, paperboy

MODULES = {
    "unimportable": "import nothing_of_this_name\n",
    "exiting": "import sys\nsys.exit(3)\n",
    "unmakeable": """
from bot.chat.adapter import AdapterFactory
def build(setup):
    raise KeyError("token")
make = AdapterFactory(options=frozenset(), build=build)
""",
    "nameless": """
from bot.chat.adapter import AdapterFactory
class Adapter:
    @property
    def name(self):
        raise RuntimeError("no name yet")
make = AdapterFactory(options=frozenset(), build=lambda setup: Adapter())
""",
    "deaf": """
import asyncio
from bot.chat.adapter import AdapterFactory
class Adapter:
    name, url, label, started = "deaf", "", "", asyncio.Event()
    async def listen(self, core):
        raise ValueError("not a frame")
    async def check_setup(self):
        raise OSError("no route")
    @property
    def connected(self):
        raise OSError("no socket")
    async def aclose(self):
        raise RuntimeError("never opened")
make = AdapterFactory(options=frozenset(), build=lambda setup: Adapter())
""",
}


@pytest.fixture
def plugins(tmp_path: Path) -> str:
    """A folder in which broken adapters are installed."""
    folder = tmp_path / "plugins"
    info = folder / "broken-1.0.dist-info"
    info.mkdir(parents=True)
    for name, code in MODULES.items():
        (folder / f"{name}.py").write_text(code)
    points = "".join(f"{name} = {name}:make\n" for name in MODULES)
    (info / "entry_points.txt").write_text(f"[paperboy.adapters]\n{points}")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    return str(folder)


async def test_every_command_works_beside_broken_adapters(tmp_path: Path, plugins: str) -> None:
    home = tmp_path / "home"
    planned = await paperboy(home, "run", "--until-idle", PYTHONPATH=plugins)
    assert (planned.code, "planned" in planned.err) == (0, True), planned.err
    found = await paperboy(home, "search", "language", PYTHONPATH=plugins)
    assert (found.code, "Traceback" in found.err) == (0, False), found.err


async def test_the_doctor_names_each_with_its_reason(tmp_path: Path, plugins: str) -> None:
    said = await paperboy(tmp_path / "home", "doctor", PYTHONPATH=plugins)
    told = {line[4:].split(":")[0]: line for line in said.out.splitlines() if line.startswith("!!")}
    assert (said.code, set(told)) == (1, set(MODULES))
    assert "nothing_of_this_name" in told["unimportable"]
    assert "KeyError: 'token'" in told["unmakeable"]
    assert "no name yet" in told["nameless"]
    assert "OSError: no route" in told["deaf"]


async def test_a_running_paperboy_tells_them_and_goes_on(tmp_path: Path, plugins: str) -> None:
    port, web = free_port(), free_port()
    settings = {"PAPERBOY_OPERATIONS_PORT": str(port), "PAPERBOY_WEB_PORT": str(web), "PYTHONPATH": plugins}
    process = await launch(tmp_path / "home", "run", err=asyncio.subprocess.PIPE, **settings)
    try:
        async with asyncio.timeout(60), ClientSession() as session:
            wrong = await _wrong(session, port)
            assert set(wrong) == {*MODULES, "deaf listening"}
            assert wrong["deaf listening"].endswith("ValueError: not a frame")
            assert wrong["deaf"] == "can't tell whether it is connected: OSError: no socket"
            async with session.get(f"http://127.0.0.1:{port}/healthz") as healthy:
                assert healthy.status == 200
            async with session.get(f"http://127.0.0.1:{web}/") as page:
                assert page.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert err.decode().count("deaf listening failed") == 1, err.decode()


async def _wrong(session: ClientSession, port: int) -> dict[str, str]:
    """What `/readyz` tells once all of them had the time to fail."""
    while True:
        try:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                wrong: dict[str, str] = json.loads(await answer.text())["wrong"]
                if "deaf listening" in wrong:
                    return wrong
        except ClientConnectionError:
            pass
        await asyncio.sleep(0.2)
