"""Texts of whole papers: what is read of them, and what is borne when the world sends something else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientTimeout

from bot.clock import FixedClock, SystemClock
from bot.errors import Malformed, SourceError, Unreachable
from bot.ingest.full_texts import FullTextReader
from bot.papers.full_text import NO_FULL_TEXT, FullText, Passage
from bot.sources import sandbox
from bot.sources.full_text import ArxivTexts
from bot.sources.http import SourceClient
from bot.sources.page import FetchedPage
from bot.sources.rate_limit import RequestPacer
from bot.sources.sandbox import Sandbox
from bot.store.sql import Store
from bot.store.sql.full_texts import FullTexts
from bot.store.sqlite.engine import SqliteEngine
from tests.builders import NOW, paper
from tests.fakes.texts import FakeTexts, bomb, page, pdf

ID, WARM = "2503.00001", "The nest of moss stays warm for nine hours when it freezes outside."
SHORT = ClientTimeout(total=2.0)


async def read(body: bytes) -> tuple[Passage, ...]:
    """A PDF in a sandbox of its own."""
    box = Sandbox("texts")
    try:
        return await box.parse("pdf", FetchedPage(url="x", body=body), tuple[Passage, ...])
    finally:
        await box.aclose()


@pytest.fixture
async def fake() -> AsyncIterator[FakeTexts]:
    async with FakeTexts() as started:
        yield started


@pytest.fixture
async def texts(fake: FakeTexts, clock: FixedClock) -> AsyncIterator[ArxivTexts]:
    made = ArxivTexts(
        SourceClient(clock, timeout=SHORT, max_bytes=1_000_000, max_attempts=1, only_origin=fake.url), fake.url
    )
    yield made
    await made.aclose()


async def test_html_is_read_section_by_section(fake: FakeTexts, texts: ArxivTexts) -> None:
    fake.has(ID, html=page(("3 Wool and Moss", WARM), ("4 Limits", "Owls were not asked what they think of nests.")))
    found = await texts.full_text(f"arxiv:{ID}")
    assert found == FullText(
        form="html",
        passages=(
            Passage(WARM, "section “3 Wool and Moss”"),
            Passage("Owls were not asked what they think of nests.", "section “4 Limits”"),
        ),
    )


async def test_of_html_is_read_what_its_readers_see(fake: FakeTexts, texts: ArxivTexts) -> None:
    hidden = "".join(
        f"<p {how}>Unseen words that are long enough to be a passage by themselves.</p>"
        for how in (
            "hidden",
            'style="display: none"',
            'style="font-size:0px"',
            'style="color:#FFF"',
            'aria-hidden="true"',
        )
    )
    noted = 'It stays warm<span class="ltx_note">A footnote in the middle.</span> for some nine hours in the frost.'
    formula = (
        'The loss of heat is <math alttext="10^{-3}\\alpha"><mn>10</mn><annotation>10^</annotation></math> in a night.'
    )
    fake.has(ID, html=page(("1 Heat", noted), ("2 Loss", formula), more=f"<div>{hidden}</div>"))
    said = [passage.text for passage in (await texts.full_text(f"arxiv:{ID}")).passages]
    assert said == ["It stays warm for some nine hours in the frost.", "The loss of heat is 10⁻³α in a night."]


async def test_where_there_is_no_html_the_pdf_is_read_page_by_page(fake: FakeTexts, texts: ArxivTexts) -> None:
    lines = ["The nest of moss stays warm for nine hours when it free-", "zes outside."]
    fake.has(ID, pdf=pdf(["A House for Birds, by Ada and others, of some institute"], lines, squeeze=True))
    found = await texts.full_text(f"arxiv:{ID}")
    assert (found.form, found.passages[1]) == ("pdf", Passage(WARM, "page 2"))
    assert fake.asked == [f"/html/{ID}", f"/pdf/{ID}"]


async def test_of_a_pdf_the_references_are_left_out(fake: FakeTexts, texts: ArxivTexts) -> None:
    end = [WARM, "References", "Hopper. On the Remembering of Nests and other Houses, 1959."]
    fake.has(ID, pdf=pdf(end, ["Hopper. On the Forgetting of Nests and other Houses, 1960."]))
    assert [passage.text for passage in (await texts.full_text(f"arxiv:{ID}")).passages] == [WARM]


async def test_what_arxiv_does_not_have_is_nothing_and_kept_so_for_a_day(
    fake: FakeTexts, texts: ArxivTexts, store: Store, clock: FixedClock
) -> None:
    reader = FullTextReader(texts, store.full_texts, clock)
    assert [await reader.full_text(paper(1)) for _ in range(2)] == [NO_FULL_TEXT, NO_FULL_TEXT]
    assert len(fake.asked) == 2
    clock.moment += timedelta(days=1, minutes=1)
    fake.has(ID, html=page(("1 Heat", WARM)))
    found = await reader.full_text(paper(1))
    assert found
    assert found.passages


@pytest.mark.parametrize("id", ["url:0123456789abcdef", "arxiv:../../admin", "arxiv:2503.00001/../x", "arxiv:"])
async def test_what_is_no_arxiv_id_is_not_asked_for(fake: FakeTexts, texts: ArxivTexts, id: str) -> None:
    assert await texts.full_text(id) == NO_FULL_TEXT
    assert fake.asked == []


HTML_BOMB = b"<div>" * 190_000
MANY_PAGES = pdf(*[["One of very many pages in a book that nobody asked for"]] * 501)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [b"", b"%PDF-1.4", b"\x00" * 50_000, pdf(["cut off"])[:120], bomb(), MANY_PAGES, b"%PDF-1.4\n" + b"[" * 90_000],
)
async def test_a_pdf_that_is_none_or_a_bomb_is_passed_over(fake: FakeTexts, texts: ArxivTexts, body: bytes) -> None:
    fake.has(ID, pdf=body)
    assert await texts.full_text(f"arxiv:{ID}") == NO_FULL_TEXT


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [b"", HTML_BOMB, b"<" * 200_000, b"<!--" * 100_000, b"<a " * 200_000, b"&#99999999999;" * 9_000, b"\xff" * 99],
)
async def test_a_hostile_page_gives_the_pdf_its_turn(
    fake: FakeTexts, texts: ArxivTexts, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sandbox.MAX_SECONDS, "html", 1.0)
    fake.has(ID, html=body, pdf=pdf([WARM]))
    began = time.thread_time()
    assert (await texts.full_text(f"arxiv:{ID}")).form == "pdf"
    assert time.thread_time() - began < 1.5  # not in this process


async def test_a_file_that_is_too_large_is_not_read_to_its_end(fake: FakeTexts, texts: ArxivTexts) -> None:
    fake.has(ID, html=b"x" * 1_000_001, pdf=pdf([WARM]))
    assert (await texts.full_text(f"arxiv:{ID}")).form == "pdf"


async def test_a_file_that_takes_too_long_to_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sandbox.MAX_SECONDS, "pdf", 0.001)
    with pytest.raises(Malformed, match="too long"):
        await read(pdf([WARM]))


async def test_the_reading_process_has_nothing_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    spy, seen = tmp_path / "python", tmp_path / "seen"
    spy.write_text(f"#!/bin/sh\nenv >{seen}\nexit 1\n")
    spy.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(spy))
    with pytest.raises(Malformed):
        await read(b"")
    assert "secret" not in seen.read_text()


@pytest.mark.parametrize("form", ["html", "pdf"])
async def test_nobody_is_followed_to_another_host(fake: FakeTexts, texts: ArxivTexts, form: str) -> None:
    async with FakeTexts() as other:
        other.has(ID, html=page(("1 Evil", WARM)), pdf=pdf([WARM]))
        fake.faults[f"/{form}/{ID}"] = f"{other.url}/{form}/{ID}"
        assert await texts.full_text(f"arxiv:{ID}") == NO_FULL_TEXT
        assert other.asked == []


async def test_on_the_same_host_a_redirect_is_followed(fake: FakeTexts, texts: ArxivTexts) -> None:
    fake.faults[f"/html/{ID}"] = f"/html/{ID}v2"
    fake.has(f"{ID}v2", html=page(("1 Heat", WARM)))
    assert (await texts.full_text(f"arxiv:{ID}")).form == "html"


@pytest.mark.parametrize("fault", ["hang", "500"])
async def test_a_server_that_fails_is_a_clear_error(fake: FakeTexts, texts: ArxivTexts, fault: str) -> None:
    fake.faults[f"/html/{ID}"] = fault
    with pytest.raises(Unreachable) as caught:
        await texts.full_text(f"arxiv:{ID}")
    assert isinstance(caught.value, SourceError)
    assert len(fake.asked) == 1  # arXiv's lists wait meanwhile


async def test_a_text_is_fetched_once_however_many_ask_and_then_kept_for_a_week(
    fake: FakeTexts, texts: ArxivTexts, store: Store, clock: FixedClock
) -> None:
    fake.has(ID, html=page(("1 Heat", WARM)))
    reader = FullTextReader(texts, store.full_texts, clock)
    found = await asyncio.gather(*(reader.full_text(paper(1)) for _ in range(5)))
    assert all(one and one.passages for one in found)
    clock.moment += timedelta(days=6)
    again = FullTextReader(texts, store.full_texts, clock)
    assert await again.full_text(paper(1)) == found[0]
    assert len(fake.asked) == 1
    clock.moment += timedelta(days=2)
    await again.full_text(paper(1))
    assert len(fake.asked) == 2


async def test_what_comes_too_late_is_there_for_the_next_question(fake: FakeTexts, store: Store) -> None:
    slow = SystemClock()
    source = ArxivTexts(
        SourceClient(slow, pacer=RequestPacer(slow, "arxiv", timedelta(seconds=0.5)), only_origin=fake.url), fake.url
    )
    fake.has(ID, pdf=pdf([WARM]))
    reader = FullTextReader(source, store.full_texts, slow, patience=0.2)
    assert await reader.full_text(paper(1)) is None
    async with asyncio.timeout(30):
        while not await reader.full_text(paper(1)):  # noqa: ASYNC110 - it is fetched behind our back
            await asyncio.sleep(0.05)
    assert fake.asked == [f"/html/{ID}", f"/pdf/{ID}"]
    await source.aclose()


async def test_a_crowd_of_papers_does_not_keep_arxiv_from_its_lists(
    fake: FakeTexts, texts: ArxivTexts, store: Store
) -> None:
    for n in range(1, 9):
        fake.faults[f"/html/2503.{n:05d}"] = "hang"
    reader = FullTextReader(texts, store.full_texts, FixedClock(NOW), patience=0.1)
    assert await asyncio.gather(*(reader.full_text(paper(n)) for n in range(1, 9))) == [None] * 8
    await reader.aclose()
    assert len(set(fake.asked)) <= 5


async def test_of_too_many_texts_those_that_would_go_first_give_way(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "texts.db")
    await engine.open()
    kept = FullTexts(engine, most=4_000)
    for n in range(20):
        words = " ".join(str(hash((n, k))) for k in range(50))
        text = FullText(form="html", passages=(Passage(words, "here"),))
        await kept.store_text(f"arxiv:{n}", 1, text, now=NOW, until=NOW + timedelta(hours=n + 1))
    there = [n for n in range(20) if await kept.get_text(f"arxiv:{n}", 1, NOW)]
    assert there == list(range(20 - len(there), 20))
    assert 2 <= len(there) <= 8
    assert await kept.get_text("arxiv:19", 2, NOW) is None
    assert await kept.get_text("arxiv:19", 1, NOW + timedelta(hours=20)) is None
    await engine.aclose()
