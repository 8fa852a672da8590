"""Pictures of papers: fetched within bounds, re-encoded in the sandbox, and served from our own address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestServer
from PIL import Image

from adapters.discord import render as discord
from adapters.slack.outbound import render as slack
from bot.clock import FixedClock
from bot.errors import Malformed
from bot.ingest.pictures import Pictures
from bot.papers.model import Links
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox
from bot.store.protocol import Store
from bot.views.digest import Entry, entry
from tests.builders import TODAY, listing, paper
from tests.fakes.discord.limits import check_message as check_discord
from tests.fakes.slack.blocks import check_message as check_slack


def drawn(kind: str, size: tuple[int, int] = (900, 300), mode: str = "RGB", **more: object) -> bytes:
    written = BytesIO()
    Image.new(mode, size).save(written, kind, **more)  # type: ignore[arg-type]
    return written.getvalue()


EXIF = Image.Exif()
EXIF[0x010E] = "taken by ada"
GOOD = {
    "png": drawn("PNG", mode="RGBA"),
    "palette": drawn("PNG", mode="P"),
    "jpeg": drawn("JPEG", exif=EXIF) + b"<script>alert(1)</script>",
    "cmyk": drawn("JPEG", mode="CMYK"),
    "webp": drawn("WEBP"),
    "gif": drawn("GIF", mode="P"),
}
HOSTILE = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='90' height='90'><script>alert(1)</script></svg>",
    "page": b"<!doctype html><title>not a picture</title>",
    "bomb": drawn("PNG", (30_000, 30_000), "1"),  # 100 KB that unpack to 3.6 GB of colours
    "wide": drawn("PNG", (400_000, 50), "1"),
    "tracker": drawn("GIF", (1, 1), "P"),
    "tiff": drawn("TIFF"),
    "cut off": drawn("PNG", (900, 900), "RGB")[:-40],
    "damaged": drawn("JPEG")[:300] + b"\0" * 500,
    "empty": b"",
}


async def small(box: Sandbox, body: bytes) -> bytes:
    return await box.parse("picture", FetchedPage(url="http://e.example/p", body=body), bytes)


async def test_an_ordinary_picture_becomes_a_small_jpeg_with_nothing_else_in_it() -> None:
    box = Sandbox("texts")
    for body in GOOD.values():
        made = await small(box, body)
        with Image.open(BytesIO(made)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (480, 160), {})
        assert b"script" not in made
        assert b"ada" not in made
    await box.aclose()


async def test_a_hostile_picture_is_refused_and_the_next_one_is_read() -> None:
    box = Sandbox("texts")
    for name, body in HOSTILE.items():
        with pytest.raises(Malformed):
            print(name, len(await small(box, body)))
    assert await small(box, GOOD["png"])
    await box.aclose()


@pytest.fixture
async def host() -> AsyncIterator[TestServer]:
    """Shows pictures, good and bad."""

    async def show(request: web.Request) -> web.StreamResponse:
        match name := request.match_info["name"]:
            case "inwards":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
            case "slow":
                await asyncio.sleep(3)
            case "gone":
                raise web.HTTPNotFound
        return web.Response(body=(GOOD | HOSTILE).get(name, b""))

    app = web.Application()
    app.add_routes([web.get("/{name}", show)])
    async with TestServer(app) as server:
        yield server


async def test_pictures_of_new_papers_are_fetched_once_and_those_of_old_papers_deleted(
    store: Store, clock: FixedClock, host: TestServer
) -> None:
    names = ("png", "svg", "inwards", "slow", "gone", "gif")
    papers = [paper(n, links=Links(picture=str(host.make_url(f"/{name}")))) for n, name in enumerate(names, 1)]
    await store.papers.add_listings([listing(p, day=TODAY) for p in papers], clock.now())
    client = SourceClient(clock, max_attempts=1, timeout=ClientTimeout(total=1))
    shelf = store.key_value("pictures")
    pictures = Pictures(client, shelf, store.papers, clock, publish=lambda id: f"https://papers.example/{id}")
    for _ in range(2):
        await pictures.fetch_next(["huggingface"])
    shown = {name: pictures.address(p.id) for name, p in zip(names, papers, strict=True)}
    assert {name for name, address in shown.items() if address} == {"png", "gif"}
    assert shown["png"] == "https://papers.example/arxiv:2503.00001"
    stored = {key: bool(value) for key, value in await shelf.scan("")}
    assert stored == {p.id: name in {"png", "gif"} for name, p in zip(names, papers, strict=True) if name != "slow"}
    clock.moment += timedelta(days=9)
    await pictures.fetch_next(["huggingface"])
    assert (await shelf.scan(""), pictures.address(papers[0].id)) == ([], "")
    await pictures.aclose()


def test_a_card_shows_its_picture_with_the_title_as_its_description() -> None:
    item = Entry(paper=paper(1, "Nests"), summary="Warm.", picture="https://papers.example/picture/1.jpg")
    message = entry(item)
    blocks = slack.payload(message)
    assert check_slack(blocks) == []
    (picture,) = [block["accessory"] for block in blocks["blocks"] if "accessory" in block]
    assert (picture["image_url"], picture["alt_text"]) == ("https://papers.example/picture/1.jpg", "Nests")
    body = discord.message_payload(message)
    check_discord(body)
    assert body["components"][0]["components"][0]["accessory"]["description"] == "Nests"
