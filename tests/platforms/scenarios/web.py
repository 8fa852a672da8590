"""The stage in the browser: pages and forms, as without a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bot.chat.event import Place
from tests.platforms.scenarios.paperboy import Bot
from tests.platforms.scenarios.stage import ADA, BOB, Seen
from tests.platforms.webchat.conftest import Browser

PEOPLE = {ADA: "you", BOB: "robin"}
PLACE = Place("web", "home", "papers")
VOID = {"input", "img", "br", "meta", "link", "path", "circle"}
LINES = {"p", "li", "h3", "h4", "label", "option"}
ASIDE = {"who", "reactions", "again"}  # the frame of a message, and a form that is folded away
IN_CARD = {"Find similar papers": "Similar", "Vote for this paper": "Vote", "Save this paper": "Save"}


class WebStage:
    """Two browsers before one Paperboy."""

    lacks: Mapping[str, str] = {
        "skin tones": "the page offers six emoji to react with, none with a skin tone",
        "reactions while Paperboy is down": "the chat is Paperboy's own: when it is down, nobody can react",
    }

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._browsers: dict[str, Browser] = {}
        self.deliver, self.plan = bot.deliver, bot.plan

    async def open(self) -> None:
        """Everybody loads the page; after a restart that is at another address."""
        url = self._bot.app.adapters["web"].url  # type: ignore[attr-defined]
        for who, person in PEOPLE.items():
            browser = self._browsers[who] = self._browsers.get(who) or Browser(url)
            browser.url = url
            await browser.open()
            await browser.become(person)

    async def close(self) -> None:
        for browser in self._browsers.values():
            await browser.session.close()

    async def type(self, who: str, text: str) -> Seen:
        return _answer(await self._browsers[who].say(f"/papers {text}"))

    async def press(self, who: str, seen: Seen, label: str) -> Seen:
        return await self._send(who, "press", seen, action=seen.held.actions[label])

    async def fill(self, who: str, seen: Seen, values: Mapping[str, str]) -> Seen:
        given = {f"field-{name}": value for name, value in {**seen.dialog, **values}.items()}
        return await self._send(who, "submit", seen, action=seen.held.action, **given)

    async def menu(self, who: str, seen: Seen, label: str) -> Seen:
        """What Paperboy posts has no menu here: its card has a button for each entry."""
        actions = seen.held.entries or {label: seen.held.actions[IN_CARD[label]]}
        return await self._send(who, "press", seen, action=actions[label])

    async def home(self, who: str) -> Seen:
        return await self.type(who, "home")

    async def say(self, who: str, text: str) -> None:
        await self._browsers[who].say(text)

    async def react(self, who: str, seen: Seen, emoji: str) -> None:
        await self._send(who, "react", seen, emoji=emoji)

    unreact = react  # the same button takes it back

    async def posted(self) -> list[Seen]:
        """What stands on both pages."""
        hers, his = await self._page(ADA), await self._page(BOB)
        return [seen for id, seen in sorted(his.items()) if id in hers]

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        async with self._bot.away():
            yield
        await self.open()

    async def check(self) -> None:
        """No page has anything to complain of."""

    async def _send(self, who: str, what: str, seen: Seen, **form: str) -> Seen:
        here = {"message": seen.id, "thread": seen.under}
        answer = await self._browsers[who].post(f"/c/papers/{what}", None, **here, **form)
        assert answer.status == 200, answer
        return _answer(await answer.json())

    async def _page(self, who: str) -> dict[str, Seen]:
        browser = self._browsers[who]
        found = read(await browser.open())
        threads = [id for id, seen in found.items() if seen.held.replies]
        for thread in threads:
            found |= read(await browser.open(f"/c/papers?thread={thread}"))
        return found


def _answer(told: dict[str, Any]) -> Seen:
    """The toast, else what changed on the page."""
    if told["toast"]:
        return Seen(text=told["toast"], private=True)
    return next(seen for piece in told["pieces"] for seen in read(piece["html"]).values())


def read(page: str) -> dict[str, Seen]:
    """The messages of a page, by their id."""
    reader = Reader()
    reader.feed(page)
    return {one.id: one.seen() for one in reader.messages}


class Piece:
    """A message as it is being read."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        self.id = attributes["data-id"]
        self.thread = attributes["data-thread"]
        self.private = "private" in attributes["class"].split()
        self.replies = False
        self.words: list[str] = []
        self.actions: dict[str, str] = {}  # a button's label → its action; of equal labels the first
        self.entries: dict[str, str] = {}  # the same of its menu
        self.fields: dict[str, str] = {}
        self.action = ""  # the form's
        self.links: list[str] = []

    def __str__(self) -> str:
        return " ".join(self.links)

    def seen(self) -> Seen:
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        text = "\n".join(line for line in lines if line)
        buttons = tuple(self.actions)
        return Seen(
            text=text,
            private=self.private,
            buttons=buttons,
            dialog=self.fields,
            id=self.id,
            under=self.thread,
            held=self,
        )


class Reader(HTMLParser):
    """Reads a page as a person does: messages with their words, buttons and fields."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Piece] = []
        self._open: list[set[str]] = []  # the classes of every element that is open
        self._depth = 0  # of the message that is being read; 0: none is
        self._button: tuple[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(set(found.get("class", "").split()))
        if tag == "div" and "data-id" in found:
            self.messages.append(Piece(found))
            self._depth = len(self._open)
        elif self._depth:
            self._part(self.messages[-1], tag, found)

    def _part(self, piece: Piece, tag: str, found: Mapping[str, str]) -> None:
        name, value = found.get("name", ""), found.get("value", "")
        piece.links += [found["href"]] if "href" in found and "has" not in found.get("class", "").split() else []
        if tag in LINES:
            piece.words.append("\n")
        if tag == "button":
            self._button = (value if name == "action" else "", [])
        elif tag == "a" and "has" in found.get("class", "").split():
            piece.replies = True
        elif self._aside():
            return
        elif tag == "select":
            self._select = name.removeprefix("field-")
        elif tag == "option" and ("selected" in found or self._select not in piece.fields):
            piece.fields[self._select] = value
        elif tag == "input" and name.startswith("field-"):
            piece.fields[name.removeprefix("field-")] = value
        elif tag == "input" and name == "action":
            piece.action = value

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag == "button" and self._button and self._depth:
            action, label = self._button
            home = self.messages[-1].entries if self._aside() else self.messages[-1].actions
            if action:
                home.setdefault("".join(label).strip(), action)
            self._button = None
        if len(self._open) == self._depth:
            self._depth = 0
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._button:
            self._button[1].append(data)
        elif self._depth and not self._aside():
            self.messages[-1].words.append(data)

    def _aside(self) -> bool:
        return any(classes & ASIDE for classes in self._open[self._depth :])


@asynccontextmanager
async def web(home: Path) -> AsyncIterator[WebStage]:
    bot = Bot(home, PLACE, {"PAPERBOY_WEB_PORT": "0", "PAPERBOY_SITE_PORT": "0"})
    stage = WebStage(bot)
    await bot.start()
    try:
        await stage.open()
        yield stage
    finally:
        await stage.close()
        await bot.stop()
