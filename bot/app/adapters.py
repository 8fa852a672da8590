"""The adapters that are installed and configured, and what the core asks of whichever can do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from bot.chat.adapter import Adapter, CanLink, CanMessageUser, CanPost, CanPublishFeed, Factory, Setup
from bot.chat.event import Person, Place, Ref
from bot.clock import Clock
from bot.config import Settings
from bot.errors import AskError, ConfigError
from bot.store.protocol import Store

GROUP = "paperboy.adapters"


def installed() -> dict[str, frozenset[str]]:
    """The adapters installed here, whoever brought them, each with the options it takes (`OPTIONS` of its module)."""
    points = entry_points(group=GROUP)
    return {point.name: frozenset(getattr(import_module(point.module), "OPTIONS", ())) for point in points}


def configured(settings: Settings, store: Store, clock: Clock) -> dict[str, Adapter]:
    """Every installed adapter that is configured, by its platform's name."""
    found: dict[str, Adapter] = {}
    for point in entry_points(group=GROUP):
        make: Factory = point.load()
        options = settings.adapters.get(point.name, {})
        adapter = make(
            Setup(options=options, storage=store.key_value(point.name), home=Path(settings.home), clock=clock)
        )
        if adapter is not None:
            found[adapter.name] = adapter
    if not any(isinstance(adapter, CanPost) for adapter in found.values()):
        raise ConfigError("No chat platform is set up.", "The browser chat needs nothing: [adapters.web].")
    return found


def direct_of(adapters: Mapping[str, CanPost]) -> Callable[[Person], Awaitable[Place]]:
    """Where a person reads alone, asked of their own platform."""

    async def direct(person: Person) -> Place:
        adapter = adapters.get(person.platform)
        if adapter is None or not isinstance(adapter, CanMessageUser):
            raise AskError("There are no direct messages here.", "/papers mine shows what is new on your topics.")
        return await adapter.open_direct_message(person.id, person.space)

    return direct


def feed_of(adapters: Mapping[str, Adapter]) -> Callable[[Place], str] | None:
    """The secret address of a channel's feed; None where there are no feeds."""
    return next((adapter.feed_url for adapter in adapters.values() if isinstance(adapter, CanPublishFeed)), None)


def address_of(adapters: Mapping[str, CanPost]) -> Callable[[Ref], str]:
    """Where a message can be read, asked of its own platform."""

    def address(ref: Ref) -> str:
        adapter = adapters.get(ref.place.platform)
        if adapter is None or not isinstance(adapter, CanLink):
            return ""
        return adapter.message_url(ref)

    return address
