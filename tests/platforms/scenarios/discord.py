"""The stage in Discord, where the app was granted message content, so that it sees shared links."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.app.adapters import installed
from bot.chat.event import Place
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord import Seen as Looked
from tests.fakes.discord.components import BUTTON, SELECT, walk
from tests.fakes.discord.modals import inputs
from tests.fakes.discord.model import Json
from tests.fakes.discord.seen import words
from tests.platforms.scenarios.paperboy import Bot
from tests.platforms.scenarios.stage import ADA, BOB, LONG, Seen

NOTICES = {18, 21}  # what Discord itself says of a thread
MARKS = re.compile(
    r"\\(.)|\[((?:\\.|[^\]\\])+)\]\(<?https?://[^\s)>]+>?\)|^(?:#{1,3} |-# |- |> )|\*{1,3}|`|__|~~|\|\|", re.M
)


class DiscordStage:
    """A server with one channel."""

    lacks: Mapping[str, str] = {
        "a dialog after a dialog": "Discord opens none in answer to one: the answer says what to type",
    }

    def __init__(self, fake: FakeDiscord, channel: str, people: Mapping[str, str], bot: Bot) -> None:
        self._fake = fake
        self._channel = channel
        self._people = people
        self.deliver, self.plan = bot.deliver, bot.plan
        self._bot = bot

    async def type(self, who: str, text: str) -> Seen:
        return _seen(await self._fake.slash(self._people[who], self._channel, "papers", query=text, wait=LONG))

    async def press(self, who: str, seen: Seen, label: str) -> Seen:
        message, control, values = next(_found(seen, label))
        where = message["channel_id"]
        pressed = await self._fake.press(self._people[who], where, message["id"], control, *values, wait=LONG)
        return _seen(pressed)

    async def fill(self, who: str, seen: Seen, values: Mapping[str, str]) -> Seen:
        looked: Looked = seen.held
        assert looked.modal, "no dialog is open"
        menus = {one["custom_id"] for _, one in inputs(looked.modal["components"]) if one["type"] == SELECT}
        given = {name: [value] if name in menus else value for name, value in values.items()}
        return _seen(await self._fake.submit(looked, given, wait=LONG))

    async def menu(self, who: str, seen: Seen, label: str) -> Seen:
        (message,) = seen.held
        return _seen(await self._fake.menu(self._people[who], message["channel_id"], message["id"], label, wait=LONG))

    async def home(self, who: str) -> Seen:
        return await self.type(who, "home")

    async def say(self, who: str, text: str) -> None:
        self._fake.say(self._people[who], self._channel, text)

    async def react(self, who: str, seen: Seen, emoji: str) -> None:
        (message,) = seen.held
        self._fake.react(self._people[who], message["channel_id"], message["id"], emoji)

    async def unreact(self, who: str, seen: Seen, emoji: str) -> None:
        (message,) = seen.held
        self._fake.unreact(self._people[who], message["channel_id"], message["id"], emoji)

    async def posted(self) -> list[Seen]:
        places = [self._channel, *(thread["id"] for thread in self._fake.threads(self._channel))]
        found = [message for place in places for message in self._fake.messages(place)]
        said = [message for message in found if message["type"] not in NOTICES]
        return [self._standing(message) for message in sorted(said, key=lambda message: int(message["id"]))]

    def _standing(self, message: Json) -> Seen:
        where = message["channel_id"]
        return replace(_message([message]), under="" if where == self._channel else where)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        async with self._bot.away():
            await self._fake.until(lambda: self._fake.state()["sessions"] == 0, seconds=LONG)
            yield

    async def check(self) -> None:
        """Nobody was woken, and every body was as Discord describes it."""
        self._fake.check()


def _seen(looked: Looked) -> Seen:
    if looked.modal:
        fields = {one["custom_id"]: _value(one) for _, one in inputs(looked.modal["components"])}
        return Seen(text=looked.modal["title"], private=True, dialog=fields, held=looked)
    assert looked.messages, "the application did not respond" if looked.failed else "nothing was shown"
    return _message(looked.messages, looked.private)


def _message(shown: Sequence[Json], private: Sequence[str] = ()) -> Seen:
    return Seen(
        text="\n".join(_plain(words(message)) for message in shown),
        private=all(message["id"] in private for message in shown),
        buttons=tuple(label for message in shown for label, _, _ in _controls(message)),
        id=shown[0]["id"],
        held=tuple(shown),
    )


def _found(seen: Seen, label: str) -> Iterator[tuple[Json, str, tuple[str, ...]]]:
    for message in seen.held:
        for known, control, values in _controls(message):
            if known == label:
                yield message, control, values


def _controls(message: Json) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What can be pressed: its label, its id, and what is picked when it is an entry of a menu."""
    for _, one in walk(message["components"]):
        if one["type"] == BUTTON and one.get("custom_id"):
            yield one["label"], one["custom_id"], ()
        for option in one.get("options") or ():
            yield option["label"].removeprefix("✓ "), one["custom_id"], (option["value"],)


def _value(one: Json) -> str:
    chosen = [option["value"] for option in one.get("options") or () if option.get("default")]
    return str(one.get("value") or "".join(chosen))


def _plain(markdown: str) -> str:
    """What Markdown reads as: a link is its label, what is escaped stays, marks are not seen."""
    return MARKS.sub(lambda mark: mark[1] or (_plain(mark[2]) if mark[2] else ""), markdown).replace("\u200b", "")


@asynccontextmanager
async def discord(home: Path) -> AsyncIterator[DiscordStage]:
    if "discord" not in installed():
        pytest.skip("this Paperboy was installed before it knew Discord: install it again")
    async with FakeDiscord(default_bucket=(1000, 1.0), buckets={}, first_response=LONG, privileged=True) as fake:
        guild = fake.guild()
        channel = fake.text_channel(guild)
        people = {ADA: fake.member(guild, "Ada", manage_guild=True), BOB: fake.member(guild, "Bob")}
        environment = {"DISCORD_TOKEN": fake.token, "DISCORD_API_URL": fake.api_url, "DISCORD_MESSAGE_CONTENT": "true"}
        bot = Bot(home, Place("discord", guild, channel), environment)
        await bot.start()
        try:
            yield DiscordStage(fake, channel, people, bot)
        finally:
            await bot.stop()
