"""A process of its own that asks for a workspace's install: `python -m … DATABASE KEY API_URL TIMES`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.slack.install.installs import StoredInstalls
from adapters.slack.install.oauth_client import Credentials, OAuthClient
from bot.clock import SystemClock
from bot.http_server import Sealer
from bot.store import open_store
from tests.platforms.slack.installs.oauth_server import ID, SECRET


async def main(database: str, key: str, api: str, times: int) -> None:
    store, clock = await open_store(Path(database)), SystemClock()
    oauth = OAuthClient(Credentials(client_id=ID, client_secret=SECRET, api_url=api), clock)
    installs = StoredInstalls(store.key_value("slack"), Sealer([key], SystemClock()), clock, oauth)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    found = await asyncio.gather(*(installs.find_install("T1") for _ in range(times)))
    print(" ".join(sorted({install.token for install in found})), flush=True)
    await installs.aclose()
    await store.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4])))
