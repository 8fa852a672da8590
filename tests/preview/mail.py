"""A mail and the pages around it as readers see them, with Debian's chromium: light, dark, and on a phone."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from adapters.email import make
from adapters.email.sending.adapter import EmailAdapter
from bot.chat.adapter import Setup
from bot.chat.fit import fit
from bot.chat.message import Message
from bot.papers.pictures import Picture
from tests.builders import ADA
from tests.fakes.core import FakeCore
from tests.fakes.mail import FakeMail
from tests.platforms.email.conftest import options
from tests.preview import figures
from tests.preview.gallery import Gallery, storage

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 820, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 820, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


async def pictures(folder: Path) -> None:
    """`mail-dark.png` and so on; beside it the mail to confirm, the form and its page, and the mails as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        async with storage(Path(home)) as app, FakeMail() as server:
            shown = await Gallery(app).all()
            message = shown["all in one"]
            assert isinstance(message, Message)
            setup = Setup(
                options=options(server.port),
                storage=app.store.key_value("email"),
                home=Path(home),
                clock=app.clock,
                picture=_figure,
            )
            adapter = make(setup)
            assert adapter is not None
            core = FakeCore()
            listening = asyncio.create_task(adapter.listen(core))
            await adapter.started.wait()
            try:
                await _pictures(folder, adapter, core, server, message)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                await adapter.aclose()


async def _pictures(folder: Path, adapter: EmailAdapter, core: FakeCore, server: FakeMail, message: Message) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium")
        await adapter.invite(ADA, {"address": "ada@example.org", "zone": "Europe/Berlin", "query": "video generation"})
        await adapter.signup.wait_until_sent()
        question = server.received[0]
        link = question.link("/confirm/").replace("https://papers.example.org", adapter.url)
        await _page(browser, folder, "form", f"{adapter.url}/mail/")
        await _page(browser, folder, "confirm", link)
        page = await browser.new_page()
        await page.goto(link)
        await page.click("button")
        place = core.heard[-1].place
        await adapter.post(place, fit(message, adapter.limits, adapter.text_width)[0], key="preview")
        for name, received in (("question", question), ("mail", server.received[-1])):
            file = folder / f"{name}.html"
            file.write_text(re.sub(r'src="cid:[^"]+"', f'src="{figures.address()}"', received.html))
            (folder / f"{name}.txt").write_text(received.plain)
            await _page(browser, folder, name, file.absolute().as_uri())
        await browser.close()


async def _figure(name: str) -> Picture:
    return figures.figure()


async def _page(browser: Browser, folder: Path, name: str, url: str) -> None:
    for look, setting in LOOKS.items():
        page = await browser.new_page(**setting)  # type: ignore[arg-type]
        await page.goto(url)
        await page.screenshot(path=folder / f"{name}-{look}.png", full_page=False)
        await page.close()
