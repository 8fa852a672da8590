"""A hundred people ask `/papers hypernetworks` at once: how long until it is acknowledged, and answered.

    python -m tests.benchmarks.commands slack slack-http discord

The real process with the starter shelf, before a fake platform in its own process: Slack with 20 workspaces that have
installed it, Discord with one server. The best of five rounds, beside one person alone.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.store import open_store
from tests.benchmarks.fanout import SlackField
from tests.fakes.discord import FakeDiscord
from tests.fakes.world import free_port, launch

ROUNDS = 5
PEOPLE = 100
WARM = 15.0  # seconds until the shelf is up and has its vectors

Timed = tuple[float, float]
"""Milliseconds until the acknowledgement, and until the answer."""

Ask = Callable[[], Awaitable[Timed]]


async def slack(*, http: bool = False) -> None:
    field = SlackField()
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        places = await field.start(store, Path(home))
        await store.aclose()
        fake = field.slack
        port = free_port()
        mode = {"SLACK_MODE": "http", "SLACK_PORT": str(port), "SLACK_SIGNING_SECRET": field.signing_secret}
        process = await _run(home, field.environment() | (mode if http else {}))
        if http:
            await fake.settings(request_url=f"http://127.0.0.1:{port}/slack/events")
        await asyncio.sleep(WARM)
        spaces = list(dict.fromkeys(place.space for place in places))
        people = [await field.person(space, n) for space in spaces for n in range(PEOPLE // len(spaces))]

        def asks(n: int) -> Ask:
            async def ask() -> Timed:
                seen = await people[n][0].run("hypernetworks", people[n][1])
                assert seen.ack_ms is not None, seen.error
                assert seen.answer_ms is not None, seen.error
                return seen.ack_ms, seen.answer_ms

            return ask

        await _tell("slack-http" if http else "slack", [asks(n) for n in range(len(people))])
        process.terminate()
        await process.wait()
        await field.stop()


async def discord() -> None:
    async with FakeDiscord.spawn(latency=0.04, validate=0.0) as fake:
        guild = fake.guild()
        room = fake.text_channel(guild)
        people = [fake.member(guild, f"p{n}") for n in range(PEOPLE)]
        with tempfile.TemporaryDirectory() as home:
            process = await _run(home, {"DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.api_url})
            await fake.connected(seconds=60)
            await asyncio.sleep(WARM)

            def asks(who: str) -> Ask:
                async def ask() -> Timed:
                    seen = await fake.slash(who, room, "papers", query="hypernetworks")
                    assert seen.first is not None
                    assert seen.answer is not None
                    return seen.first * 1_000, seen.answer * 1_000

                return ask

            await _tell("discord", [asks(who) for who in people])
            process.terminate()
            await process.wait()


async def _tell(name: str, asks: Sequence[Ask]) -> None:
    alone = await asks[0]()
    rounds = []
    for _ in range(ROUNDS):
        took = await asyncio.gather(*(ask() for ask in asks))
        acks, answers = (sorted(times) for times in zip(*took, strict=True))
        rounds.append((answers[-2], acks[-2], answers[len(answers) // 2], answers[-1]))
    answer, ack, middle, last = min(rounds)
    print(
        f"{name:11} {len(asks)} at once: acknowledged p99 {ack:,.0f} ms; answered p50 {middle:,.0f}, p99 {answer:,.0f},"
        f" last {last:,.0f} ms; one alone {alone[1]:,.0f} ms",
        flush=True,
    )


async def _run(home: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    settings = {"PAPERBOY_WEB_ENABLED": "false", "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false"}
    null = asyncio.subprocess.DEVNULL
    return await launch(Path(home), "run", out=null, err=null, **settings, **environment)


def main() -> None:
    known = {"slack": slack, "slack-http": lambda: slack(http=True), "discord": discord}
    for name in sys.argv[1:] or known:
        asyncio.run(known[name]())


if __name__ == "__main__":
    main()
