"""`make preview`: every kind of message as each platform shows it, in `build/preview/`; `--pictures` makes those of the
docs too, mails among them, with Debian's chromium.

The payloads are the adapters' own; `slack.py` and `discord.py` beside this draw them as the platforms' apps do.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from adapters.discord import escape as discord_escape
from adapters.discord import modals as discord_modals
from adapters.discord import render as discord_render
from adapters.slack.outbound import elements as slack_elements
from adapters.slack.outbound import modals
from adapters.slack.outbound import render as slack_render
from bot.chat.event import Place
from bot.chat.fit import fit
from bot.chat.form import Form
from bot.chat.message import Message
from tests.preview import discord, mail, site, slack, slack_assistant
from tests.preview.gallery import Gallery, storage

OUT = Path("build/preview")
DOCS = Path("docs")
HERE = Place("slack", "T1", "C1")
PICTURED = ("digest with a thread, 10", "a card with a picture", "a card with a figure", "a schedule before it is kept")
WITH_ROLE = ("a form with a role", "a post that notifies it")  # phone width
THEMES = ("light", "dark")
LANGUAGES = ("de", "ja", "pt_BR")  # of the picture that shows them side by side
SPOKEN = ("digest with a thread, 5", "the form", "a schedule before it is kept")

Shown = Mapping[str, Message | Form]
Draw = Callable[[str, Message | Form, str], Iterator[str]]


def draw_slack(name: str, item: Message | Form, theme: str) -> Iterator[str]:
    """Each payload of an item as Slack's app shows it."""
    for payload in _slack(name, item):
        yield slack.html(payload).replace('class="slack', f'class="slack {theme}', 1)


def draw_discord(name: str, item: Message | Form, theme: str) -> Iterator[str]:
    """Each payload of an item as Discord's app shows it."""
    for payload in _discord(item):
        _, *both = discord.html(payload).split('<div class="discord ')
        yield next(f'<div class="discord {one}' for one in both if one.startswith(theme))


def _slack(name: str, item: Message | Form) -> list[dict[str, Any]]:
    if isinstance(item, Form):
        return [modals.form_modal(item, HERE)]
    if name == "home":
        return [modals.home_view(item, Place("slack", "T1", "D1"))]
    pages = fit(item, slack_render.LIMITS, slack_elements.width)
    return [slack_render.payload(page) for page in pages]


def _discord(item: Message | Form) -> list[Mapping[str, Any]]:
    if isinstance(item, Form):
        return [discord_modals.render_modal(item, has_roles=True)]
    return [discord_render.message_payload(page) for page in fit(item, discord_render.LIMITS, discord_escape.width)]


PLATFORMS: dict[str, Draw] = {"slack": draw_slack, "discord": draw_discord}


def page(platform: str, shown: Shown, theme: str) -> str:
    """All of them under their names."""
    draw = PLATFORMS[platform]
    parts = "".join(
        f"<section><h2>{escape(name)}</h2>{''.join(draw(name, item, theme))}</section>" for name, item in shown.items()
    )
    css = slack.CSS + discord.CSS
    back = {"light": "#e8e8ea", "dark": "#101114"}[theme]
    ink = {"light": "#444", "dark": "#aaa"}[theme]
    return (
        f'<!doctype html><meta charset="utf-8"><title>Paperboy in {platform.title()}</title><style>{css}'
        f"body{{background:{back};margin:0;padding:16px;display:grid;gap:16px;justify-items:center}}"
        f"section{{width:100%;max-width:720px}}h2{{font:600 13px system-ui;color:{ink};margin:0 0 6px}}"
        "section>div{border-radius:8px;max-width:none!important;box-sizing:border-box}</style>"
        f"{parts}"
    )


def write(shown: Shown) -> list[Path]:
    """A page a platform and theme."""
    OUT.mkdir(parents=True, exist_ok=True)
    written = []
    for platform in PLATFORMS:
        for theme in THEMES:
            path = OUT / f"{platform}-{theme}.html"
            path.write_text(page(platform, shown, theme), "utf-8")
            written.append(path)
    return written


def picture(shown: Shown) -> None:
    """The docs' pictures: the messages people see most, by each platform and theme."""
    from playwright.sync_api import sync_playwright

    few = {name: shown[name] for name in PICTURED}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for platform in PLATFORMS:
            for theme in THEMES:
                tab = browser.new_page(viewport={"width": 752, "height": 600})
                tab.set_content(page(platform, few, theme))
                tab.screenshot(path=DOCS / f"{platform}-{theme}.png", full_page=True)
                tab.close()
        tab = browser.new_page(viewport={"width": 400, "height": 600})
        tab.set_content(page("discord", {name: shown[name] for name in WITH_ROLE}, "dark"))
        tab.screenshot(path=DOCS / "discord-role.png", full_page=True)
        browser.close()


def picture_languages() -> None:
    """The same messages in three languages, a phone's width each."""
    from playwright.sync_api import sync_playwright

    pages = [asyncio.run(gallery(language)) for language in LANGUAGES]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1200, "height": 600})
        frames = (page("slack", {name: shown[name] for name in SPOKEN}, "light") for shown in pages)
        columns = "".join(f'<iframe srcdoc="{escape(frame)}"></iframe>' for frame in frames)
        style = "body{margin:0;display:flex}iframe{border:0;width:400px;height:2600px}"
        tab.set_content(f"<!doctype html><style>{style}</style>{columns}")
        tab.wait_for_timeout(500)
        height = max(
            frame.evaluate("Math.ceil(document.body.getBoundingClientRect().height)") for frame in tab.frames[1:]
        )
        tab.set_viewport_size({"width": 1200, "height": height})
        tab.screenshot(path=DOCS / "languages.png")
        browser.close()


async def gallery(language: str = "en") -> Shown:
    """What the core says, asked now."""
    with tempfile.TemporaryDirectory() as home:
        async with storage(Path(home)) as app:
            return await Gallery(app, language).all()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.preview", description=__doc__)
    parser.add_argument("--pictures", action="store_true", help="make the pictures of the docs as well")
    given = parser.parse_args()
    shown = asyncio.run(gallery())
    for path in write(shown):
        print(path)
    if given.pictures:
        picture(shown)
        picture_languages()
        slack_assistant.main()
        for path in site.picture(DOCS):
            print(path)
        asyncio.run(mail.pictures(OUT))
        for look in mail.LOOKS:
            shutil.copy(OUT / f"mail-{look}.png", DOCS)


if __name__ == "__main__":
    main()
