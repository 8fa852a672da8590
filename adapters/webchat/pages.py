"""The page and its pieces, as a reader sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from adapters.webchat import render
from adapters.webchat.people import PEOPLE
from adapters.webchat.records import Change, Said
from adapters.webchat.room import Room
from bot.chat.adapter import Core
from bot.chat.event import Person

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
SHOWN = 50


class Pages:
    """Renders what the room holds."""

    def __init__(self, room: Room, core: Core) -> None:
        self._room = room
        self._core = core

    def channel(
        self, channel: str, who: Person, csrf: str, *, thread: str = "", before: str = "", toast: str = ""
    ) -> str:
        """The whole page: channels, the stream, and a thread if one is open.

        `thread` may be `newest`: the last post that has replies.
        """
        opened = thread == "newest"
        if opened:
            thread = self._newest_thread(channel)
        tops, earlier = self._room.tops(channel, before=before, count=SHOWN)
        private = self._room.whispers(who.id, channel)
        parent = self._room.get(thread) if thread else None
        return (
            render.environment()
            .get_template("page.html")
            .render(
                channel=channel,
                channels=self._room.channels,
                who=who,
                people=list(PEOPLE.values()),
                csrf=csrf,
                days=self._by_day([*tops, *(s for s in private if not s.thread)], who, csrf),
                earlier=tops[0].id if earlier and tops else "",
                thread=thread if parent else "",
                opened=opened,
                parent=self._piece(parent, who, csrf, in_thread=True) if parent else "",
                replies=[
                    self._piece(said, who, csrf, in_thread=True)
                    for said in sorted(
                        [*self._room.replies(thread), *(s for s in private if s.thread == thread)], key=lambda s: s.id
                    )
                ]
                if parent
                else [],
                commands=self._core.commands,
                toast=toast,
                version=_version(),
                mark=self._room.mark,
            )
        )

    def _newest_thread(self, channel: str) -> str:
        tops, _ = self._room.tops(channel, count=SHOWN)
        return next((said.id for said in reversed(tops) if self._room.replies(said.id)), "")

    def event(self, change: Change, who: Person, channel: str, csrf: str) -> bytes:
        """A server-sent event for a new or changed message."""
        said = self._room.get(change.id)
        mark = self._room.mark.partition("-")[0]
        if said is None or (said.channel != channel and not change.new):
            return f"id: {mark}-{change.seq}\n\n".encode()
        if said.channel != channel:
            kind, data = "unread", msgspec.json.encode(said.channel).decode()
        else:
            kind, data = "pieces", msgspec.json.encode(self.pieces(said, who, csrf)).decode()
        return f"event: {kind}\nid: {mark}-{change.seq}\ndata: {data}\n\n".encode()

    def pieces(self, said: Said, who: Person, csrf: str) -> list[dict[str, str]]:
        """The HTML of a message wherever it shows; of a reply, also its parent's, whose count changes."""
        found = [self._record(said, who, csrf, in_thread=bool(said.thread))]
        if not said.thread:
            found.append(self._record(said, who, csrf, in_thread=True))
        elif parent := self._room.get(said.thread):
            found.append(self._record(parent, who, csrf, in_thread=False))
        return found

    def static(self, name: str) -> tuple[bytes, str] | None:
        """A file of the page and its type."""
        return _static().get(name)

    def _record(self, said: Said, who: Person, csrf: str, *, in_thread: bool) -> dict[str, str]:
        """`seq` says how new it is: an answer can come later than what the stream has told since."""
        return {
            "seq": self._room.mark.partition("-")[2],
            "id": said.id,
            "thread": said.thread,
            "pane": "thread" if in_thread else "stream",
            "day": said.at.date().isoformat(),
            "html": str(self._piece(said, who, csrf, in_thread=in_thread)),
        }

    def _piece(self, said: Said, who: Person, csrf: str, *, in_thread: bool) -> str:
        return render.said(
            said,
            reader=who.id,
            reactions=self._room.reactions(said.id),
            replies=len(self._room.replies(said.id)) if not in_thread else 0,
            csrf=csrf,
            menu=self._core.menu,
            in_thread=in_thread,
        )

    def _by_day(self, items: Sequence[Said], who: Person, csrf: str) -> list[tuple[date, list[str]]]:
        days: dict[date, list[str]] = {}
        for said in sorted(items, key=lambda s: s.id):
            days.setdefault(said.at.date(), []).append(self._piece(said, who, csrf, in_thread=False))
        return list(days.items())


@cache
def _static() -> dict[str, tuple[bytes, str]]:
    folder = files("adapters.webchat").joinpath("static")
    found = [entry for entry in folder.iterdir() if entry.name.rpartition(".")[2] in KINDS]
    return {entry.name: (entry.read_bytes(), KINDS[entry.name.rpartition(".")[2]]) for entry in found}


@cache
def _version() -> str:
    """Changes when a file does, so that no browser shows an old one."""
    return hashlib.sha256(b"".join(content for content, _ in _static().values())).hexdigest()[:8]
