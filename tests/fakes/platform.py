"""A platform that is a file: what it holds survives every kill, and it fails in every way platforms do."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from datetime import datetime
from pathlib import Path

from bot.chat.adapter import Limits
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Busy, Refused, Unsure


class FilePlatform:
    """Posts by appending a line to a file; finds by reading it."""

    name = "web"
    limits = Limits(max_chars=10_000, max_blocks=50, max_block_chars=3_000, max_buttons=5)

    def __init__(self, file: Path, *, faults: float = 0.0, seed: int = 0, die_at: str = "") -> None:
        self._file = file
        self._faults = faults
        self._chance = random.Random(seed)
        self._die_at = die_at
        self.refuse: set[str] = set()  # channels that are gone
        self.slow: set[str] = set()  # spaces that answer late

    def text_width(self, run: Text) -> int:
        return sum(len(span.text) for span in run)

    def held(self) -> list[tuple[str, str, str]]:
        """All messages in order: key, channel, thread."""
        if not self._file.exists():
            return []
        return [tuple(line.split("\t")) for line in self._file.read_text().splitlines()]  # type: ignore[misc]

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        self._step("before")
        if place.channel in self.refuse:
            raise Refused("The channel is gone.", "Unschedule it.", broken=True)
        if place.space in self.slow:
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.04)
        fault = self._chance.random()
        if fault < self._faults:
            raise Busy("slow down", retry_after=0.05)
        if fault < 2 * self._faults:
            raise Unsure("dropped before it arrived")
        handle = os.open(self._file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(handle, f"{key}\t{place.channel}\t{place.thread}\n".encode())
        os.close(handle)
        with self._file.with_suffix(".notified").open("a") as notified:
            notified.writelines(f"{key}\t{person}\n" for person in message.pings)
        self._step("accepted")
        if fault < 3 * self._faults:
            raise Unsure("dropped after it arrived")
        if fault < 4 * self._faults:
            await asyncio.sleep(30)
        return Ref(place, key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        self._step("finding")
        return Ref(place, key) if any(held[0] == key for held in self.held()) else None

    async def aclose(self) -> None:
        pass

    def _step(self, name: str) -> None:
        """Be killed here, if this is the step to die at."""
        if name == self._die_at and self._chance.random() < 0.2:
            os.kill(os.getpid(), signal.SIGKILL)
