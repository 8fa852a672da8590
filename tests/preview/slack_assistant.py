"""Slack's assistant as a person sees it, drawn from what Paperboy sent to a fake Slack: `python -m
tests.preview.slack_assistant` writes the page and its picture to `build/preview/`, and the picture to `docs/`.

Four panes as wide as a phone: opened, asked, while the answer appears, and complete.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from bot.app.adapters import installed
from bot.app.build import open_app
from bot.clock import SystemClock
from bot.config import load
from bot.sources.source import Batch
from tests.builders import listing, paper
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.log import Request
from tests.fakes.slack.people import Pane
from tests.platforms.slack.conftest import hearing
from tests.preview import slack as drawn

Json = dict[str, Any]
OUT, DOCS = Path("build/preview"), Path("docs")
QUESTION = "What does the house keep out?"
PAPER = paper(
    1,
    "A House for Birds",
    abstract="We present a house for birds. The house keeps rain out and lets song in. Birds moved in within a week.",
    upvotes=12,
)
CSS = """
body{margin:0;padding:20px;background:#e8e8ea;display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start;
 font:15px/1.46 Lato,Arial}
.pane{width:390px;background:#fff;border-radius:10px;overflow:hidden;box-shadow:0 1px 4px #0003}
.pane>header{font-weight:900;font-size:18px;padding:12px 16px;border-bottom:1px solid #ddd}
.pane .slack{padding:8px 16px}.said{padding:8px 16px}.said b{margin-right:8px}
.title{padding:10px 16px 0;color:#616061;font-size:13px}
.prompt{border:1px solid #ddd;border-radius:12px;margin:8px 16px;padding:9px 12px;font-weight:700}
.status{padding:8px 16px 16px;color:#616061;font-style:italic}
.caption{padding:10px 16px;color:#616061;font-size:13px;border-top:1px solid #ddd}
"""


async def sent(home: Path) -> tuple[Json, list[Request]]:
    """The pane's state, and the calls that Paperboy made while a person used it."""
    async with FakeSlack() as slack:
        acme = await slack.workspace("Acme")
        papers, ada = await acme.channel("papers"), await acme.user("ada")
        environment = await slack.env(acme) | {
            "PAPERBOY_HOME": str(home),
            "PAPERBOY_SOURCES_HUGGINGFACE_ENABLED": "false",
            "ARXIV_API_URL": "http://127.0.0.1:9/api/query",
            "PAPERBOY_SEARCH_SEMANTIC": "false",
        }
        async with open_app(load(None, environment, installed()), SystemClock()) as app:
            await app.intake.store_batch(Batch(listings=(listing(PAPER),)))
            async with hearing(app.adapters["slack"], app.core):  # type: ignore[arg-type] # Slack's is its own
                pane = await ada.open_messages(papers)
                state = await _use(slack, pane)
            return state, await slack.requests()


async def _use(slack: FakeSlack, pane: Pane) -> Json:
    """Returns the pane as it was opened."""
    async with asyncio.timeout(30):
        while not (await pane.state())["prompts"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    opened = await pane.state()
    shown = await pane.say(f"show {PAPER.id}")
    pane.ts = (shown.ack or {})["ts"]
    await pane.say(QUESTION)
    async with asyncio.timeout(30):
        while "chat.stopStream" not in (await slack.counts())["requests"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return opened


def page(state: Json, calls: list[Request]) -> str:
    """The four panes."""
    shown = next(call.args for call in calls if call.method == "chat.postMessage" and call.args.get("thread_ts"))
    pieces = [
        [block for chunk in call.args["chunks"] for block in chunk["blocks"]]
        for call in calls
        if call.method in {"chat.startStream", "chat.appendStream"}
    ]
    end = next(call.args.get("blocks") or [] for call in calls if call.method == "chat.stopStream")
    status = next(call.args["status"] for call in calls if call.method == "assistant.threads.setStatus")
    title = next(call.args["title"] for call in calls if call.method == "assistant.threads.setSuggestedPrompts")
    prompts = "".join(f'<div class="prompt">{escape(prompt["title"])}</div>' for prompt in state["prompts"])
    asked = f'<div class="said"><b>Ada</b>{escape(QUESTION)}</div>'
    complete = [block for piece in pieces for block in piece]
    return "".join(
        [
            '<!doctype html><meta charset="utf-8"><title>Paperboy beside a channel</title>',
            f"<style>{drawn.CSS}{CSS}</style>",
            _pane("Opened beside #papers", f'<div class="title">{escape(title)}</div>{prompts}'),
            _pane(
                "A paper was named, and is asked about",
                f'{_message(shown["blocks"])}{asked}<div class="status">Paperboy {escape(status)}</div>',
            ),
            _pane(f"The first of {len(pieces)} pieces of the answer", f"{asked}{_message(pieces[0])}"),
            _pane("Complete, with its buttons", f"{asked}{_message([*complete, *end])}"),
        ]
    )


def _message(blocks: list[Json]) -> str:
    return drawn.html({"blocks": blocks}).replace('class="slack', 'class="slack light', 1)


def _pane(caption: str, inside: str) -> str:
    return f'<div class="pane"><header>Paperboy</header>{inside}<div class="caption">{escape(caption)}</div></div>'


def picture(html: str) -> Path:
    """With Debian's chromium."""
    from playwright.sync_api import sync_playwright

    path = OUT / "slack-assistant.png"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 860, "height": 500})
        tab.set_content(html)
        tab.screenshot(path=path, full_page=True)
        browser.close()
    return path


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        state, calls = asyncio.run(sent(Path(home)))
    html = page(state, calls)
    (OUT / "slack-assistant.html").write_text(html, "utf-8")
    shutil.copy(picture(html), DOCS)
    print(DOCS / "slack-assistant.png")


if __name__ == "__main__":
    main()
