"""The installed and configured adapters. An adapter that fails is reported and left out; the others work."""

import logging
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from attrs import define
from msgspec import Struct

from bot.chat.adapter import (
    Adapter,
    AdapterFactory,
    CanExplainAccess,
    CanInvite,
    CanLink,
    CanListen,
    CanMessageUser,
    CanPost,
    CanPublishFeed,
    CanPublishPictures,
    CanTellAccess,
    Setup,
)
from bot.chat.event import Person, Place, Ref
from bot.clock import Clock
from bot.config import Settings
from bot.errors import AskError, ConfigError, Refused
from bot.ingest.pictures import picture_reader
from bot.languages import tr
from bot.refusals import RefusalLimits
from bot.store.sql import Store
from bot.tasks import Supervisor

log = logging.getLogger(__name__)

GROUP = "paperboy.adapters"
PICTURES = "pictures"  # whose storage has them
PARTS = (CanPost, CanListen, CanInvite, CanPublishFeed)  # the protocols with properties


class Configured(Struct, frozen=True, kw_only=True):
    """The adapters that could be set up, and the errors of the others."""

    adapters: Mapping[str, Adapter]  # that work, by their platform's name
    faults: Mapping[str, str]  # by the name of the entry point: why it can't be used


def installed() -> dict[str, frozenset[str]]:
    """The adapters installed here, each with the options it takes; none where it can't be imported."""
    return {point.name: _options(point) for point in entry_points(group=GROUP)}


def configured(settings: Settings, store: Store, clock: Clock, tasks: Supervisor) -> Configured:
    """Every installed adapter that is configured. One that can't be imported or made is left out, with the reason.

    Raises `ConfigError` for a wrong setting of an adapter, and where nothing is left that can post.
    """
    adapters: dict[str, Adapter] = {}
    faults: dict[str, str] = {}
    refusals = RefusalLimits()

    def publishers() -> list[CanPublishPictures]:
        return [adapter for adapter in adapters.values() if isinstance(adapter, CanPublishPictures)]

    for point in entry_points(group=GROUP):
        options = settings.adapters.get(point.name, {})
        storage = store.key_value(point.name)
        setup = Setup(
            options=options,
            storage=storage,
            home=Path(settings.home),
            clock=clock,
            picture=picture_reader(store.key_value(PICTURES)),
            picture_url=lambda name: next((one.picture_url(name) for one in publishers()), ""),
            tasks=tasks,
            refusals=refusals,
        )
        try:
            if adapter := _make(point, setup):
                adapters[adapter.name] = adapter
        except ConfigError:
            raise
        except (Exception, SystemExit) as error:
            log.exception("adapter %s could not be set up", point.name)
            faults[point.name] = f"can't be used: {type(error).__name__}: {error}"
    if not any(isinstance(adapter, CanPost) for adapter in adapters.values()):
        broken = "".join(f" {name} {fault}." for name, fault in faults.items())
        raise ConfigError(f"No chat platform is set up.{broken}", "The browser chat needs no settings: [adapters.web].")
    return Configured(adapters=adapters, faults=faults)


def _options(point: EntryPoint) -> frozenset[str]:
    try:
        return _factory(point).options
    except (Exception, SystemExit) as error:  # noqa: BLE001 - `configured` tells it; search needs no adapter
        log.info("adapter %s can't be imported: %s", point.name, error)
        return frozenset()


def _make(point: EntryPoint, setup: Setup) -> Adapter | None:
    """The adapter of an entry point; raises whatever its code raises."""
    adapter = _factory(point)(setup)
    if adapter is not None:
        for part in PARTS:
            isinstance(adapter, part)  # reads its properties: one that raises does so here
    return adapter


async def close(adapter: Adapter) -> None:
    """Close an adapter; what goes wrong is logged, so that the others are closed too."""
    try:
        await adapter.aclose()
    except Exception:
        log.exception("adapter %s could not be closed", adapter.name)


@define(eq=False)
class Platforms:
    """What the core asks of the platforms it posts to."""

    _adapters: Mapping[str, CanPost]

    async def direct(self, person: Person) -> Place:
        """Open the direct message with a person, on their platform. Raises `AskError` where there are none."""
        adapter = self._adapters.get(person.platform)
        if adapter is None or not isinstance(adapter, CanMessageUser):
            raise AskError("There are no direct messages here.", "/papers mine shows what is new on your topics.")
        return await adapter.open_direct_message(person.id, person.space)

    async def check_access(self, place: Place) -> None:
        """Raises `AskError` where nothing can be posted. A platform that can't be asked now doesn't keep anyone from
        making a schedule: its first post will tell."""
        adapter = self._adapters.get(place.platform)
        problem: Refused | None = None
        if adapter is None:
            return
        try:
            if isinstance(adapter, CanExplainAccess):
                problem = await adapter.access_problem(place)
            elif isinstance(adapter, CanTellAccess) and not await adapter.may_post(place):
                problem = Refused(tr("I can't post here."), tr("Add me to this channel, or choose another one."))
        except Refused as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - an adapter's own fault: its first post will tell
            log.warning("access to %s could not be checked: %s", place, error)
        if problem:
            raise AskError(problem.message, problem.hint)

    def address(self, ref: Ref) -> str:
        """The address of a message on its platform; empty: it has none."""
        adapter = self._adapters.get(ref.place.platform)
        if adapter is None or not isinstance(adapter, CanLink):
            return ""
        return adapter.message_url(ref)


def feed_of(adapters: Mapping[str, Adapter]) -> Callable[[Place], str] | None:
    """Gives the secret address of a channel's feed; None: there are no feeds."""
    return next((adapter.feed_url for adapter in adapters.values() if isinstance(adapter, CanPublishFeed)), None)


def list_url_of(adapters: Mapping[str, Adapter]) -> Callable[[str, str], str]:
    """Gives the secret address of a list by owner and name; empty: it can't be reached."""
    found = (adapter.list_url for adapter in adapters.values() if isinstance(adapter, CanPublishFeed))
    return next(found, lambda owner, name: "")


def _factory(point: EntryPoint) -> AdapterFactory[Adapter]:
    """The factory an entry point names. Raises what its import raises; `TypeError` for anything else."""
    factory = point.load()
    if not isinstance(factory, AdapterFactory):
        raise TypeError(f"{point.value} is not a bot.chat.adapter.AdapterFactory")
    return factory
