"""Papers from files: recorded Daily Papers answers, search pages, and JSON lines.

- `2024-05-27.json[.gz]`: an answer of `/api/daily_papers`; the day is in the name, or in each record.
- `searches.json`: `{page: [{title, abstract}, …]}`; such a paper is known by its title.
- JSON lines: `{id, title, abstract, …}` a line, with `authors`, `categories`, `date` or `published`, `url` if known.
  An id that isn't an arXiv id is kept as it is, so that other files can refer to it.

What a file holds, and whether it is compressed, is told by its content. A folder is read in order of file names.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from bot.errors import Malformed, SourceError
from bot.papers.authors import Author, authors_from, names_and_affiliations, single_author, split_authors
from bot.papers.ids import arxiv_id, title_id
from bot.papers.model import Links, Listing, Paper, Rejected
from bot.papers.text import label, readable
from bot.papers.withdrawal import is_withdrawn
from bot.sources.fields import arxiv_links, labels, parse_date, text_or_empty, web_address
from bot.sources.huggingface import parse_listings
from bot.sources.source import Batch

NAME = "files"
LINES_PER_BATCH = 1_000
MAX_JSON_BYTES = 500_000_000  # of one JSON answer, unpacked
MAX_LINE_BYTES = 10_000_000
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
FILE_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")  # of a folder, others only where they look like JSON
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Line(Struct):
    id: str | int
    title: str
    abstract: str | None = None
    authors: list[str | dict[str, Any]] | str | None = None
    categories: list[str] | str | None = None
    date: str | None = None
    published: str | None = None
    url: str | None = None
    comment: Any = None  # the authors', as on arXiv: it may say that the paper is withdrawn


class _Found(Struct):
    title: str
    abstract: str | None = None
    id: str | None = None


def read_papers(path: Path) -> Iterator[Batch]:
    """All batches of a file or folder; raises `SourceError` where a file can't be read further.

    In a folder, every file that can be read is read before the error is raised.
    """
    if not path.is_dir():
        yield from _file(path)
        return
    files = [file for file in sorted(path.iterdir()) if file.name.endswith(FILE_ENDINGS) or _looks_like_json(file)]
    if not files:
        raise Malformed(f"{path} holds no papers.", f"Put files of JSON into it ({', '.join(FILE_ENDINGS)}).")
    errors: list[str] = []
    for file in files:
        try:
            yield from _file(file)
        except SourceError as error:
            errors.append(str(error))
    if errors:
        raise Malformed(" ".join(errors))


def _file(file: Path) -> Iterator[Batch]:
    try:
        yield from _lines(file) if _holds_lines(file) else _answers(file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Malformed(
            f"{file.name} is damaged gzip ({error}).", "What came before was kept; fetch it again."
        ) from error
    except UnicodeDecodeError as error:
        raise Malformed(f"{file.name} is not UTF-8 ({error.reason}).", "Convert it to UTF-8.") from error
    except OSError as error:
        raise Malformed(f"{file.name} can't be read: {error.strerror or error}.") from error


def _open(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        is_packed = raw.read(2) == GZIP or file.name.endswith(".gz")
    return gzip.open(file) if is_packed else file.open("rb")  # type: ignore[return-value]


def _holds_lines(file: Path) -> bool:
    """Whether each line is a record: the first is a whole object, and not one of search pages."""
    with _open(file) as opened:
        first = next((line for _ in range(1_000) if (line := opened.readline(MAX_LINE_BYTES)).strip() or not line), b"")
        rest = opened.read(1)
    try:
        record: Any = msgspec.json.decode(first.removeprefix(BOM))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ".jsonl" in file.name or (first.lstrip()[:1] == b"{" and first.rstrip()[-1:] == b"}")
    if isinstance(record, dict):
        return bool(rest) or not record or not all(isinstance(page, list) for page in record.values())
    return ".jsonl" in file.name


def _looks_like_json(file: Path) -> bool:
    try:
        if not file.is_file() or file.name.startswith("."):
            return False
        with _open(file) as opened:
            return opened.read(64).removeprefix(BOM).lstrip()[:2] in {b'{"', b"[{", b"{\n", b"[\n", b"{ ", b"[ "}
    except (OSError, EOFError, zlib.error):
        return False


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
    with _open(file) as opened:
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
    with _open(file) as lines:
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
    raw = label(str(line.id))
    if not raw or not line.title.strip():
        raise ValueError(f"{'title' if raw else 'id'} is empty")
    known = arxiv_id(raw)
    published = _dated("published", line.published) or _dated("date", line.date)
    names, affiliations = names_and_affiliations(_authors(line.authors))
    paper = _paper(
        known[0] if known else raw,
        line.title,
        line.abstract or "",
        authors=names,
        affiliations=affiliations,
        version=(known[1] if known else None) or 1,
        published=published,
        categories=labels(line.categories),
        withdrawn=is_withdrawn(line.abstract or "", text_or_empty(line.comment)),
        links=arxiv_links(known[0].removeprefix("arxiv:")) if known else Links(page=web_address(line.url)),
    )
    return Listing(paper=paper, source=NAME, day=published.date() if published else day)


def _dated(field: str, raw: str | None) -> datetime | None:
    if not raw or not raw.strip():
        return None
    if (at := parse_date(raw)) is None:
        raise ValueError(f"{field} {raw[:40]!r} can't be read: write it as 2026-06-30")
    return at


def _authors(raw: list[str | dict[str, Any]] | str | None) -> tuple[Author, ...]:
    """Authors of a line: one text for all, or a list of names, or of objects with `name` and perhaps `affiliation`."""
    if isinstance(raw, str):
        return split_authors(raw)
    if not raw:
        return ()
    if all(isinstance(one, str) for one in raw):
        return authors_from(map(str, raw)) if len(raw) > 1 else tuple(map(single_author, map(str, raw)))
    found = (one if isinstance(one, dict) else {"name": one} for one in raw)
    authors = (Author(single_author(str(one.get("name", ""))).name, label(one.get("affiliation"))) for one in found)
    return tuple(author for author in authors if author.name)


def _paper(id: str, title: str, abstract: str, **more: Any) -> Paper:
    shown_title, shown_abstract = readable(title), readable(abstract)
    return Paper(
        id=id,
        title=shown_title,
        abstract=shown_abstract,
        title_source=title if title != shown_title else "",
        abstract_source=abstract if abstract != shown_abstract else "",
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
