"""The chat in memory: channels, messages, threads, reactions, private answers; and who watches for changes."""

import asyncio
import secrets
from collections import defaultdict, deque
from datetime import datetime

from msgspec.structs import replace

from adapters.webchat.history import ID_TIME_DIGITS, History
from adapters.webchat.records import DEFAULT_CHANNEL, EMOJI, Change, ChatMessage, OpenForm
from bot.chat.message import Message
from bot.clock import Clock

MAX_CHANGES = 1_000  # that a page can catch up on after its connection was lost
MAX_PRIVATE_MESSAGES = 40  # that a person can scroll back to in one channel
MAX_SEQ_DIGITS = 15


class ChatState:
    """Everything that pages show. Messages, reactions and channels are stored in the history first."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._messages: dict[str, ChatMessage] = {}
        self._top_level: defaultdict[str, list[str]] = defaultdict(list)
        self._replies: defaultdict[str, list[str]] = defaultdict(list)
        self._reactions: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
        self._private: defaultdict[tuple[str, str], deque[ChatMessage]] = defaultdict(
            lambda: deque(maxlen=MAX_PRIVATE_MESSAGES)
        )
        self.channels = [DEFAULT_CHANNEL]
        self._watchers: set[asyncio.Queue[Change]] = set()
        self._changes: deque[Change] = deque(maxlen=MAX_CHANGES)
        self._boot = secrets.token_hex(4)
        self._seq = 0
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self._ids_made = 0

    # ---- stored

    async def load(self) -> None:
        """Read the history, once."""
        async with self._loading:
            if self._is_loaded:
                return
            for name in await self._history.channels():
                self._open_channel(name)
            for message in await self._history.newest_messages():
                self._index(message)
            for id, emoji, person in await self._history.reactions():
                self._reactions[id].setdefault(emoji, set()).add(person)
            self._is_loaded = True

    async def load_new_messages(self) -> None:
        """Read what other processes have posted."""
        for message in await self._history.messages_after(max(self._messages, default="")):
            self._add_if_new(message)

    async def add_message(self, message: ChatMessage, key: str = "") -> ChatMessage:
        """Store and show a message; returns the stored one, which for a used delivery key is the earlier message."""
        await self.load()
        message = await self._history.add_message(message, key)
        self._add_if_new(message)
        return self._messages[message.id]

    async def find_message(self, key: str) -> ChatMessage | None:
        """The message with a delivery key."""
        await self.load()
        return await self._history.message_for_key(key)

    async def edit_message(self, id: str, content: Message) -> bool:
        """Change a message; False when there is no such message."""
        await self.load()
        message = self._messages.get(id) or await self._history.message(id)
        if message is None:
            return False
        if message.message != content:
            self._messages[id] = replace(message, message=content, edited=True)
            await self._history.update_message(self._messages[id])
            self._note_change(id)
        return True

    async def toggle_reaction(self, id: str, emoji: str, person: str) -> bool:
        """Add a person's reaction, or take it back; returns whether it is there now."""
        people = self._reactions[id].setdefault(emoji, set())
        added = person not in people
        (people.add if added else people.discard)(person)
        await self._history.set_reaction(id, emoji, person, present=added)
        self._note_change(id)
        return added

    async def add_channel(self, name: str) -> None:
        """Create a channel, unless it exists."""
        self._open_channel(name)
        await self._history.add_channel(name)

    # ---- private answers: in memory only

    def add_private_message(self, message: ChatMessage, person: str) -> None:
        self._private[person, message.channel].append(message)

    def private_messages(self, person: str, channel: str) -> list[ChatMessage]:
        return list(self._private[person, channel])

    def private_message(self, id: str, person: str, channel: str) -> ChatMessage | None:
        return next((message for message in self._private[person, channel] if message.id == id), None)

    def replace_private_message(
        self, id: str, person: str, channel: str, content: Message, open_form: OpenForm | None = None
    ) -> ChatMessage | None:
        """Show other content in a private message: the next page, or the answer to a form. None: no such message."""
        messages = self._private[person, channel]
        for n, message in enumerate(messages):
            if message.id == id:
                messages[n] = replace(message, message=content, open_form=open_form)
                return messages[n]
        return None

    # ---- reading

    def message(self, id: str) -> ChatMessage | None:
        return self._messages.get(id)

    def channel_messages(self, channel: str, *, before: str = "", count: int) -> tuple[list[ChatMessage], bool]:
        """The last messages of a channel (before an id), oldest first, and whether there are earlier ones."""
        ids = self._top_level.get(channel, [])
        ids = [id for id in ids if id < before] if before else ids
        return [self._messages[id] for id in ids[-count:]], len(ids) > count

    def replies(self, thread: str) -> list[ChatMessage]:
        return [self._messages[id] for id in self._replies.get(thread, [])]

    def reactions(self, id: str) -> dict[str, frozenset[str]]:
        """Emoji → people, in the order of `EMOJI`."""
        found = self._reactions.get(id, {})
        return {emoji: frozenset(found[emoji]) for emoji in EMOJI if found.get(emoji)}

    def new_id(self) -> str:
        """An id that grows with time: microseconds, a count, and a random part against other processes."""
        self._ids_made += 1
        return (
            f"{int(self.now().timestamp() * 1_000_000):0{ID_TIME_DIGITS}d}-{self._ids_made:06d}-{secrets.token_hex(2)}"
        )

    def now(self) -> datetime:
        return self._clock.now()

    # ---- changes

    @property
    def position(self) -> str:
        """Where the stream of changes is now; a page goes on from there."""
        return f"{self._boot}-{self._seq}"

    def watch(self, max_changes: int) -> asyncio.Queue[Change]:
        """A queue of changes. One that is full gets no more: its page has to reload."""
        queue: asyncio.Queue[Change] = asyncio.Queue(max_changes)
        self._watchers.add(queue)
        return queue

    def is_watching(self, queue: asyncio.Queue[Change]) -> bool:
        return queue in self._watchers

    def unwatch(self, queue: asyncio.Queue[Change]) -> None:
        self._watchers.discard(queue)

    def changes_since(self, position: str) -> list[Change] | None:
        """The changes after a position; None when they are not known: before a restart, or too many ago."""
        boot, _, seq = position.partition("-")
        if boot != self._boot or not seq.isdecimal() or len(seq) > MAX_SEQ_DIGITS:
            return None
        missed = [change for change in self._changes if change.seq > int(seq)]
        return missed if len(missed) == self._seq - int(seq) else None

    def _open_channel(self, name: str) -> None:
        if name not in self.channels:
            self.channels.append(name)

    def _add_if_new(self, message: ChatMessage) -> None:
        if message.id not in self._messages:
            self._index(message)
            self._note_change(message.id, new=True)

    def _index(self, message: ChatMessage) -> None:
        self._messages[message.id] = message
        self._open_channel(message.channel)
        ids = self._replies[message.thread] if message.thread else self._top_level[message.channel]
        ids.append(message.id)
        ids.sort()

    def _note_change(self, id: str, *, new: bool = False) -> None:
        self._seq += 1
        change = Change(self._seq, id, new)
        self._changes.append(change)
        for queue in list(self._watchers):
            if queue.full():
                self._watchers.discard(queue)
            else:
                queue.put_nowait(change)
