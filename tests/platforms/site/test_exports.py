"""Citations, lists as files and feeds: right for programs, and closed to strangers."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import yaml

from adapters.site.site import seal_list
from bot.http_server import open_sealer
from tests.builders import NOW, listing, paper
from tests.platforms.site.conftest import Site

OWNER = "web:home/ada"


@pytest.fixture
async def list_path(site: Site, tmp_path) -> str:  # type: ignore[no-untyped-def]
    hostile = paper(
        1, 'Birds: "a" [[x]] ![](https://track.example/x.png) <b>', keywords=("song birds",), categories=("cs.CL",)
    )
    await site.store.papers.add_listings([listing(hostile), listing(paper(2))], NOW)
    for number in (1, 2):
        await site.store.people.add_to_list(OWNER, "thesis", f"arxiv:2503.0000{number}", OWNER, NOW)
    await site.store.people.note_paper(OWNER, "arxiv:2503.00001", text="see *this*", is_read=True)
    sealer = open_sealer(tmp_path / "site.key", "", site.clock)
    return f"/feeds/list/{seal_list(sealer, OWNER, 'thesis')}"


async def test_a_paper_is_cited_in_three_formats(site: Site, list_path: str) -> None:
    for ending, start, kind in (
        ("bib", "@misc{arxiv:2503.00002,", "application/x-bibtex"),
        ("ris", "TY  - UNPB", "application/x-research-info-systems"),
        ("json", "[", "application/vnd.citationstyles.csl+json"),
    ):
        answer, text = await site.get(f"/papers/2503.00002/cite.{ending}")
        assert answer.status == 200
        assert text.startswith(start)
        assert answer.headers["Content-Type"] == kind
        assert f"/papers/2503.00002/cite.{ending}" in await site.page("/paper/2503.00002")
    assert (await site.get("/papers/2401.99999/cite.bib"))[0].status == 404


async def test_the_api_cites(site: Site, list_path: str) -> None:
    text = await site.page("/api/v1/papers/2503.00002/citation?format=ris")
    assert json.loads(text)["text"].startswith("TY  - UNPB")
    assert (await site.get("/api/v1/papers/2401.99999/citation"))[0].status == 404
    assert (await site.get("/api/v1/papers/2503.00002/citation?format=word"))[0].status == 400


async def test_a_list_is_a_citation_file_and_a_feed(site: Site, list_path: str) -> None:
    text = await site.page(f"{list_path}/cite.bib")
    assert text.count("@misc{") == 2
    feed = json.loads(await site.page(f"{list_path}/feed.json"))
    assert feed["title"].startswith("thesis")
    assert len(feed["items"]) == 2
    assert (await site.page(f"{list_path}/feed.atom")).count("<entry>") == 2


async def test_markdown_has_front_matter_and_nothing_in_it_becomes_markup(site: Site, list_path: str) -> None:
    async with site.session.get(f"{site.url}{list_path}/papers.zip") as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.namelist() == ["arxiv-2503.00001.md", "arxiv-2503.00002.md"]
    _, front, body = archive.read("arxiv-2503.00001.md").decode().split("---\n", 2)
    values = yaml.safe_load(front)
    assert values["title"] == 'Birds: "a" [[x]] ![](https://track.example/x.png) <b>'
    assert values["tags"] == ["cs-CL", "song-birds"]
    assert (values["note"], values["read"], values["votes"]) == ("see *this*", True, 0)
    assert values["url"] == "https://arxiv.org/abs/2503.00001"
    assert str(values["date"]) == "2025-03-17"
    for markup in ("[[", "![", "<b>", "*this*"):
        assert markup not in body.replace("\\", "\\ ") or "\\" in body
    assert r"\!\[\](https://track.example/x.png) \<b\>" in body


async def test_a_secret_address_can_not_be_made_up(site: Site, list_path: str) -> None:
    for path in (list_path + "x", list_path[:-2], "/feeds/list/thesis", "/feeds/list/" + "A" * 60):
        for file in ("cite.bib", "feed.atom", "papers.zip"):
            assert (await site.get(f"{path}/{file}"))[0].status == 404


async def test_an_address_shows_nothing_once_its_owner_is_forgotten(site: Site, list_path: str) -> None:
    await site.store.ownership.forget(OWNER)
    assert (await site.get(f"{list_path}/cite.bib"))[0].status == 404
