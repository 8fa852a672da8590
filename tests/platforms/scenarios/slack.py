"""The stage in Slack, over Socket Mode, granted what the manifest asks for and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from html import escape, unescape
from pathlib import Path
from re import sub
from typing import Any

import pytest

from bot.app.adapters import installed
from bot.chat.event import Place
from tests.fakes.slack import FakeSlack, Room, Someone, declared
from tests.fakes.slack import Seen as Looked
from tests.fakes.slack.responses import elements
from tests.fakes.slack.state import Json, Message, View
from tests.platforms.scenarios.paperboy import Bot
from tests.platforms.scenarios.stage import ADA, BOB, LONG, Seen, eventually

ROOT = Path(__file__).parents[3]
NAMES = {"👍": "+1", "👍🏽": "+1::skin-tone-4", "👎": "-1", "❤️": "heart", "🔥": "fire"}
LINES = {"rich_text_section", "plain_text", "mrkdwn"}


class SlackStage:
    """A workspace with one channel."""

    lacks: Mapping[str, str] = {"rights at home": "App Home is private: no one is an admin there"}

    def __init__(self, slack: FakeSlack, room: Room, people: Mapping[str, Someone], menu: Mapping[str, str], bot: Bot):
        self._slack = slack
        self._room = room
        self._people = people
        self._menu = menu
        self.deliver, self.plan = bot.deliver, bot.plan
        self.away = bot.away

    async def type(self, who: str, text: str) -> Seen:
        """Slack escapes what was typed."""
        return _seen(await self._people[who].run(escape(text, quote=False), self._room, wait=LONG))

    async def press(self, who: str, seen: Seen, label: str) -> Seen:
        on = next(one for one in seen.held if label in _buttons(_blocks(one)))
        return _seen(await self._people[who].press(on, label, wait=LONG))

    async def fill(self, who: str, seen: Seen, values: Mapping[str, str]) -> Seen:
        """A dialog shows its answer in its own place, perhaps after a moment."""
        (view,) = seen.held
        looked = await self._people[who].submit(view, dict(values))
        assert not looked.error, looked.error

        async def answered() -> View | None:
            (now,) = await self._slack.views(id=view.id)
            return now if now.hash != view.hash and "One moment" not in str(now.body) else None

        return _view(await eventually(answered))

    async def menu(self, who: str, seen: Seen, label: str) -> Seen:
        return _seen(await self._people[who].shortcut(self._menu[label], seen.held[0], wait=LONG))

    async def home(self, who: str) -> Seen:
        return _seen(await self._people[who].open_home(wait=LONG))

    async def say(self, who: str, text: str) -> None:
        links = [word for word in text.split() if word.startswith("https://")]
        await self._people[who].say(escape(text, quote=False), self._room, links=links)

    async def react(self, who: str, seen: Seen, emoji: str) -> None:
        await self._people[who].react(seen.held[0], NAMES[emoji])

    async def unreact(self, who: str, seen: Seen, emoji: str) -> None:
        await self._people[who].react(seen.held[0], NAMES[emoji], added=False)

    async def posted(self) -> list[Seen]:
        return [_message(found) for found in sorted(await self._room.messages(), key=lambda message: message.ts)]

    async def check(self) -> None:
        """Nothing was refused, no mark-up was wrong, nobody was called, and no limit was met."""
        assert not await self._slack.wrong()
        assert not (await self._slack.counts())["limited"]


def _seen(looked: Looked) -> Seen:
    assert looked.shown, f"nothing was shown: {looked.error or 'no error'}"
    if looked.views:
        return _view(looked.views[-1])
    return _message(*looked.messages)


def _message(*shown: Message) -> Seen:
    return Seen(
        text="\n".join(line for message in shown for line in _read(message)),
        private=all(message.seen_by for message in shown),
        buttons=tuple(label for message in shown for label in _buttons(_all(message))),
        id=shown[0].ts,
        under=shown[0].thread,
        held=shown,
    )


def _view(view: View) -> Seen:
    blocks = view.body["blocks"]
    fields = {block["block_id"]: _value(part) for block, part in elements(blocks) if block["type"] == "input"}
    lines = "\n".join(_words(blocks))
    return Seen(text=lines, private=True, buttons=tuple(_buttons(blocks)), dialog=fields, id=view.id, held=(view,))


def _blocks(held: Message | View) -> list[Json]:
    found: list[Json] = held.blocks if isinstance(held, Message) else held.body["blocks"]
    return found


def _read(message: Message) -> Iterator[str]:
    """Where there are blocks, the text beside them is for notifications only."""
    yield from () if message.blocks else [_plain(message.text)]
    yield from _words(_all(message))


def _all(message: Message) -> list[Json]:
    """Its blocks, and those of the cards under its links."""
    return [*message.blocks, *(block for card in message.attachments for block in card.get("blocks", []))]


def _words(blocks: list[Json]) -> Iterator[str]:
    """The words of each block; buttons are told apart."""
    for block in blocks:
        if block["type"] != "actions":
            yield from filter(None, "".join(_pieces(block)).split("\n"))


def _pieces(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _pieces(one)
    elif isinstance(part, dict):
        own = part.get("text")
        if isinstance(own, str):
            yield _plain(own) if part.get("type") == "mrkdwn" else own
        for name in ("text", "label", "hint", "elements"):
            if not isinstance(part.get(name), str):
                yield from _pieces(part.get(name))
        yield "\n" * (part.get("type") in LINES)


def _plain(mrkdwn: str) -> str:
    """What mrkdwn reads as: a link is its label, styles lose their marks."""
    shown = sub(r"<(?:[^<>|]*\|)?([^<>]*)>", r"\1", mrkdwn)
    return unescape(sub(r"(?<![\w])[*_~`](.+?)[*_~`](?!\w)", r"\1", shown))


def _buttons(blocks: list[Json]) -> list[str]:
    return [part["text"]["text"] for _, part in elements(blocks) if part["type"] == "button" and part.get("value")]


def _value(part: Json) -> str:
    picked = part.get("initial_option") or {}
    return str(picked.get("value") or part.get("initial_value") or "")


@asynccontextmanager
async def slack(home: Path) -> AsyncIterator[SlackStage]:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which reads the manifest, is not installed")
    manifest = yaml.safe_load((ROOT / "config" / "slack-manifest.yml").read_text("utf-8"))
    if "slack" not in installed():
        pytest.skip("this Paperboy was installed before it knew Slack: install it again")
    async with FakeSlack() as fake:
        await fake.settings(**declared(manifest), ack_seconds=LONG, trigger_seconds=LONG)
        acme = await fake.workspace("Acme")
        room = await acme.channel("papers")
        people = {ADA: await acme.user(ADA, admin=True), BOB: await acme.user(BOB)}
        menu = {entry["name"]: entry["callback_id"] for entry in manifest["features"]["shortcuts"]}
        bot = Bot(home, Place("slack", acme.id, room.id), await fake.env(acme))
        await bot.start()
        try:
            yield SlackStage(fake, room, people, menu, bot)
        finally:
            await bot.stop()
