"""Papers from files: recorded Daily Papers answers, search pages, and JSON lines.

- `2024-05-27.json[.gz]`: an answer of `/api/daily_papers`; the day is in the name, or in each record.
- `searches.json`: `{page: [{title, abstract}, …]}`; such a paper is known by its title.
- `*.jsonl[.gz]`: `{id, title, abstract, …}` a line, with `authors`, `categories`, `date` or `published` if known.
  An id that is no arXiv id is kept as it stands, so that other files can refer to it.

A folder is read file by file, in order of name.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from bot.errors import Malformed, SourceError
from bot.papers.ids import arxiv_id, title_id
from bot.papers.model import Links, Listing, Paper, Rejected
from bot.papers.text import readable
from bot.sources.fields import arxiv_links, parse_datetime, web_address
from bot.sources.huggingface import parse_listings
from bot.sources.source import Batch

NAME = "files"
LINES_PER_BATCH = 1_000  # lines a batch
MAX_JSON_BYTES = 500_000_000  # of one JSON answer, unpacked
BOM = b"\xef\xbb\xbf"
FILE_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Line(Struct):
    id: str | int
    title: str
    abstract: str | None = None
    authors: list[str] | str | None = None
    categories: list[str] | str | None = None
    date: str | None = None
    published: str | None = None
    url: str | None = None


class _Found(Struct):
    title: str
    abstract: str | None = None
    id: str | None = None


def read_papers(path: Path) -> Iterator[Batch]:
    """All batches of a file or folder; raises `SourceError` where a file can't be read further.

    Of a folder, every file that can be read is read before the error is raised.
    """
    if not path.is_dir():
        yield from _file(path)
        return
    files = [file for file in sorted(path.iterdir()) if file.name.endswith(FILE_ENDINGS)]
    if not files:
        raise Malformed(f"{path} holds no papers.", f"Files end in {', '.join(FILE_ENDINGS)}.")
    failed: list[str] = []
    for file in files:
        try:
            yield from _file(file)
        except SourceError as error:
            failed.append(str(error))
    if failed:
        raise Malformed(" ".join(failed))


def _file(file: Path) -> Iterator[Batch]:
    try:
        yield from _lines(file) if ".jsonl" in file.name else _answers(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Malformed(
            f"{file.name} is damaged gzip ({error}).", "What came before was kept; fetch it again."
        ) from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{file.name} is not UTF-8 ({error.reason}).", "Convert it to UTF-8.") from error
    except OSError as error:
        raise Malformed(f"{file.name} can't be read: {error.strerror or error}.") from error


def _answers(file: Path) -> Iterator[Batch]:
    raw = _unpacked(file)
    if not raw.strip():
        raise Malformed(f"{file.name} is empty.")
    try:
        answer: Any = msgspec.json.decode(raw.removeprefix(BOM))
    except msgspec.DecodeError as error:
        what = "HTML" if raw.lstrip()[:1] == b"<" else f"broken JSON ({error})"
        raise Malformed(f"{file.name} holds {what} where JSON was expected.", "Fetch it again.") from error
    if isinstance(answer, dict) and answer and all(isinstance(page, list) for page in answer.values()):
        for name, page in answer.items():
            yield _search_page(page, f"{file.name}:{name}", _day_of(file))
    else:
        yield parse_listings(answer, _named_day(file), file.name)


def _unpacked(file: Path) -> bytes:
    with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as opened:
        raw = opened.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise Malformed(
            f"{file.name} holds more than {MAX_JSON_BYTES // 1_000_000} MB.", "Split it, or use JSON lines."
        )
    return raw


def _search_page(page: list[Any], where: str, day: date) -> Batch:
    listings, rejected = list[Listing](), list[Rejected]()
    for number, entry in enumerate(page):
        try:
            found = msgspec.convert(entry, _Found)
            if not found.title.strip():
                raise ValueError("title is empty")
            listings.append(Listing(paper=_titled(found), source=NAME, day=day))
        except (msgspec.ValidationError, ValueError) as error:
            rejected.append(Rejected(where=f"{where}[{number}]", reason=str(error)))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def _titled(found: _Found) -> Paper:
    known = arxiv_id(found.id) if found.id else None
    return _paper(
        known[0] if known else title_id(found.title),
        found.title,
        found.abstract or "",
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(),
    )


def _lines(file: Path) -> Iterator[Batch]:
    listings, rejected = list[Listing](), list[Rejected]()
    day = _day_of(file)
    with gzip.open(file) if file.name.endswith(".gz") else file.open("rb") as lines:
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    listings.append(_listing(msgspec.json.decode(line.removeprefix(BOM), type=_Line), day))
                except (msgspec.DecodeError, ValueError) as error:
                    rejected.append(Rejected(where=f"{file.name}:{number}", reason=str(error)[:200]))
                if len(listings) + len(rejected) >= LINES_PER_BATCH:
                    yield Batch(listings=tuple(listings), rejected=tuple(rejected))
                    listings, rejected = [], []
        except (EOFError, zlib.error, gzip.BadGzipFile):  # what came before the damage is kept
            yield Batch(listings=tuple(listings), rejected=tuple(rejected))
            raise
    yield Batch(listings=tuple(listings), rejected=tuple(rejected))


def _listing(line: _Line, day: date) -> Listing:
    raw = str(line.id).strip()
    if not raw or not line.title.strip():
        raise ValueError("id or title is empty")
    known = arxiv_id(raw)
    published = parse_datetime(line.published) or parse_datetime(line.date)
    paper = _paper(
        known[0] if known else raw,
        line.title,
        line.abstract or "",
        authors=tuple(readable(author) for author in _split(line.authors, ", ")),
        version=(known[1] if known else None) or 1,
        published=published,
        categories=tuple(_split(line.categories, None)),
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(page=web_address(line.url)),
    )
    return Listing(paper=paper, source=NAME, day=published.date() if published else day)


def _split(given: list[str] | str | None, at: str | None) -> list[str]:
    return given.split(at) if isinstance(given, str) else given or []


def _paper(id: str, title: str, abstract: str, **more: Any) -> Paper:
    shown, told = readable(title), readable(abstract)
    return Paper(
        id=id,
        title=shown,
        abstract=told,
        title_source=title if title != shown else "",
        abstract_source=abstract if abstract != told else "",
        sources=frozenset({NAME}),
        **more,
    )


def _named_day(file: Path) -> date | None:
    found = _DAY.search(file.name)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _day_of(file: Path) -> date:
    """The day in the file's name, else the day it was written: the same each time it is read."""
    return _named_day(file) or datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
