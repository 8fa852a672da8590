"""The chat itself: channels, messages, threads, reactions. In memory for reading, on the shelf for keeping.

KeyValue: `channel/NAME`, `message/ID`, `key/KEY` (delivery key → message id), `reaction/ID/EMOJI/PERSON`. Message ids
grow with time, so another process's posts are found by asking for what came after the last known id.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict, deque
from datetime import datetime

import msgspec
from msgspec.structs import replace

from adapters.webchat.records import DEFAULT, EMOJI, Blank, Change, Said
from bot.chat.adapter import KeyValue
from bot.chat.message import Message
from bot.clock import Clock

LOADED = 5_000  # messages kept in memory; older ones stay on the shelf
REMEMBERED = 1_000  # changes that a reader who was away can catch up on
PRIVATE = 40  # private answers a person can scroll back to
SEQ_DIGITS = 15  # of a mark; longer ones are nobody's
OVERLAP = 60_000_000  # microseconds: another process's clock may be behind ours


class Room:
    """All of the chat. Whoever looks at it watches for changes."""

    def __init__(self, storage: KeyValue, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._said: dict[str, Said] = {}
        self._tops: defaultdict[str, list[str]] = defaultdict(list)
        self._replies: defaultdict[str, list[str]] = defaultdict(list)
        self._reactions: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        self._private: defaultdict[tuple[str, str], deque[Said]] = defaultdict(lambda: deque(maxlen=PRIVATE))
        self._channels: list[str] = [DEFAULT]
        self._watchers: set[asyncio.Queue[Change]] = set()
        self._changes: deque[Change] = deque(maxlen=REMEMBERED)
        self._boot = secrets.token_hex(4)
        self._seq = 0
        self._loaded = asyncio.Lock()
        self._is_loaded = False
        self._count = 0

    @property
    def channels(self) -> list[str]:
        return self._channels

    async def load(self) -> None:
        """Read what the shelf holds, once."""
        async with self._loaded:
            if self._is_loaded:
                return
            for key, _ in await self._storage.scan("channel/"):
                self._open(key.removeprefix("channel/"))
            for _, value in await self._storage.scan("message/", last=LOADED):
                self._take(msgspec.json.decode(value, type=Said))
            for key, _ in await self._storage.scan("reaction/"):
                _, id, emoji, person = key.split("/", 3)
                self._reactions[id].setdefault(emoji, set()).add(person)
            self._is_loaded = True

    async def catch_up(self) -> None:
        """Take up what other processes have posted."""
        last = max(self._said, default="")
        after = f"message/{max(int(last[:17]) - OVERLAP, 0):017d}" if last else ""
        for _, value in await self._storage.scan("message/", after=after):
            said = msgspec.json.decode(value, type=Said)
            if said.id not in self._said:
                self._take(said)
                self._tell(said.id, new=True)

    async def say(self, said: Said, key: str = "") -> Said:
        """Keep a message; with a delivery key, the same key is the same message, kept once."""
        await self.load()
        if key:
            await self._storage.put(f"key/{key}", said.id.encode(), if_absent=True)
            said = replace(said, id=(await self._storage.get(f"key/{key}") or said.id.encode()).decode())
        new = await self._storage.put(f"message/{said.id}", msgspec.json.encode(said), if_absent=True)
        if not new:  # said before, perhaps by another process or with other words: what is kept stands
            said = self._said.get(said.id) or await self._kept(said.id) or said
        if new or said.id not in self._said:
            self._take(said)
            self._tell(said.id, new=True)
        return said

    async def find(self, key: str) -> Said | None:
        """The message with a delivery key, if it is there."""
        await self.load()
        id = await self._storage.get(f"key/{key}")
        return await self._kept(id.decode()) if id else None

    async def edit(self, id: str, message: Message) -> bool:
        """Change a message; False when there is none."""
        await self.load()
        said = self._said.get(id) or await self._kept(id)
        if said is None:
            return False
        if said.message != message:
            self._said[id] = replace(said, message=message, edited=True)
            await self._storage.put(f"message/{id}", msgspec.json.encode(self._said[id]))
            self._tell(id)
        return True

    async def _kept(self, id: str) -> Said | None:
        """A message that is too old to be in memory."""
        value = await self._storage.get(f"message/{id}")
        return msgspec.json.decode(value, type=Said) if value else None

    async def react(self, id: str, emoji: str, person: str) -> bool:
        """Put a reaction, or take it back; True when it now stands."""
        people = self._reactions[id].setdefault(emoji, set())
        added = person not in people
        key = f"reaction/{id}/{emoji}/{person}"
        if added:
            people.add(person)
            await self._storage.put(key, b"")
        else:
            people.discard(person)
            await self._storage.delete(key)
        self._tell(id)
        return added

    async def open_channel(self, name: str) -> None:
        """Make a channel, if there is none of that name."""
        self._open(name)
        await self._storage.put(f"channel/{name}", b"", if_absent=True)

    def whisper(self, said: Said, person: str) -> None:
        """Show something to one person only; it is not kept."""
        self._private[person, said.channel].append(said)

    def whispers(self, person: str, channel: str) -> list[Said]:
        return list(self._private[person, channel])

    def whispered(self, id: str, person: str, channel: str) -> Said | None:
        """A private answer that the person still has."""
        return next((said for said in self._private[person, channel] if said.id == id), None)

    def rewrite(self, id: str, person: str, channel: str, message: Message, blank: Blank | None = None) -> Said | None:
        """Replace a private answer: by its next page, or a form by what came of it."""
        kept = self._private[person, channel]
        for n, said in enumerate(kept):
            if said.id == id:
                kept[n] = replace(said, message=message, blank=blank)
                return kept[n]
        return None

    def get(self, id: str) -> Said | None:
        return self._said.get(id)

    def tops(self, channel: str, *, before: str = "", count: int = 50) -> tuple[list[Said], bool]:
        """The last messages of a channel, oldest first, and whether there are earlier ones."""
        ids = self._tops.get(channel, [])
        ids = [id for id in ids if id < before] if before else ids
        return [self._said[id] for id in ids[-count:]], len(ids) > count

    def replies(self, thread: str) -> list[Said]:
        return [self._said[id] for id in self._replies.get(thread, [])]

    def reactions(self, id: str) -> dict[str, frozenset[str]]:
        """Emoji → people, in a fixed order, without empty ones."""
        found = self._reactions.get(id, {})
        order = {emoji: n for n, emoji in enumerate(EMOJI)}
        return {e: frozenset(found[e]) for e in sorted(found, key=lambda e: order.get(e, 99)) if found[e]}

    def new_id(self) -> str:
        """An id that grows with time: microseconds, a count, and chance against other processes."""
        self._count += 1
        micros = int(self._clock.now().timestamp() * 1_000_000)
        return f"{micros:017d}-{self._count:06d}-{secrets.token_hex(2)}"

    def now(self) -> datetime:
        return self._clock.now()

    @property
    def mark(self) -> str:
        """Where the stream of changes stands: what a page shows, so that its reader can go on from there."""
        return f"{self._boot}-{self._seq}"

    def watch(self, most: int) -> asyncio.Queue[Change]:
        """A queue of changes. One that runs full is closed: its reader comes again and catches up."""
        queue: asyncio.Queue[Change] = asyncio.Queue(most)
        self._watchers.add(queue)
        return queue

    def watches(self, queue: asyncio.Queue[Change]) -> bool:
        """Whether a queue still gets news: one that ran full does not."""
        return queue in self._watchers

    def unwatch(self, queue: asyncio.Queue[Change]) -> None:
        self._watchers.discard(queue)

    def since(self, mark: str) -> list[Change] | None:
        """The changes after a mark; None when they are not known any more (another start, too long ago)."""
        boot, _, seq = mark.partition("-")
        if boot != self._boot or not seq.isdecimal() or len(seq) > SEQ_DIGITS:
            return None
        missed = [change for change in self._changes if change.seq > int(seq)]
        return missed if len(missed) == self._seq - int(seq) else None

    def _open(self, name: str) -> None:
        if name not in self._channels:
            self._channels.append(name)

    def _take(self, said: Said) -> None:
        self._said[said.id] = said
        self._open(said.channel)
        ids = self._replies[said.thread] if said.thread else self._tops[said.channel]
        if said.id not in ids:
            ids.append(said.id)
            ids.sort()

    def _tell(self, id: str, *, new: bool = False) -> None:
        self._seq += 1
        change = Change(self._seq, id, new)
        self._changes.append(change)
        for queue in list(self._watchers):
            if queue.full():
                self._watchers.discard(queue)
            else:
                queue.put_nowait(change)
