"""A hundred people ask `/papers hypernetworks` at once: how long until it is acknowledged, and answered.

    python -m tests.benchmarks.commands [--back-fill] slack slack-http discord web

The real process with the sample papers, before a fake platform in its own process: Slack with 20 workspaces that have
installed it, Discord with one server, the browser chat by its own socket. The best of five rounds, beside one after
the other. With `--back-fill` the same twice: with all of some thousand papers embedded, and while they are.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct

from bot.search import open_embedder
from bot.search.vector_index import pack
from bot.store import open_store
from tests.benchmarks.fanout import SlackField
from tests.benchmarks.search_corpus import fill
from tests.fakes.discord import FakeDiscord
from tests.fakes.world import free_port, launch

ROUNDS = 5
PEOPLE = 100
WARM = 15.0  # seconds until the shelf is up and has its vectors
PAPERS = 5_000  # that a back-fill embeds, in minutes
TIMES = 2

Timed = tuple[float, float]
"""Milliseconds until the acknowledgement, and until the answer."""

Ask = Callable[[], Awaitable[Timed]]


class Figures(Struct, frozen=True):
    """How long one person after the other waited for an answer, in milliseconds."""

    p50: float
    p99: float


async def slack(embedded: bool | None, *, http: bool = False) -> Figures:
    field = SlackField()
    with tempfile.TemporaryDirectory() as home:
        store = await open_store(Path(home) / "paperboy.db")
        places = await field.start(store, Path(home))
        await store.aclose()
        fake = field.slack
        port = free_port()
        mode = {"SLACK_MODE": "http", "SLACK_PORT": str(port), "SLACK_SIGNING_SECRET": field.signing_secret}
        process = await _run(home, embedded, field.environment() | (mode if http else {}))
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

        figures = await _tell(
            "slack-http" if http else "slack", [asks(n) for n in range(len(people))], crowd=embedded is None
        )
        await _end(process, home)
        await field.stop()
        return figures


async def discord(embedded: bool | None) -> Figures:
    async with FakeDiscord.spawn(latency=0.04, validate=0.0) as fake:
        guild = fake.guild()
        room = fake.text_channel(guild)
        people = [fake.member(guild, f"p{n}") for n in range(PEOPLE)]
        with tempfile.TemporaryDirectory() as home:
            process = await _run(home, embedded, {"DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.api_url})
            await fake.connected(seconds=60)
            await asyncio.sleep(WARM)

            def asks(who: str) -> Ask:
                async def ask() -> Timed:
                    seen = await fake.slash(who, room, "papers", query="hypernetworks")
                    assert seen.first is not None
                    assert seen.answer is not None
                    return seen.first * 1_000, seen.answer * 1_000

                return ask

            figures = await _tell("discord", [asks(who) for who in people], crowd=embedded is None)
            await _end(process, home)
            return figures


async def web(embedded: bool | None) -> Figures:
    from tests.platforms.webchat.conftest import Browser

    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        environment = {"PAPERBOY_WEB_ENABLED": "true", "PAPERBOY_WEB_PORT": str(port)}
        process = await _run(home, embedded, environment)
        await asyncio.sleep(WARM)
        people = [Browser(f"http://127.0.0.1:{port}") for _ in range(PEOPLE)]
        for person in people:
            await person.open()

        def asks(person: Browser) -> Ask:
            async def ask() -> Timed:
                began = asyncio.get_running_loop().time()
                await person.say("/papers hypernetworks")
                took = (asyncio.get_running_loop().time() - began) * 1_000
                return took, took

            return ask

        figures = await _tell("web", [asks(person) for person in people], crowd=embedded is None)
        for person in people:
            await person.session.close()
        await _end(process, home)
        return figures


async def _tell(name: str, asks: Sequence[Ask], *, crowd: bool) -> Figures:
    await asks[0]()
    p50, p99 = min([await _one_by_one(asks) for _ in range(ROUNDS)], key=lambda found: found[1])
    print(f"{name:11} one by one: answered p50 {p50:,.0f}, p99 {p99:,.0f} ms", flush=True)
    if crowd:
        rounds = [await _at_once(asks) for _ in range(ROUNDS)]
        answer, ack, middle, last = min(rounds)
        print(
            f"{name:11} {len(asks)} at once: acknowledged p99 {ack:,.0f} ms; answered p50 {middle:,.0f},"
            f" p99 {answer:,.0f}, last {last:,.0f} ms",
            flush=True,
        )
    return Figures(p50, p99)


async def _one_by_one(asks: Sequence[Ask]) -> tuple[float, float]:
    p50, p99 = np.percentile([(await ask())[1] for ask in asks], [50, 99])
    return float(p50), float(p99)


async def _at_once(asks: Sequence[Ask]) -> tuple[float, float, float, float]:
    took = await asyncio.gather(*(ask() for ask in asks))
    acks, answers = (sorted(times) for times in zip(*took, strict=True))
    return answers[-2], acks[-2], answers[len(answers) // 2], answers[-1]


async def _run(home: str, embedded: bool | None, environment: dict[str, str]) -> asyncio.subprocess.Process:
    """The process, on the shelf alone or on some thousand papers more, with or without their vectors."""
    if embedded is not None:
        await _stock(Path(home), embedded=embedded)
    settings = {"PAPERBOY_WEB_ENABLED": "false", "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false"}
    null = asyncio.subprocess.DEVNULL
    return await launch(Path(home), "run", out=null, err=null, **settings | environment)


async def _stock(home: Path, *, embedded: bool) -> None:
    store = await open_store(home / "paperboy.db")
    await fill(store, PAPERS)
    embedder = open_embedder("", 1)
    assert embedder is not None
    chance = np.random.default_rng(1)
    while embedded and (missing := await store.vectors.papers_without_vector(embedder.name, 1_000)):
        made = {item.id: (item.fingerprint, pack(chance.standard_normal(384, np.float32))) for item in missing}
        await store.vectors.store_vectors(embedder.name, made)
    await embedder.aclose()
    await store.aclose()


async def _end(process: asyncio.subprocess.Process, home: str) -> None:
    process.terminate()
    await process.wait()
    embedder = open_embedder("", 1)
    assert embedder is not None
    store = await open_store(Path(home) / "paperboy.db")
    have, papers = await store.vectors.count_embedded(embedder.name)
    print(f"{'':11} in the end {have:,} of {papers:,} papers have a vector", flush=True)
    await store.aclose()


async def beside_back_fill(name: str) -> None:
    """The same platform with all embedded, and while papers are; twice, for the machine has its moods."""
    found: dict[bool, list[Figures]] = {True: [], False: []}
    for embedded in (True, False) * TIMES:
        found[embedded].append(await PLATFORMS[name](embedded))
    p50, p99 = (
        min(getattr(one, at) for one in found[False]) / min(getattr(one, at) for one in found[True])
        for at in ("p50", "p99")
    )
    print(f"{name:11} beside a back-fill: p50 {p50:.2f}x, p99 {p99:.2f}x", flush=True)


PLATFORMS: dict[str, Callable[[bool | None], Awaitable[Figures]]] = {
    "slack": slack,
    "slack-http": lambda embedded: slack(embedded, http=True),
    "discord": discord,
    "web": web,
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--back-fill", action="store_true", help="with and without one running")
    parser.add_argument("platforms", nargs="*", default=list(PLATFORMS))
    chosen = parser.parse_args()
    for name in chosen.platforms:
        asyncio.run(beside_back_fill(name) if chosen.back_fill else PLATFORMS[name](None))


if __name__ == "__main__":
    main()
