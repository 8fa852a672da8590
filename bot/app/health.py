"""Current problems: for `/healthz` (restart it) and `/readyz` (part of it isn't working)."""

from collections.abc import Mapping

from attrs import define, field

from bot.chat.adapter import Adapter, HasConnection
from bot.store.sql import Store
from bot.tasks import Supervisor


@define(eq=False)
class Health:
    """Gathers what the store, the tasks and the adapters say of themselves."""

    _store: Store
    _adapters: Mapping[str, Adapter]
    _tasks: Supervisor
    _faults: Mapping[str, str] = field(factory=dict)  # adapters that could not be set up, with the reason
    listens: bool = field(init=False, default=False)  # whether this process is to hear people

    async def __call__(self) -> Mapping[str, str]:
        """Problems that a restart may fix, by part. A source that doesn't answer isn't one."""
        wrong = await self._store.check()
        return {**({"database": wrong} if wrong else {}), **self._tasks.stuck()}

    async def unready(self) -> Mapping[str, str]:
        """Problems that keep this process from doing all its work, by part."""
        away = {name: reason for name, adapter in self._adapters.items() if (reason := self._connection(adapter))}
        return {**await self(), **self._faults, **away, **self._tasks.failing()}

    def _connection(self, adapter: Adapter) -> str:
        """The reason why an adapter gets no events; empty when it does."""
        try:
            lost = self.listens and isinstance(adapter, HasConnection) and not adapter.connected
        except Exception as error:  # noqa: BLE001 - its fault is what is told
            return f"can't tell whether it is connected: {type(error).__name__}: {error}"
        return "not connected" if lost else ""
