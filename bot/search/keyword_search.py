"""Keyword search: papers that hold the words, and the corrected words.

The index of words follows the store's changes. A query waits for the few that are new; a backlog is worked through by
`update`, and queries are answered from what is indexed by then.
"""

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace
from tantivy import IndexWriter

from bot.analyzer import fold, split_words
from bot.errors import IndexFailed, StoreError
from bot.papers.model import PaperId
from bot.search.query import STOP, Query
from bot.search.word_index import WordIndex, complete_generation, finish, new_generation, newer_than, open_index
from bot.search.word_query import among, holding_all, holding_any, passing, sharing, stems, title_beginning
from bot.store.sql.papers import Papers

log = logging.getLogger(__name__)

ENOUGH_PAPERS = 30  # with all the words; if fewer have all, those with only some are added
MIN_SIMILARITY = 75  # percent, of a mistyped word to an indexed one
COMPARED_TERMS = 5_000  # indexed terms that a mistyped word is compared with, the frequent first
MIN_CORRECTED_CHARS = 4  # of a word that may be a typo
MAX_AWAITED_CHANGES = 1_000  # that a query waits for: about a third of a second
CHANGES_PER_COMMIT = 5_000
BUSY_S, BUSY_STEP_S = 15.0, 0.05  # how long another process may hold the index, and how often that is looked at
MAX_TYPED_CHARS, MAX_TYPED_WORDS = 200, 12  # of the beginning of a title
TELLING_WORDS = 40  # of a text, that similar papers are found by
MAX_ENDINGS = 200  # terms that the last word may become, the frequent first

Progress = Callable[[int, int | None], None]
T = TypeVar("T")


class KeywordSearch:
    """The index of words, kept in step with the store."""

    def __init__(self, papers: Papers, root: Path | None) -> None:
        """`root`: the folder of the index; None: it is kept in memory."""
        self._papers = papers
        self._root = root
        self._index: WordIndex | None = None
        self._updating: asyncio.Task[None] | None = None
        self._fault = ""  # why the index couldn't be written last time
        self.behind = 0  # changes that weren't indexed at the last query

    async def scores(self, query: Query, depth: int) -> tuple[Mapping[PaperId, float], tuple[str, ...]]:
        """Scores by paper, and the corrected words if those typed are in no paper."""
        return await self._search(lambda index: _scores(index, query, depth))

    async def sharing_words(self, text: str, limit: int) -> Mapping[PaperId, float]:
        """Scores of the papers that share words with a text."""
        words = [word for word in split_words(text) if word.casefold() not in STOP]
        counts = Counter(stem for word in words for stem in stems(word))
        return await self._search(lambda index: index.find(sharing(index.rarest(counts, TELLING_WORDS)), limit))

    async def in_order(self, query: Query, limit: int, offset: int = 0) -> list[PaperId]:
        """Papers with all the words that pass the filters, by `query.sort`; the newest first if it has none."""
        field = query.sort.value or "published"
        return await self._search(lambda index: index.ordered(passing(query), field, limit, offset))

    async def count_passing(self, query: Query) -> int:
        """How many papers pass the filters, and hold all the words and phrases."""
        return await self._search(lambda index: index.count(passing(query)))

    async def keep_passing(self, query: Query, ids: Collection[PaperId], *, complete: bool = False) -> set[PaperId]:
        """Those of `ids` that pass the filters, and hold all the words and phrases.

        `complete`: of all papers that are stored by now. Raises `StoreError` when they can't be indexed.
        """
        if not ids:
            return set()
        asked = among(ids, passing(query))
        return set(await self._search(lambda index: index.find(asked, len(ids)), complete=complete))

    async def title_beginnings(self, typed: str, limit: int) -> list[PaperId]:
        """Papers with a word in the title that begins like the last word typed, and those before it; most upvoted
        first."""
        words = split_words(fold(typed[:MAX_TYPED_CHARS]))[:MAX_TYPED_WORDS]
        return await self._search(lambda index: _beginnings(index, words, limit)) if words else []

    async def update(self, on_progress: Progress | None = None) -> None:
        """Index all that the store has, to its end even where a caller gives up. Raises `IndexFailed` when it can't."""
        if self._updating is None or self._updating.done():
            self._updating = asyncio.create_task(self._follow_store(on_progress))
        await asyncio.shield(self._updating)

    async def rebuild(self, on_progress: Progress | None = None) -> None:
        """Make the index again beside the old one, which answers until then. Raises `IndexFailed`."""
        fresh = await asyncio.to_thread(new_generation, self._root) if self._root else WordIndex(None)
        await self._follow(fresh, on_progress)
        self._index = await asyncio.to_thread(complete_generation, fresh)

    async def state(self) -> str:
        """How far the index is, for people."""
        last = await self._papers.last_change()
        index = await self._opened()
        where = f"in {index.folder}" if index.folder else "in memory"
        told = f"{where}, up to change {index.position:,} of {last:,}"
        return f"{told}; {self._fault}" if self._fault else told

    async def aclose(self) -> None:
        """Finish what is being written."""
        if self._updating:
            await asyncio.gather(self._updating, return_exceptions=True)

    async def _search(self, work: Callable[[WordIndex], T], *, complete: bool = False) -> T:
        index = await self._current(complete=complete)
        try:
            return await asyncio.to_thread(work, index)
        except IndexFailed as error:
            log.error("%s", error)
            await asyncio.to_thread(_discard, index)
            self._index = None
            return await asyncio.to_thread(work, await self._current(complete=complete))

    async def _current(self, *, complete: bool) -> WordIndex:
        """The index with all changes of the store, or without those that are too many to wait for."""
        last = await self._papers.last_change()
        index = await self._opened()
        if index.position != last and (complete or abs(last - index.position) <= MAX_AWAITED_CHANGES):
            try:
                await self.update()
            except IndexFailed as error:
                if complete:
                    raise StoreError(error.message, error.hint) from error
            index = await self._opened()
        self.behind = max(last - index.position, 0)
        if complete and self.behind:
            raise StoreError("The search index isn't up to date yet.", "Another process is writing it.")
        return index

    async def _opened(self) -> WordIndex:
        if self._index is None:
            self._index = await asyncio.to_thread(open_index, self._root)
        return self._index

    async def _follow_store(self, on_progress: Progress | None) -> None:
        try:
            index = await self._opened()
            if await asyncio.to_thread(newer_than, index):
                self._index = index = await asyncio.to_thread(open_index, self._root)
            if index.position > await self._papers.last_change():
                log.warning("search index is of another database, or of one before a backup was restored")
                await asyncio.to_thread(_discard, index)
                self._index = index = await asyncio.to_thread(open_index, self._root)
            if not index.is_current:
                await self.rebuild(on_progress)
            else:
                await self._follow(index, on_progress)
        except IndexFailed as error:
            if str(error) != self._fault:
                log.error("%s", error)
            self._fault = str(error)
            raise
        self._fault = ""

    async def _follow(self, index: WordIndex, on_progress: Progress | None) -> None:
        for _ in range(round(BUSY_S / BUSY_STEP_S)):
            await asyncio.to_thread(index.reload)
            if index.position >= await self._papers.last_change():
                return
            if writer := await asyncio.to_thread(index.writer):
                try:
                    return await self._write_changes(index, writer, on_progress)
                finally:
                    await asyncio.to_thread(finish, writer)
            await asyncio.sleep(BUSY_STEP_S)

    async def _write_changes(self, index: WordIndex, writer: IndexWriter, on_progress: Progress | None) -> None:
        await asyncio.to_thread(index.reload)  # another process may have written until now
        done, last = index.position, await self._papers.last_change()
        while changes := await self._papers.changes_since(index.position, CHANGES_PER_COMMIT):
            await asyncio.to_thread(index.write, writer, changes)
            if on_progress:
                on_progress(index.position - done, last - done)


