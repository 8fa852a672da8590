"""The words of all papers in a tantivy index: made from the store, so that it can be thrown away and made again.

A folder of the data home holds it, one subfolder a generation, and the newest with a file `ready` answers. One process
at a time writes (tantivy's lock, which ends with its process); the others load what it wrote. Each entry has the number
of the paper's change, and the highest one is where the index stands: a commit is there whole or not at all. Without a
folder, or where it can't be written, the index is in memory.
"""

import json
import logging
import math
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from tantivy import DocAddress, Document, Index, IndexWriter, Order, Query, Searcher

from bot.analyzer import index_text
from bot.errors import IndexFailed
from bot.papers.filter import lab_words
from bot.papers.model import Paper, PaperId
from bot.search.acronyms import concepts_in
from bot.search.word_query import CODE, DATE_SHIFT, PAPER, SCHEMA, TERMS, star_facets
from bot.store.records import PaperChange

log = logging.getLogger(__name__)

FORMAT = 3  # of the entries: raised with every change of the schema or the analyser
WRITER_BYTES = 50_000_000
READY = "ready"

P = ParamSpec("P")
T = TypeVar("T")


class WordIndex:
    """One generation of the index. Its methods block, and raise `IndexFailed`."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._index = _checked(_open, folder)
        self.reload()

    def reload(self) -> None:
        """Load what another process has written."""
        _checked(self._index.reload)
        self.searcher: Searcher = _checked(self._index.searcher)
        found = _checked(self.searcher.search, Query.all_query(), 1, False, "change")
        self.position = int(found.hits[0][0] or 0) if found.hits else 0  # the newest change that is indexed

    @property
    def is_current(self) -> bool:
        """Whether this version made its entries."""
        return self.folder is None or _generation(self.folder)[0] == FORMAT

    def writer(self) -> IndexWriter | None:
        """The right to write, of one process at a time; None while another has it."""
        try:
            writer = self._index.writer(WRITER_BYTES, 1)
            writer.garbage_collect_files()  # of a process that was killed: the same names come again
        except ValueError as error:
            if "LockBusy" in str(error):
                return None
            raise IndexFailed(f"The search index can't be written: {error}.", "Free some disk space.") from error
        return writer

    def write(self, writer: IndexWriter, changes: Sequence[PaperChange]) -> None:
        """Index changed papers in one commit."""
        for change in changes:
            _checked(writer.delete_documents_by_term, "id", change.id)
            _checked(writer.add_document, _entry(change))
        _checked(writer.commit)
        self.reload()

    def find(self, asked: Query, limit: int) -> dict[PaperId, float]:
        """The best papers of a query with their scores, best first."""
        searcher = self.searcher
        hits = _checked(searcher.search, asked, max(limit, 1), False).hits
        return {_id(searcher, address): score for score, address in hits[:limit]}

    def count(self, asked: Query) -> int:
        """How many papers a query finds."""
        return int(getattr(_checked(self.searcher.search, asked, 1), "count", 0))  # the stubs don't know it

    def ordered(self, asked: Query, field: str, limit: int, offset: int = 0) -> list[PaperId]:
        """The papers of a query with the highest values in a field, highest first."""
        searcher = self.searcher
        hits = _checked(searcher.search, asked, max(limit, 1), False, field, offset, Order.Desc).hits
        return [_id(searcher, address) for _, address in hits[:limit]]

    def terms(self, field: str, start: str, limit: int) -> list[str]:
        """The terms that begin so, the frequent first."""
        return [term for term, _ in _checked(self.searcher.terms_with_prefix, field, start, None, limit)]

    def rarest(self, counts: Mapping[str, int], most: int) -> dict[str, int]:
        """Those terms that tell most of a text: often in it, and in few papers."""
        searcher = self.searcher

        def telling(term: str) -> float:
            return counts[term] * math.log(searcher.num_docs / (1 + _checked(searcher.doc_freq, "text", term)) + 1)

        return {term: counts[term] for term in sorted(counts, key=telling, reverse=True)[:most]}

    def has_terms(self, terms: Iterable[str]) -> bool:
        """Whether each of these is in some paper."""
        return all(_checked(self.searcher.doc_freq, "text", term) for term in terms)


def finish(writer: IndexWriter) -> None:
    """Give up the right to write, once what is being merged is merged."""
    with suppress(IndexFailed):  # what failed was told by the commit
        _checked(writer.wait_merging_threads)


def open_index(root: Path | None) -> WordIndex:
    """The newest generation that can be read, or an empty one; in memory when the folder can't be written."""
    if root is None:
        return WordIndex(None)
    for folder in reversed(_generations(root)):
        try:
            if (folder / READY).exists() and not damage(folder):
                return WordIndex(folder)
        except IndexFailed as error:
            log.warning("search index %s can't be read and is made again: %s", folder.name, error)
    try:
        return complete_generation(new_generation(root))
    except (OSError, IndexFailed) as error:
        log.warning("search index is kept in memory: %s can't be written: %s", root, error)
        return WordIndex(None)


