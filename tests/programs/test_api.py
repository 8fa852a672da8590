"""What a program gets from the API: papers with all that is known, and errors that say what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.clock import FixedClock
from bot.papers.model import Links
from bot.store.sql import Store
from tests.builders import TODAY, listing, mark, paper
from tests.programs.conftest import PUBLIC, Got, Site, Starts

YESTERDAY = TODAY - timedelta(days=1)
API = "/api/v1"


@pytest.fixture(autouse=True)
async def storage(store: Store, clock: FixedClock) -> None:
    birds = paper(1, "Glass birds in winter", upvotes=9, categories=("cs.CL",), authors=("Ada Lovelace",))
    worms = paper(2, "A study of <b>worms</b>", upvotes=3, links=Links(page="https://example.org/2"), version=2)
    old = paper("arxiv:hep-th/9901001", "Old birds", categories=("hep-th",))
    listed = [listing(birds), listing(worms), listing(old, day=YESTERDAY)]
    await store.papers.add_listings(listed, clock.now())


async def ask(site: Site, path: str, **headers: str) -> Any:
    got = await site.get(API + path, **headers)
    assert (got.status, got.headers["Content-Type"]) == (200, "application/json"), got.text
    return msgspec.json.decode(got.body)


def problem(got: Got, status: int) -> str:
    """What a program is told; every error has the same form."""
    assert (got.status, got.headers["Content-Type"].split(";")[0]) == (status, "application/problem+json"), got.text
    told = msgspec.json.decode(got.body)
    assert (told["status"], bool(told["title"]), bool(told["detail"])) == (status, True, True)
    return str(told["detail"])


def ids(answer: Any) -> list[str]:
    return [found["id"] for found in answer["papers"]]


async def test_papers_are_found_and_listed_page_by_page(site: Site) -> None:
    assert ids(await ask(site, "/search?q=glass+birds"))[0] == "arxiv:2503.00001"
    assert ids(await ask(site, "/papers?query=cat:hep-th")) == ["arxiv:hep-th/9901001"]
    assert ids(await ask(site, "/papers?query=2503.00002")) == ["arxiv:2503.00002"]
    assert ids(await ask(site, "/papers?query=%3F%3F")) == []  # there is no word in that
    first = await ask(site, "/papers?limit=2")
    assert (len(first["papers"]), first["more"]) == (2, True)
    assert first["next"].startswith(f"{PUBLIC}{API}/papers?")
    rest = await ask(site, first["next"].removeprefix(PUBLIC + API))
    assert (len(rest["papers"]), rest["more"], rest["next"]) == (1, False, None)
    assert set(ids(first)) | set(ids(rest)) == set(ids(await ask(site, "/papers")))


async def test_an_edition_leads_to_its_neighbours(site: Site) -> None:
    latest = await ask(site, "/editions/latest")
    assert (latest["date"], latest["total"], latest["earlier"]) == ("2025-03-18", 2, "2025-03-17")
    assert ids(latest) == ["arxiv:2503.00001", "arxiv:2503.00002"]
    before = await ask(site, f"/editions/{latest['earlier']}")
    assert (ids(before), before["later"]) == (["arxiv:hep-th/9901001"], "2025-03-18")
    assert "2025-03-17 and 2025-03-18" not in problem(await site.get(f"{API}/editions/2025-03-16"), 404)
    assert "2025-03-18" in problem(await site.get(f"{API}/editions/2025-04-01"), 404)


@pytest.mark.parametrize(
    "id", ["arxiv:2503.00001", "2503.00001", "2503.00001v1", "https:%2F%2Farxiv.org%2Fabs%2F2503.00001"]
)
async def test_a_paper_by_any_of_its_names(site: Site, store: Store, id: str) -> None:
    await store.votes.add_mark(mark(of="arxiv:2503.00001"))
    found = await ask(site, f"/papers/{id}")
    assert found["paper"]["title"] == "Glass birds in winter"
    assert found["paper"]["votes"] == {"up": 1, "down": 0}
    assert found["paper"]["url"] == f"{PUBLIC}/paper/2503.00001"
    assert found["lists"] == [{"source": "Hugging Face Daily Papers", "date": "2025-03-18"}]
    assert "ada" not in msgspec.json.encode(found).decode()  # who voted is private


@pytest.mark.parametrize("id", ["arxiv:hep-th/9901001", "hep-th%2F9901001"])
async def test_old_ids_hold_a_slash(site: Site, id: str) -> None:
    assert (await ask(site, f"/papers/{id}"))["paper"]["id"] == "arxiv:hep-th/9901001"
    assert (await ask(site, f"/papers/{id}/similar"))["papers"] is not None


async def test_trends_and_topics(site: Site) -> None:
    assert ids(await ask(site, "/trending?span=day"))[0] == "arxiv:2503.00001"
    assert ids(await ask(site, "/trending?topic=worms")) == ["arxiv:2503.00002"]
    assert {"name": "cs.CL", "query": "cat:cs.CL", "count": 1} in (await ask(site, "/topics"))["topics"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/papers?limit=0", 400, "limit"),
        ("/papers?limit=101", 400, "limit"),
        ("/papers?limit=-1", 400, "limit"),
        ("/papers?limit=١", 400, "limit"),
        ("/papers?limit=", 400, "limit"),
        ("/papers?offset=99999999999999999999999", 400, "offset"),
        ("/papers?limit=1&limit=2", 400, "twice"),
        ("/papers?q=x", 400, "query"),
        ("/search", 400, "q"),
        ("/search?q=", 400, "q"),
        ("/search?q=" + "a" * 501, 400, "500"),
        ("/trending?span=year", 400, "span"),
        ("/editions/0001-01-01", 404, "latest"),
        ("/editions/2025-02-30", 404, "latest"),
        ("/editions/%00", 404, "latest"),
        ("/papers/nothing", 404, "search"),
        ("/papers/nothing/similar", 404, "search"),
        ("/papers/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, ""),
        ("/nothing", 404, "openapi.json"),
        ("/", 404, "openapi.json"),
    ],
)
async def test_what_cannot_be_answered_says_what_to_do(site: Site, path: str, status: int, said: str) -> None:
    assert said in problem(await site.get(API + path), status)


@pytest.mark.parametrize(
    "q",
    [
        "%00%01%1b",
        "%FF%FE",
        "%ED%A0%80",
        '%22%22"',
        "AND+OR+NOT+NEAR(",
        "';DROP+TABLE+papers--",
        "%E2%80%AE",
        "*" * 400,
    ],
)
async def test_hostile_queries_find_nothing_harmful(site: Site, q: str) -> None:
    for path in (f"/search?q={q}", f"/papers?query={q}", f"/trending?topic={q}"):
        assert isinstance((await ask(site, path))["papers"], list)
    assert ids(await ask(site, "/search?q=birds"))


async def test_a_client_that_has_an_answer_gets_304_and_head_has_no_body(site: Site) -> None:
    first = await site.get(f"{API}/editions/latest", Accept_Encoding="identity")
    again = await site.get(f"{API}/editions/latest", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    head = await site.get(f"{API}/editions/latest", "HEAD", Accept_Encoding="identity")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", first.headers["Content-Length"])
    packed = await site.get(f"{API}/editions/latest", Accept_Encoding="gzip")
    assert (packed.headers["Content-Encoding"], packed.body) == ("gzip", first.body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_it_can_only_be_read(site: Site, method: str) -> None:
    got = await site.get(f"{API}/topics", method)
    assert "read" in problem(got, 405)
    assert got.headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_pages_of_others_may_read_a_public_api_and_no_private_one(starts: Starts) -> None:
    public, private = await starts(), await starts(public_url="")
    asked = {"Origin": "https://other.example", "Access_Control_Request_Method": "GET"}
    allowed = await public.get(f"{API}/topics", "OPTIONS", **asked)
    assert (allowed.status, allowed.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    assert (await public.get(f"{API}/topics", **asked)).headers["Access-Control-Allow-Origin"] == "*"
    for method in ("OPTIONS", "GET"):
        assert "Access-Control-Allow-Origin" not in (await private.get(f"{API}/topics", method, **asked)).headers
    assert (await public.get(f"{API}/nothing", "OPTIONS")).status == 404
