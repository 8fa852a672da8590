"""Every kind of message there is, made by the core itself from the sample papers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from bot.app.adapters import installed
from bot.app.build import App, open_app
from bot.app.first_run import load_samples
from bot.chat.event import ButtonPress, Command, FormSubmission, LinkShared, Person, Place
from bot.chat.form import Form, filled
from bot.chat.message import Action, Message, Span
from bot.clock import FixedClock
from bot.commands.subscription_form import FIELDS_WITH_ROLE
from bot.config import load
from bot.delivery.topic_groups import group_by_topic
from bot.languages import speaking
from bot.papers.model import Tally
from bot.papers.pictures import FIGURE
from bot.papers.samples import sample_papers
from bot.store.records import EditionFacts
from bot.views.digest import Entry, above_cards, all_in_one, digest, digest_alone, entry
from tests.preview import figures
from tests.preview.discord import ROLES

COUNTS = (1, 5, 10, 42)  # papers of a digest

NOW = datetime(2026, 5, 29, 9, 0, tzinfo=UTC)
HERE = Place("web", "home", "papers")
ADA = Person(platform="web", space="home", id="ada", name="Ada", admin=True)
BOB = Person(platform="web", space="home", id="bob", name="Bob")
WISH = {"when": "weekdays 09:00 Europe/Berlin", "query": "video generation", "count": "5", "votes": "10"}
ASKED = {
    "an answer": "hypernetworks",
    "a paper": "show {first}",
    "today, with what people brought": "today",
    "trending": "trending month",
    "similar papers": "similar {first}",
    "the schedules": "schedules",
    "why it is quiet": "why",
    "home": "home",
    "help": "help",
    "nothing found": "qqqqqq zzzzzz",
    "a mistake": "schedule whenever",
    "forget me": "forget-me",
}


@asynccontextmanager
async def storage(home: Path) -> AsyncIterator[App]:
    """Paperboy on the papers that come with it; it reads no source."""
    environment = {
        "PAPERBOY_HOME": str(home),
        "PAPERBOY_SITE_PORT": "0",
        "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
        "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
    }
    async with open_app(load(None, environment, installed()), FixedClock(NOW)) as app:
        await load_samples(app)
        await app.search.embed_missing()
        yield app


class Gallery:
    """Asks the core, as people do who read `language`."""

    def __init__(self, app: App, language: str = "en") -> None:
        self._app = app
        self._language = language
        self._ids = itertools.count()

    async def all(self) -> dict[str, Message | Form]:
        """Each kind under its name, posts first."""
        await self._life()
        with speaking(self._language):
            shown: dict[str, Message | Form] = dict(await self._posts())
        for name, text in ASKED.items():
            shown[name] = await self._asked(text.format(first=self._first()))
        form = await self._app.core.handle_event(ButtonPress(**self._heard(ADA), action=Action("schedule")))
        assert form
        assert form.form
        shown["the form"] = form.form
        preview = await self._app.core.handle_event(
            FormSubmission(**self._heard(ADA), action=Action("schedule"), values=WISH)
        )
        assert preview
        shown["a schedule before it is kept"] = preview.message
        role = next(iter(ROLES))
        wanted = filled(FIELDS_WITH_ROLE, WISH | {"ping": role})
        shown["a form with a role"] = Form(title="Schedule papers", action=Action("schedule"), fields=wanted)
        shown["a post that notifies it"] = replace(shown["digest with a thread, 5"], ping=role)
        card = await self._app.core.handle_event(
            LinkShared(**self._heard(BOB), url=f"https://arxiv.org/abs/{self._first()}")
        )
        assert card
        shown["a shared link"] = card.message
        return shown

    async def _life(self) -> None:
        """Somebody has voted, saved, followed and scheduled."""
        first = f"arxiv:{self._first()}"
        for who in (ADA, BOB):
            await self._app.core.handle_event(ButtonPress(**self._heard(who), action=Action("vote", (first,))))
        brought = f"submit {self._older()} for the reading group on Friday"
        await self._app.core.handle_event(Command(**self._heard(BOB), text=brought))
        for text in (
            f"save {first}",
            "follow world models",
            "schedule weekdays 09:00 Europe/Berlin top 5 about: diffusion",
        ):
            await self._asked(text)

    async def _posts(self) -> dict[str, Message]:
        """The digest of one, five, ten and many papers, in each layout; then cards."""
        papers = sorted((item.paper for item, _ in sample_papers()), key=lambda paper: -paper.counts.upvotes)
        lines = await self._app.lines.of(papers)
        tallies = await self._app.store.votes.tallies_for(HERE.tenant, {p.id for p in papers})
        entries = [Entry(paper=p, summary=lines[p.id].text, tally=tallies.get(p.id, Tally())) for p in papers]
        made: dict[str, Message] = {}
        facts = EditionFacts(day=NOW.date(), listed=42, sources=("huggingface",))
        for count in COUNTS:
            made[f"digest with a thread, {count}"] = digest(facts, entries[:count])
            made[f"digest alone, {count}"] = digest_alone(facts, entries[:count])
        groups = group_by_topic(papers[:30], self._app.search.vectors_for([p.id for p in papers]))
        made["digest with topics, 30"] = digest(replace(facts, groups=groups), entries[:30])
        made["above cards"] = above_cards(facts, entries[:10])
        made |= {f"card {n}": entry(item) for n, item in enumerate(entries[:3], 1)}
        made["a card with a picture"] = entry(
            replace(entries[0], picture=("https://papers.example.org/thumbnail/1.jpg", ()))
        )
        made["a card with a figure"] = entry(replace(entries[0], picture=figures.shown()))
        ours = next(item for item in entries if " " in item.paper.authors[0])
        people = Span(ours.paper.authors[0], tie="author"), Span("bob", person=True, tie="notified")
        made["a card by our own"] = entry(replace(ours, reasons=people[:1]))
        made["a card near to what someone reads"] = entry(replace(ours, reasons=people))
        pictured = replace(entries[0], picture=(f"{FIGURE}{entries[0].paper.id}", figures.shown()[1]))
        made["all in one"] = all_in_one(facts, [pictured, *entries[1:10]])
        return made

    async def _asked(self, text: str) -> Message:
        answer = await self._app.core.handle_event(Command(**self._heard(ADA), text=text))
        assert answer
        return answer.message

    def _heard(self, who: Person) -> dict[str, object]:
        return {"id": f"g{next(self._ids)}", "at": NOW, "who": replace(who, language=self._language), "place": HERE}

    @staticmethod
    def _older() -> str:
        """A paper that is on no list of the day."""
        oldest = min(sample_papers(), key=lambda item: item[0].day)
        return oldest[0].paper.id.removeprefix("arxiv:")

    @staticmethod
    def _first() -> str:
        newest = max(sample_papers(), key=lambda item: (item[0].day, item[0].paper.counts.upvotes))
        return newest[0].paper.id.removeprefix("arxiv:")