def newer_than(index: WordIndex) -> bool:
    """Whether another process has made a newer generation, or removed this one."""
    if index.folder is None:
        return False
    ready = [folder for folder in _generations(index.folder.parent) if (folder / READY).exists()]
    return bool(ready) and ready[-1] != index.folder


def new_generation(root: Path) -> WordIndex:
    """An empty generation that doesn't answer yet; one that was begun and not finished goes on."""
    known = _generations(root)
    if known and not (known[-1] / READY).exists() and _generation(known[-1])[0] == FORMAT:
        try:
            return WordIndex(known[-1])
        except IndexFailed:
            shutil.rmtree(known[-1])
    number = _generation(known[-1])[1] + 1 if known else 1
    folder = root / f"{FORMAT}-{number}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700)
    return WordIndex(folder)


def complete_generation(index: WordIndex) -> WordIndex:
    """Let a generation answer from now on, and remove those before it."""
    if index.folder is not None:
        (index.folder / READY).touch(mode=0o600)
        for folder in _generations(index.folder.parent):
            if folder != index.folder:
                shutil.rmtree(folder, ignore_errors=True)
    return index


def damage(folder: Path) -> str:
    """The name of a file of the index that isn't as it was written; empty when all are.

    Each file ends with a checksum of what is before; a merge by another process may remove files meanwhile.
    """
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        names = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    except FileNotFoundError:
        return ""
    except (ValueError, KeyError, TypeError):
        return "meta.json"
    for file in folder.iterdir():
        if file.name.partition(".")[0] in names and not _is_whole(file):
            return file.name
    return ""


def _is_whole(file: Path) -> bool:
    try:
        raw = file.read_bytes()
        length, _ = struct.unpack("<II", raw[-8:])
        return bool(json.loads(raw[-8 - length : -8])["crc"] == zlib.crc32(memoryview(raw)[: -8 - length]))
    except FileNotFoundError:
        return True
    except (OSError, ValueError, KeyError, struct.error):
        return False


def _generations(root: Path) -> list[Path]:
    return sorted((folder for folder in root.glob("*-*") if folder.is_dir()), key=lambda one: _generation(one)[1])


def _generation(folder: Path) -> tuple[int, int]:
    """Its format and its number."""
    format, _, number = folder.name.partition("-")
    return (int(format), int(number)) if format.isdecimal() and number.isdecimal() else (0, 0)


def _open(folder: Path | None) -> Index:
    index = Index(SCHEMA, path=str(folder) if folder else None)
    index.config_reader("manual")
    index.register_tokenizer("terms", TERMS)
    return index


def _entry(change: PaperChange) -> Document:
    paper = change.paper
    if paper is None:
        return Document(id=change.id, change=change.seq)
    title, authors = _terms(paper.title), index_text("\n".join(paper.authors))
    texts = (title, _terms(paper.abstract or paper.offered_summary), _terms("\n".join(paper.keywords)), authors)
    dated = {"published": _order(paper)} if paper.published else {}
    return Document(
        id=paper.id,
        text=[text for text in texts if text],
        title=title,
        authors=authors,
        facet=_facets(paper),
        upvotes=paper.counts.upvotes,
        change=change.seq,
        **dated,
    )


def _terms(text: str) -> str:
    """What a text is found by, and the long forms of acronyms in it."""
    terms = index_text(text)
    return " ".join([terms, *concepts_in(terms.split())])


def _order(paper: Paper) -> int:
    """When a paper was published, then the later id first."""
    digits = int("".join(filter(str.isdecimal, paper.id))[-6:] or 0)
    return (int(paper.published.timestamp()) << DATE_SHIFT) + digits if paper.published else 0


def _facets(paper: Paper) -> list[str]:
    """Categories with their archives (`cs.CL` is in `cs` too), sources, and the words of a lab's name."""
    names = [category.casefold() for category in paper.categories]
    facets = [PAPER, *(f"category:{name}" for name in _with_archives(names))]
    facets += [f"main:{name}" for name in _with_archives(names[:1])]
    facets += star_facets(paper.counts.stars) + ([CODE] if paper.links.code else [])
    facets += [f"source:{source.casefold()}" for source in sorted(paper.sources)]
    return facets + [f"lab:{word}" for word in lab_words(paper.organization)]


def _with_archives(categories: Sequence[str]) -> list[str]:
    return sorted({*categories, *(name.partition(".")[0] for name in categories)})


def _id(searcher: Searcher, address: DocAddress) -> PaperId:
    return str(_checked(searcher.doc, address).get_first("id"))


def _checked(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a call to tantivy. What it finds wrong in its files is a `ValueError`, or a panic of its thread."""
    try:
        return work(*args, **kwargs)
    except Exception as error:
        raise IndexFailed(f"The search index failed: {error}.", "It is made again from the database.") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexFailed(f"The search index is damaged: {error}.", "It is made again from the database.") from error
