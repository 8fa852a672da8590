"""This Discord as a process: prints its address, then runs until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.fakes.discord.hosts import InProcess


async def run(port: int, *, leashed: bool) -> None:
    host = InProcess(port=port)
    await host.start()
    print(host.url, flush=True)
    end = asyncio.Event()
    if leashed:
        asyncio.get_running_loop().add_reader(sys.stdin, end.set)  # it is only ever closed
    await end.wait()
    await host.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--leashed", action="store_true", help="stop when standard input is closed: with its parent")
    options = parser.parse_args()
    asyncio.run(run(options.port, leashed=options.leashed))
