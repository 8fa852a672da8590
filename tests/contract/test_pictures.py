"""Pictures of papers: fetched within bounds, re-encoded in the sandbox, and served from our own address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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
from bot.ingest.pictures import Pictures, picture_reader
from bot.papers.model import Links
from bot.papers.pictures import Picture, licence_page
from bot.sources.full_text import ArxivTexts
from bot.sources.full_text.figures import figures_of
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.sandbox import Sandbox
from bot.store.sql import Store
from bot.views.card import figure_credit
from bot.views.digest import Entry, entry
from tests.builders import TODAY, listing, paper, subscription
from tests.fakes.discord.limits import check_message as check_discord
from tests.fakes.slack.blocks import check_message as check_slack
from tests.fakes.texts import FakeTexts, figure, figure_page


def drawn(kind: str, size: tuple[int, int] = (900, 300), mode: str = "RGB", **more: object) -> bytes:
    written = BytesIO()
    Image.new(mode, size).save(written, kind, **more)  # type: ignore[arg-type]
    return written.getvalue()


PATIENCE_S = 4.0  # what is quick is quicker also on a busy machine
ASKED = web.AppKey("asked", list[str])
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
    return (await box.parse("picture", FetchedPage(url="http://e.example/p", body=body), Picture)).jpeg


async def test_an_ordinary_picture_becomes_a_small_jpeg_with_nothing_else_in_it() -> None:
    box = Sandbox("texts")
    for body in GOOD.values():
        made = await small(box, body)
        with Image.open(BytesIO(made)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (480, 160), {})
        assert b"script" not in made
        assert b"ada" not in made
    figure = await box.parse("figure", FetchedPage(url="http://e.example/p", body=GOOD["png"]), Picture)
    assert (figure.width, figure.height) == (880, 293), "large enough to read"
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
        asked.append(request.match_info["name"])
        match name := request.match_info["name"]:
            case "inwards":
                raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
            case "slow":
                await asyncio.sleep(60)
            case "gone":
                raise web.HTTPNotFound
        return web.Response(body=(GOOD | HOSTILE).get(name, b""))

    app = web.Application()
    asked = app[ASKED] = list[str]()
    app.add_routes([web.get("/{name}", show)])
    async with TestServer(app) as server:
        yield server


Make = Callable[..., Pictures]


@pytest.fixture
async def made(store: Store, clock: FixedClock) -> AsyncIterator[Make]:
    """Makes the pictures of a store; `texts` is where arXiv is, if anywhere."""
    opened: list[Pictures | ArxivTexts] = []

    def make(texts: FakeTexts | None = None, patience_s: float = 60.0) -> Pictures:
        timeout = ClientTimeout(total=patience_s)
        client = SourceClient(clock, max_attempts=1, timeout=timeout)
        only = SourceClient(clock, max_attempts=1, timeout=timeout, only_origin=texts.url if texts else "")
        arxiv = ArxivTexts(only, texts.url) if texts else None
        storage = store.key_value("pictures")
        pictures = Pictures(client, arxiv, storage, store, clock)
        opened.extend(filter(None, (pictures, arxiv)))
        return pictures

    yield make
    for one in opened:
        await one.aclose()


async def test_pictures_of_new_papers_are_fetched_once_and_those_of_old_papers_deleted(
    store: Store, clock: FixedClock, host: TestServer, made: Make
) -> None:
    names = ("png", "svg", "inwards", "slow", "gone", "gif")
    papers = [paper(n, links=Links(picture=str(host.make_url(f"/{name}")))) for n, name in enumerate(names, 1)]
    await store.papers.add_listings([listing(p, day=TODAY) for p in papers], clock.now())
    shelf = store.key_value("pictures")
    pictures = made(patience_s=PATIENCE_S)
    for _ in range(2):
        await pictures.fetch_next(["huggingface"])
    shown = {name: pictures.show(p.id, "thumbnails") for name, p in zip(names, papers, strict=True)}
    assert {name for name, (found, _) in shown.items() if found} == {"png", "gif"}
    assert shown["png"] == ("thumbnail/arxiv:2503.00001", ())
    assert pictures.show(papers[0].id, "none") == ("", ())
    read = picture_reader(shelf)
    assert (await read("thumbnail/arxiv:2503.00001") or Picture()).width == 480
    assert [await read(f"thumbnail/arxiv:2503.0000{n}") for n in (2, 4, 9)] == [None, None, None]
    clock.moment += timedelta(days=9)
    await pictures.fetch_next(["huggingface"])
    assert (await shelf.scan(""), pictures.show(papers[0].id, "thumbnails")) == ([], ("", ()))


async def test_what_answers_too_late_is_tried_again_later_and_holds_nothing_up(
    store: Store, clock: FixedClock, host: TestServer, made: Make
) -> None:
    slow = [paper(n, links=Links(picture=str(host.make_url("/slow")))) for n in range(1, 5)]
    good = paper(9, links=Links(picture=str(host.make_url("/png"))))
    await store.papers.add_listings([listing(p, day=TODAY) for p in (*slow, good)], clock.now())
    pictures = made(patience_s=PATIENCE_S)
    for _ in range(2):
        await pictures.fetch_next(["huggingface"])
    assert pictures.show(good.id, "thumbnails")[0]
    asked = host.app[ASKED]
    counts = []
    for minutes in (0, 9, 1):
        clock.moment += timedelta(minutes=minutes)
        await pictures.fetch_next(["huggingface"])
        counts.append(asked.count("slow"))
    assert counts == [4, 4, 8]


METHOD = figure(2, "Overview of our method: nests, then birds.", "x2.png")
TEASER = figure(1, "Birds at night.", "x1.png")


class TestFigures:
    """Figures of papers, from a server that speaks as arXiv does."""

    @pytest.fixture
    async def arxiv(self) -> AsyncIterator[FakeTexts]:
        async with FakeTexts() as fake:
            yield fake

    @pytest.fixture
    async def listed(self, store: Store, clock: FixedClock, host: TestServer) -> None:
        papers = [paper(n, links=Links(picture=str(host.make_url("/gif")))) for n in range(1, 4)]
        await store.papers.add_listings([listing(p, day=TODAY) for p in papers], clock.now())
        await store.subscriptions.add_subscription(subscription(pictures="figures"))

    async def fetched(self, pictures: Pictures, times: int = 3) -> Pictures:
        await pictures.fetch_next(["huggingface"])
        for _ in range(times):
            await pictures.fetch_next_figure(["huggingface"])
        return pictures

    @pytest.mark.usefixtures("listed")
    async def test_the_figure_that_shows_the_method_is_shown_with_its_number_and_licence(
        self, store: Store, arxiv: FakeTexts, made: Make
    ) -> None:
        arxiv.has("2503.00001", html=figure_page(TEASER, METHOD, base="/html/2503.00001v2/"))
        arxiv.papers["/html/2503.00001v2/x2.png"] = (GOOD["png"], "image/png")
        pictures = await self.fetched(made(arxiv))
        name, credit = pictures.show("arxiv:2503.00001", "figures")
        assert name == "figure/arxiv:2503.00001"
        assert "".join(span.text for span in credit) == "Figure 2 of the paper, CC BY 4.0"
        assert credit[-1].url == "https://creativecommons.org/licenses/by/4.0/"
        stored = await picture_reader(store.key_value("pictures"))(name) or Picture()
        assert (stored.width, stored.height, stored.figure, stored.licence) == (880, 293, "2", "CC BY 4.0")
        assert pictures.show("arxiv:2503.00001", "thumbnails")[0] == "thumbnail/arxiv:2503.00001"
        assert pictures.show("arxiv:2503.00002", "figures") == ("thumbnail/arxiv:2503.00002", ()), "it has no page"
        asked = len(arxiv.asked)
        await self.fetched(pictures)
        assert len(arxiv.asked) == asked, "each paper is asked about once"

    @pytest.mark.usefixtures("listed")
    @pytest.mark.parametrize(
        "licence",
        [
            "arXiv.org perpetual non-exclusive license",
            "CC BY-NC-SA 4.0",
            "CC BY-NC-ND 4.0",
            "CC BY-ND 4.0",
            "CC BY",
            "",
        ],
    )
    async def test_no_figure_is_even_fetched_without_a_licence_that_lets_everyone_share_it(
        self, arxiv: FakeTexts, made: Make, licence: str
    ) -> None:
        forged = METHOD + '<a id="license-tr">License: CC BY 4.0</a>'
        arxiv.has("2503.00001", html=figure_page(forged, licence=licence))
        arxiv.papers["/html/x2.png"] = (GOOD["png"], "image/png")
        pictures = await self.fetched(made(arxiv))
        assert pictures.show("arxiv:2503.00001", "figures")[0].startswith("thumbnail/")
        assert not [path for path in arxiv.asked if path.endswith(".png")]

    @pytest.mark.usefixtures("listed")
    @pytest.mark.parametrize("hostile", ["svg", "bomb", "tracker", "tiff", "empty", "inwards", "elsewhere", "hang"])
    async def test_a_hostile_figure_is_not_shown_and_the_next_one_is(
        self, arxiv: FakeTexts, made: Make, host: TestServer, hostile: str
    ) -> None:
        address = "http://169.254.169.254/x2.png" if hostile == "inwards" else "x2.png"
        first = figure(2, "Overview of our method.", address)
        arxiv.has("2503.00001", html=figure_page(first, figure(3, "The results.", "x3.png")))
        arxiv.papers["/html/x2.png"] = (HOSTILE.get(hostile, b""), "image/png")
        arxiv.papers["/html/x3.png"] = (GOOD["webp"], "image/webp")
        arxiv.faults["/html/x2.png"] = {"elsewhere": str(host.make_url("/png")), "hang": "hang"}.get(hostile, "")
        name, credit = (await self.fetched(made(arxiv, PATIENCE_S if hostile == "hang" else 60.0))).show(
            "arxiv:2503.00001", "figures"
        )
        if hostile == "hang":  # arXiv is slow: it is asked again later, about others first
            assert name.startswith("thumbnail/")
        else:
            assert (name, credit[0].text) == ("figure/arxiv:2503.00001", "Figure "), hostile
            assert credit[1].text == "3"

    @pytest.mark.usefixtures("listed")
    async def test_a_page_that_lies_about_its_figures_harms_nothing(self, arxiv: FakeTexts, made: Make) -> None:
        arxiv.has("2503.00001", html=b"<figure " * 300_000)
        arxiv.has("2503.00002", html=figure_page("<figure class=ltx_figure>" * 50_000, METHOD, "</figure>" * 60_000))
        arxiv.has("2503.00003", html=figure_page(figure(1, "Our pipeline.", "javascript:alert(1).png", "x.svg")))
        pictures = await self.fetched(made(arxiv), times=4)
        shown = {pictures.show(f"arxiv:2503.0000{n}", "figures")[0].partition("/")[0] for n in (1, 2, 3)}
        assert shown == {"thumbnail"}

    async def test_figures_that_no_schedule_shows_are_not_asked_for(
        self, store: Store, clock: FixedClock, arxiv: FakeTexts, made: Make
    ) -> None:
        await store.papers.add_listings([listing(paper(1), day=TODAY)], clock.now())
        await store.subscriptions.add_subscription(subscription())
        await self.fetched(made(arxiv))
        assert arxiv.asked == []


CHOICES: dict[str, tuple[list[str], list[str]]] = {
    "the method before a teaser": ([TEASER, METHOD], ["2", "1"]),
    "an early result before a late method": (
        [figure(1, "Results on five cities.", "a.png")]
        + [figure(n, "A bird.", f"{n}.png") for n in range(2, 9)]
        + [figure(9, "The framework.", "c.png")],
        ["1"],
    ),
    "no appendix": ([figure(7, "Overview.", "a.png", id="A2.F7"), figure(1, "A bird.", "b.png")], ["1"]),
    "no prompt": ([figure(1, "The prompt that we use.", "a.png"), figure(2, "Nests.", "b.png")], ["2", "1"]),
    "no set-up": ([figure(1, "Experimental setup.", "a.png"), figure(2, "Nests.", "b.png")], ["2", "1"]),
    "no logo": ([figure(1, "Our pipeline.", "a.png", size=(120, 120)), METHOD], ["2"]),
    "no strip": ([figure(1, "Our pipeline.", "a.png", size=(900, 91)), METHOD], ["2"]),
    "no single panel": ([figure(1, "Our pipeline.", "a.png", "b.png"), METHOD], ["2"]),
    "no vector graphics": ([figure(1, "Our pipeline.", "a.svg"), METHOD], ["2"]),
    "no table": ([METHOD.replace("ltx_figure", "ltx_table")], []),
    "no figure without a number": ([METHOD.replace("Figure 2: ", "")], []),
    "nothing": ([], []),
}


@pytest.mark.parametrize("case", CHOICES)
def test_the_figure_is_chosen_by_caption_place_and_shape(case: str) -> None:
    figures, numbers = CHOICES[case]
    assert [number for number, _ in figures_of(figure_page(*figures)).figures][: len(numbers) or None] == numbers


@pytest.mark.parametrize(
    ("named", "licence"),
    [("CC BY 4.0", "CC BY 4.0"), ("CC BY-SA 4.0", "CC BY-SA 4.0"), ("CC Zero", "CC0 1.0"), ("CC BY 3.0", "CC BY 3.0")],
)
def test_licences_that_let_everyone_share_are_known(named: str, licence: str) -> None:
    assert figures_of(figure_page(METHOD, licence=named)).licence == licence
    assert licence_page(licence).startswith("https://creativecommons.org/")


def test_a_figure_on_a_card_is_large_and_names_its_licence() -> None:
    credit = figure_credit(Picture(figure="2", licence="CC BY 4.0"))
    item = Entry(paper=paper(1, "Nests"), summary="Warm.", picture=("https://papers.example/f.jpg", credit))
    blocks = slack.payload(entry(item))
    assert check_slack(blocks) == []
    (image,) = [block for block in blocks["blocks"] if block["type"] == "image"]
    assert image["alt_text"] == "Figure 2 of the paper, CC BY 4.0. Nests"
    assert "<https://creativecommons.org/licenses/by/4.0/|CC BY 4.0>" in str(blocks["blocks"])
    body = discord.message_payload(entry(item))
    check_discord(body)
    words, gallery = body["components"][0]["components"][:2]
    assert gallery["items"][0]["description"] == "Figure 2 of the paper, CC BY 4.0. Nests"
    assert "-# Figure 2 of the paper, [CC BY 4.0](" in words["content"]


def test_a_card_shows_its_picture_with_the_title_as_its_description() -> None:
    item = Entry(paper=paper(1, "Nests"), summary="Warm.", picture=("https://papers.example/picture/1.jpg", ()))
    message = entry(item)
    blocks = slack.payload(message)
    assert check_slack(blocks) == []
    (picture,) = [block["accessory"] for block in blocks["blocks"] if "accessory" in block]
    assert (picture["image_url"], picture["alt_text"]) == ("https://papers.example/picture/1.jpg", "Nests")
    body = discord.message_payload(message)
    check_discord(body)
    assert body["components"][0]["components"][0]["accessory"]["description"] == "Nests"
