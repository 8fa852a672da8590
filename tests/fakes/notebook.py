"""A platform that writes down what it is given; it can reach people, and its channels can close."""

from __future__ import annotations

from datetime import datetime

from bot.chat.adapter import Limits
from bot.chat.event import Place, Ref
from bot.chat.message import Message, Text
from bot.errors import Busy, Refused


class Notebook:
    """Implements `Posts`, `Finds`, `Edits`, `Enters` and `Reaches`."""

    limits = Limits(max_chars=10_000, max_blocks=50, max_block_chars=3_000, max_buttons=5)

    def __init__(self, name: str = "web") -> None:
        self.name = name
        self.posted: dict[str, tuple[Place, Message]] = {}  # by delivery key
        self.edited: list[tuple[Ref, Message]] = []
        self.asked = 0  # how often it was asked for an edit
        self.closed: set[str] = set()  # channels
        self.refusal: Refused | None = None  # what it answers to every post to a channel
        self.flat: set[str] = set()  # channels without threads
        self.deleted: set[str] = set()  # ids of messages
        self.out = False  # it takes no edits now

    def text_width(self, run: Text) -> int:
        return sum(len(span.text) for span in run)

    def said(self, channel: str) -> list[str]:
        return [message.plain for place, message in self.posted.values() if place.channel == channel]

    async def post(self, place: Place, message: Message, *, key: str) -> Ref:
        if place.channel in self.closed:
            raise Refused("The channel is archived.", "Open it again.", broken=True)
        if self.refusal and not place.channel.startswith("dm-"):
            raise self.refusal
        self.posted.setdefault(key, (place, message))
        return Ref(place, key)

    async def find_post(self, place: Place, *, key: str, since: datetime) -> Ref | None:
        return Ref(place, key) if key in self.posted else None

    async def edit_post(self, ref: Ref, message: Message) -> None:
        self.asked += 1
        if self.out:
            raise Busy("Not now.", retry_after=0.0)
        if ref.id in self.deleted:
            raise Refused("That message is gone.", gone=True)
        self.edited.append((ref, message))

    async def access_problem(self, place: Place) -> Refused | None:
        return Refused("The channel is archived.", "Open it again.") if place.channel in self.closed else None

    async def has_threads(self, place: Place) -> bool:
        return place.channel not in self.flat

    def message_url(self, ref: Ref) -> str:
        return f"https://chat.example/{ref.id}"

    async def may_post(self, place: Place) -> bool:
        return place.channel not in self.closed

    async def open_direct_message(self, person: str, space: str) -> Place:
        return Place(self.name, space, f"dm-{person}")

    async def aclose(self) -> None:
        pass
