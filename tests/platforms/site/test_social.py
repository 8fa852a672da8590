"""The picture for a link to a day or a paper: drawn from its words, the right size, another one when they change."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from adapters.site.pages.social_picture import MARGIN_PX, SIZE_PX, draw, of_paper
from bot.chat.catalog import CatalogEntry
from tests.builders import listing, mark, paper
from tests.platforms.site.conftest import Site

LONG = "On the Unreasonable Length of the Names that People Give to Birds " * 8
DAY = "/date/2025-03-18"


def meta(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="((?:og:image|twitter)[\w:]*)" content="([^"]*)">', page))


async def picture(site: Site, address: str) -> Image.Image:
    async with site.session.get(site.url + address.removeprefix("https://papers.example.org")) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert "public" in answer.headers["Cache-Control"]
        return Image.open(BytesIO(await answer.read()))


@pytest.mark.parametrize("path", ["/paper/2503.00001", DAY, "/", "/week/2025-W12"])
async def test_a_page_names_a_picture_of_its_own(public: Site, path: str) -> None:
    await public.store.papers.add_listings([listing(paper(1, "Nests & Birds", upvotes=3))], public.clock.now())
    found = meta(await public.page(path))
    assert found["og:image"].startswith("https://papers.example.org/social/")
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image:alt"]
    assert (await picture(public, found["og:image"])).size == SIZE_PX


async def test_votes_give_another_address(public: Site) -> None:
    await public.store.papers.add_listings([listing(paper(1, "Nests"))], public.clock.now())
    before = meta(await public.page("/paper/2503.00001"))["og:image"]
    await public.store.votes.add_mark(mark())
    public.clock.moment = public.clock.moment.replace(hour=12)
    assert meta(await public.page("/paper/2503.00001"))["og:image"] != before


async def test_pages_without_one_say_so_and_no_picture_is_made_up(public: Site) -> None:
    assert meta(await public.page("/topics")) == {"twitter:card": "summary", "twitter:title": "Topics"} | {
        name: text for name, text in meta(await public.page("/topics")).items() if name == "twitter:description"
    }
    for path in ("/social/paper/2503.99999.png", "/social/date/2025-13-45.png", f"/social{DAY}.png"):
        assert (await public.get(path))[0].status == 404


@pytest.mark.parametrize("title", [LONG, "A" * 500, "β ≤ ∞ in ℝⁿ", "x " * 300, "", "\u202e\u0000"])
def test_nothing_is_drawn_over_the_margin(title: str) -> None:
    entry = CatalogEntry(paper=paper(1, title or " "), summary=LONG)
    drawn = Image.open(BytesIO(draw(of_paper(entry), "A Site with a Name of its Own"))).convert("RGB")
    empty = Image.new("RGB", drawn.size, drawn.getpixel((5, 300)))
    box = ImageChops.difference(drawn, empty).crop((0, 20, *SIZE_PX)).getbbox()
    assert box is not None
    assert box[0] >= MARGIN_PX - 4
    assert box[2] <= SIZE_PX[0] - MARGIN_PX + 4


def test_what_the_font_lacks_is_never_drawn_as_boxes() -> None:
    chinese = of_paper(CatalogEntry(paper=paper(1, "大规模语言模型的推理能力"), summary="鸟"))
    assert (chinese.title, chinese.texts) == ("arXiv 2503.00001", ())
    assert of_paper(CatalogEntry(paper=paper(1, "Łukasz on ℝ, Обзор 鸟"))).title == "Łukasz on R, Обзор …"
