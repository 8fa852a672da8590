"""Pictures of the site, from the papers that come with Paperboy."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from adapters.site.adapter import SiteAdapter
from bot.app.adapters import PICTURES
from bot.chat.event import Person
from bot.papers.pictures import FIGURE
from bot.store.records import VoteMark
from tests.preview import figures
from tests.preview.gallery import NOW, storage

PAPER = "/paper/2508.09968"


class Shot(Struct, frozen=True):
    """A page as somebody sees it."""

    name: str
    path: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 1200
    height: int = 900


SHOTS = (
    Shot("site-light", "/"),
    Shot("site-dark", "/", "dark"),
    Shot("site-phone", "/", "light", 390, 844),
    Shot("site-paper", PAPER, "light", 1200, 980),
    Shot("site-search", "/search?q=video+-survey+has:code"),
    Shot("social-paper", f"/social{PAPER}.png", "light", 1200, 630),
)


async def _shoot(out: Path) -> list[Path]:
    from playwright.async_api import async_playwright

    with tempfile.TemporaryDirectory() as home:
        async with storage(Path(home)) as app, async_playwright() as playwright:
            newest = await app.core.catalog.listed_days(limit=1)
            listed = await app.core.catalog.listings(newest[0][0], newest[0][0])
            for number, shown in enumerate(listed.page.papers[:6]):
                for voter in range((7 - number) // 2):
                    person = Person(platform="web", space="home", id=f"p{voter}")
                    mark = VoteMark(
                        tenant=person.tenant,
                        person=person.key,
                        paper=shown.paper.id,
                        origin="button",
                        emoji="👍",
                        value=1,
                        at=NOW,
                    )
                    await app.store.votes.add_mark(mark)
            for id in (listed.page.papers[0].paper.id, PAPER.replace("/paper/", "arxiv:")):
                value = msgspec.msgpack.encode(figures.figure())
                await app.store.key_value(PICTURES).put(f"{FIGURE}{id}", value)
            adapter = app.adapters["site"]
            assert isinstance(adapter, SiteAdapter)
            url = await adapter.start(app.core)
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            written = []
            for shot in SHOTS:
                page = await browser.new_page(
                    viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme
                )
                await page.goto(f"{url}{shot.path}")
                written.append(out / f"{shot.name}.png")
                await page.screenshot(path=written[-1])
                await page.close()
            await browser.close()
            return written


def picture(out: Path) -> list[Path]:
    """All of them, as files."""
    return asyncio.run(_shoot(out))
