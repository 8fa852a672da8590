"""This Discord as a process: prints its address, then runs until it is stopped."""

from __future__ import annotations

import argparse
import asyncio

from tests.fakes.discord.hosts import InProcess


async def run(port: int) -> None:
    host = InProcess(port=port)
    await host.start()
    print(host.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    asyncio.run(run(parser.parse_args().port))
