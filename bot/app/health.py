"""What is wrong now, told truly."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.protocol import Store


class Health:
    """Asked by `/healthz`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self) -> Mapping[str, str]:
        """What is broken, by part; empty when all is well. A source that does not answer is not our illness."""
        wrong = await self._store.check()
        return {"database": wrong} if wrong else {}
