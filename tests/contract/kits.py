"""How to start each adapter before its platform: a new one adds its kit here and keeps every promise of the suite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adapters.discord
import adapters.email
import adapters.slack
import adapters.webchat
from adapters.email.events import place as reader
from adapters.email.subscribers import open_subscribers
from adapters.email.subscription_form import SubscriptionRequest
from bot.chat.adapter import AdapterFactory, CanPost, Setup
from bot.chat.event import Place
from bot.clock import SystemClock
from bot.store.sql import Store
from tests.fakes.discord import FakeDiscord
from tests.fakes.mail import FakeMail
from tests.fakes.slack import FakeSlack
from tests.platforms.email.delivering import OPTIONS


@dataclass(frozen=True, kw_only=True)
class Kit:
    """An adapter that can be started again and again on the same shelf, as after a restart."""

    factory: AdapterFactory[Any]
    make: Callable[[], CanPost]
    place: Place
    knows_keys: bool = True  # the platform itself takes a key once; else only `find` tells


Start = Callable[[Store, Path], AbstractAsyncContextManager[Kit]]


@asynccontextmanager
async def _kit(
    factory: AdapterFactory[Any],
    store: Store,
    home: Path,
    place: Place,
    options: dict[str, object],
    *,
    knows_keys: bool = True,
) -> AsyncIterator[Kit]:
    made: list[CanPost] = []

    def make() -> CanPost:
        setup = Setup(options=options, storage=store.key_value(place.platform), home=home, clock=SystemClock())
        adapter = factory(setup)
        assert adapter is not None
        made.append(adapter)
        return adapter

    yield Kit(factory=factory, make=make, place=place, knows_keys=knows_keys)
    for adapter in made:
        await adapter.aclose()


@asynccontextmanager
async def web(store: Store, home: Path) -> AsyncIterator[Kit]:
    async with _kit(adapters.webchat.make, store, home, Place("web", "home", "papers"), {"port": 0}) as kit:
        yield kit


@asynccontextmanager
async def slack(store: Store, home: Path) -> AsyncIterator[Kit]:
    async with FakeSlack() as fake:
        await fake.settings(limits={"posts_per_second": 1000, "post_burst": 1000})  # the dispatcher keeps the pace
        acme = await fake.workspace("Acme")
        place = Place("slack", acme.id, (await acme.channel("papers")).id)
        options: dict[str, object] = {"bot_token": acme.token, "api_url": fake.api_url}
        async with _kit(adapters.slack.make, store, home, place, options, knows_keys=False) as kit:
            yield kit
        wrong = await fake.wrong()
        assert set(wrong) <= {"refused"}, wrong  # one test asks for what Slack must refuse


@asynccontextmanager
async def discord(store: Store, home: Path) -> AsyncIterator[Kit]:
    async with FakeDiscord(default_bucket=(1000, 1.0), buckets={}) as fake:
        guild = fake.guild()
        place = Place("discord", guild, fake.text_channel(guild))
        options: dict[str, object] = {"token": fake.token, "api_url": fake.api_url}
        async with _kit(adapters.discord.make, store, home, place, options) as kit:
            yield kit
        state = fake.state()
        assert not state["pinging"], state["pinging"]
        assert not state["wrong"], state["wrong"]


@asynccontextmanager
async def email(store: Store, home: Path) -> AsyncIterator[Kit]:
    async with FakeMail() as server:
        subscribers = open_subscribers(store.key_value("email"), home, SystemClock())
        asked = await subscribers.add_pending("ada@example.org", SubscriptionRequest())
        assert asked
        await subscribers.confirm(asked)
        options: dict[str, object] = OPTIONS | {"port": server.port}
        async with _kit(adapters.email.make, store, home, reader(asked.id), options) as kit:
            yield kit
        assert set(server.by_reader) <= {"ada@example.org"}  # no words made another recipient


KITS: dict[str, Start] = {"web": web, "slack": slack, "discord": discord, "email": email}