def _discard(index: WordIndex) -> None:
    if index.folder:
        shutil.rmtree(index.folder, ignore_errors=True)


def _scores(index: WordIndex, query: Query, depth: int) -> tuple[Mapping[PaperId, float], tuple[str, ...]]:
    asked = holding_all(query)
    found = index.find(asked, depth) if asked else {}
    if len(found) >= min(ENOUGH_PAPERS, depth) or (len(query.words) <= 1 and found):
        return found, ()
    meant = tuple(_meant(index, word) for word in query.words) if not found else query.words
    corrected = meant if meant != query.words else ()
    asked = holding_any(replace(query, words=meant, gist_words=meant) if corrected else query)
    return {**(index.find(asked, depth) if asked else {}), **found}, corrected


def _meant(index: WordIndex, word: str) -> str:
    """The word; one that is in no paper is replaced by the most similar indexed one, in its stem."""
    low = fold(word)
    if len(low) < MIN_CORRECTED_CHARS or not stems(word) or index.has_terms(stems(word)):
        return word
    likely = range(len(low) - 4, len(low) + 3)
    known = [term for term in index.terms("text", low[0], COMPARED_TERMS * 4) if len(term) in likely]
    return _likest(low, known[:COMPARED_TERMS]) or word


def _likest(word: str, known: Sequence[str]) -> str | None:
    """The stem most similar to a word; else the one that differs by two swapped letters."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - imported for the first mistyped word
    from rapidfuzz.distance import OSA  # noqa: PLC0415

    best = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=MIN_SIMILARITY)
    if best is None:
        singular, close = word.removesuffix("s"), MIN_SIMILARITY / 100
        best = process.extractOne(singular, known, scorer=OSA.normalized_similarity, score_cutoff=close)
    return best[0] if best else None


def _beginnings(index: WordIndex, typed: Sequence[str], limit: int) -> list[PaperId]:
    # The index holds stems: what is being typed may be longer than its stem, so a shorter beginning is looked up.
    last = (stems(typed[-1]) or [typed[-1]])[-1]
    endings = index.terms("title", last[: max(3, len(last) - 3)], MAX_ENDINGS)
    return index.ordered(title_beginning(typed, endings), "upvotes", limit) if endings else []
