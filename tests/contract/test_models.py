"""A change of the embedding model: the one before answers until the new one knows as many papers."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.papers.model import Paper
from bot.search import Mode, Search, open_embedder, open_models
from bot.search.embedder import QUIET_S, OnnxEmbedder
from bot.search.semantic_search import MAX_NEW_PAPERS, PAPERS_PER_WRITE
from bot.store.sql import Store
from tests.builders import NOW, listing, paper
from tests.fakes.embedder import WordEmbedder

MANY = [paper(n, f"Owls at Night {n}", abstract="They hunt mice in the dark.") for n in range(1, 101)]


async def taken(store: Store, *papers: Paper) -> None:
    await store.papers.add_listings([listing(item) for item in papers], NOW)


async def by_meaning(search: Search, text: str) -> list[str]:
    found = await search.find_papers(text, mode=Mode.SEMANTIC)
    assert not found.notice
    return [hit.id for hit in found.hits]


async def changed(store: Store) -> tuple[Search, WordEmbedder, WordEmbedder]:
    """All papers are embedded by one model; then another is set, and the process starts again."""
    await taken(store, *MANY)
    await Search(store.papers, store.vectors, WordEmbedder("before")).embed_missing()
    before, wanted = WordEmbedder("before"), WordEmbedder("wanted")
    search = Search(store.papers, store.vectors, wanted, before=before)
    await search.load_new_vectors()
    return search, before, wanted


async def test_the_model_before_answers_while_the_new_ones_vectors_are_made(store: Store) -> None:
    search, before, wanted = await changed(store)
    assert len(await by_meaning(search, "owls in the dark")) == 10
    assert await search.embed_missing(limit=60) == 60
    assert len(await by_meaning(search, "mice at night")) == 10
    assert (before.asked, wanted.asked, before.closed) == (["owls in the dark", "mice at night"], [], False)
    assert search.size == len(MANY)


async def test_the_new_model_takes_over_when_it_knows_as_many(store: Store) -> None:
    search, before, wanted = await changed(store)
    assert await search.embed_missing() == len(MANY)
    assert len(await by_meaning(search, "owls in the dark")) == 10
    assert (before.asked, wanted.asked, before.closed) == ([], ["owls in the dark"], True)
    assert search.size == len(MANY)


async def test_another_process_follows_when_the_vectors_are_there(store: Store) -> None:
    search, _, _ = await changed(store)
    listener, _, wanted = await changed(store)
    await search.embed_missing()
    await listener.load_new_vectors()
    await by_meaning(listener, "owls")
    assert wanted.asked == ["owls"]


async def test_a_paper_that_comes_meanwhile_is_found_by_meaning_at_once(store: Store) -> None:
    search, _, _ = await changed(store)
    await taken(store, paper(900, "Kingfishers", abstract="Blue birds that dive."))
    await search.embed_missing(limit=PAPERS_PER_WRITE)
    assert (await by_meaning(search, "kingfishers"))[0] == "arxiv:2503.00900"


async def test_a_model_before_that_fails_does_not_hold_up_the_new_one(store: Store) -> None:
    search, before, wanted = await changed(store)
    before.broken = True
    assert (await search.find_papers("owls")).hits
    assert await search.embed_missing() == len(MANY)
    assert len(await by_meaning(search, "owls in the dark")) == 10
    assert wanted.asked == ["owls in the dark"]


async def test_a_stop_is_heard_between_two_chunks_and_the_next_start_goes_on(store: Store) -> None:
    await taken(store, *MANY)
    search = Search(store.papers, store.vectors, WordEmbedder())
    told: list[tuple[int, int]] = []
    done = await search.embed_missing(
        on_progress=lambda have, of: told.append((have, of)), until=lambda: len(told) >= 2
    )
    assert done == 2 * PAPERS_PER_WRITE
    assert told[-1] == (done, len(MANY))
    again = Search(store.papers, store.vectors, WordEmbedder())
    assert await again.embed_missing() == len(MANY) - done


async def test_a_backlog_is_embedded_gently_and_the_papers_of_a_day_at_once(store: Store) -> None:
    await taken(store, *(paper(n, f"Owl {n}") for n in range(1, MAX_NEW_PAPERS + 2)))
    embedder = WordEmbedder()
    search = Search(store.papers, store.vectors, embedder)
    await search.embed_missing(limit=1)
    assert embedder.gently is True
    await search.embed_missing(limit=1)
    assert embedder.gently is False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread a priority of its own")
async def test_gently_means_a_thread_of_low_priority() -> None:
    embedder = open_embedder("", 1)
    assert embedder is not None
    for gently in (False, True):
        await embedder.embed_papers(MANY[:1], gently=gently)
    nice = {
        thread.name.rpartition("_")[0]: os.getpriority(os.PRIO_PROCESS, thread.native_id)
        for thread in threading.enumerate()
        if thread.name.startswith("paperboy-") and thread.native_id
    }
    assert nice["paperboy-back-fill"] > nice["paperboy-new"]
    await embedder.aclose()


async def test_gently_means_after_whoever_asks() -> None:
    embedder = open_embedder("", 1)
    assert embedder is not None
    await embedder.embed_papers(MANY[:1], gently=True)
    await embedder.embed_query("owls")
    began = time.monotonic()
    await embedder.embed_papers(MANY[:1], gently=True)
    assert time.monotonic() - began > QUIET_S / 2
    await embedder.aclose()


def copied(folder: Path) -> str:
    """The model that is installed, as a folder of its own."""
    shipped = open_embedder("", 1)
    assert shipped is not None
    folder.mkdir()
    shutil.copy(shipped._model, folder / "model.onnx")  # a copy of the file is all this needs
    shutil.copy(shipped._tokenizer_file, folder / "tokenizer.json")
    return str(folder)


async def named(store: Store, folder: str) -> tuple[str, str]:
    """Which model is wanted and which answers until then, as the settings of a start have it."""
    models = await open_models(folder, 1, store.vectors, store.key_value("search"))
    for model in models:
        if model:
            await model.aclose()
    return tuple(model.name.split("-")[0] if isinstance(model, OnnxEmbedder) else "" for model in models)  # type: ignore[return-value]


async def test_the_model_before_is_found_again_wherever_it_was(store: Store, tmp_path: Path) -> None:
    await taken(store, *MANY[:3])
    other = copied(tmp_path / "other")
    assert await named(store, "") == ("minilm", "")
    await store.vectors.store_vectors("minilm-l6-v2-int8", {MANY[0].id: (1, b"x"), MANY[1].id: (1, b"x")})
    assert await named(store, other) == ("other", "minilm")
    made = next(iter(await open_models(other, 1, store.vectors, store.key_value("search"))))
    assert made is not None
    await store.vectors.store_vectors(made.name, {item.id: (1, b"x") for item in MANY[:3]})
    assert await named(store, other) == ("other", "")
    assert await named(store, "") == ("minilm", "other")
    shutil.rmtree(other)
    assert await named(store, "") == ("minilm", "")


async def test_the_lean_graph_gives_the_vectors_of_the_other_one_whatever_is_beside_a_text() -> None:
    lean, other = open_embedder("", 1), open_embedder("", 1, lean=False)
    assert lean is not None and other is not None and lean.name != other.name
    papers = [
        paper(n, f"On {word}", abstract=f"{word} " * 8 * n) for n, word in enumerate(("Owls", "Hawks", "π", "夜"), 1)
    ]
    made = await lean.embed_papers(papers)
    assert (made * await other.embed_papers(papers)).sum(axis=1).min() > 0.97
    alone = [(await lean.embed_papers([one]))[0] for one in papers]
    assert (made == alone).all()
    await lean.aclose()
    await other.aclose()


@pytest.mark.parametrize(("exact", "name"), [(True, "lean"), (False, "int8")])
async def test_a_processor_that_rounds_badly_keeps_the_other_graph(
    store: Store, monkeypatch: pytest.MonkeyPatch, exact: bool, name: str
) -> None:
    tries = []

    async def tried() -> bool:
        tries.append(1)
        return exact

    monkeypatch.setattr("bot.search.models.is_lean_exact", tried)
    for _ in range(2):  # the second start remembers
        model, before = await open_models("", 1, store.vectors, store.key_value("search"))
        assert model is not None and before is None and model.name.endswith(name)
        await model.aclose()
    assert tries == [1]


async def test_vectors_of_the_former_graph_answer_until_the_lean_one_has_made_its_own(store: Store) -> None:
    await taken(store, *MANY[:3])
    former = open_embedder("", 1, lean=False)
    assert former is not None
    await Search(store.papers, store.vectors, former).embed_missing()
    model, before = await open_models("", 1, store.vectors, store.key_value("search"))
    assert model is not None and before is not None and before.name == former.name
    search = Search(store.papers, store.vectors, model, before=before)
    await search.load_new_vectors()
    assert len(await by_meaning(search, "owls in the dark")) == 3
    assert await search.embed_missing() == 3
    assert len(await by_meaning(search, "owls in the dark")) == 3
    await search.aclose()
    await former.aclose()
