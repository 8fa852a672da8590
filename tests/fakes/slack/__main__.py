"""The fake on its own: `python -m tests.fakes.slack --port 8080` prints the environment of a bot."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from tests.fakes.slack.client import FakeSlack
from tests.fakes.slack.server import Server


async def serve(port: int, *, quiet: bool) -> None:
    """One workspace with two people and two channels to begin with."""
    url = await Server().start(port)
    async with FakeSlack(url=url) as slack:
        if not quiet:
            acme = await slack.workspace("Acme")
            for name, admin in (("ada", True), ("bob", False)):
                print(f"# user {name}: {(await acme.user(name, admin=admin)).id}")
            for name in ("papers", "general"):
                print(f"# channel #{name}: {(await acme.channel(name)).id}")
            print("\n".join(f"export {key}={value}" for key, value in (await slack.env(acme)).items()))
        print(f"# fake Slack at {url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--quiet", action="store_true", help="start empty and print only the address")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.port, quiet=given.quiet))


if __name__ == "__main__":
    main()
