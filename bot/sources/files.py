"""Papers from files: recorded Daily Papers answers, search pages, and JSON lines.

- `2024-05-27.json[.gz]`: an answer of `/api/daily_papers`; the day is in the name, or in each record.
- `searches.json`: `{page: [{title, abstract}, …]}`; such a paper is known by its title.
- JSON lines: `{id, title, abstract, …}` a line, with `authors`, `categories`, `date` or `published`, `url` if known.
  An id that isn't an arXiv id is kept as it is, so that other files can refer to it.

What a file holds, and whether it is compressed, is told by its content. A folder is read in order of file names.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from bot.errors import Malformed, SourceError
from bot.papers.model import Listing, Rejected
from bot.sources.file_records import NAME, FileLine, FoundPaper, line_listing, titled_paper
from bot.sources.huggingface import parse_listings
from bot.sources.source import Batch

LINES_PER_BATCH = 1_000
MAX_JSON_BYTES = 500_000_000  # of one JSON answer, unpacked
MAX_LINE_BYTES = 10_000_000
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
FILE_ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")  # of a folder, others only where they look like JSON
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
            found = msgspec.convert(entry, FoundPaper)
            if not found.title.strip():
                raise ValueError("title is empty")
            listings.append(Listing(paper=titled_paper(found), source=NAME, day=day))
        except (msgspec.ValidationError, ValueError) as error:
            rejected.append(Rejected(where=f"{where}[{number}]", reason=str(error)))
    return Batch(listings=tuple(listings), rejected=tuple(rejected))


def _lines(file: Path) -> Iterator[Batch]:
    listings, rejected = list[Listing](), list[Rejected]()
    day = _day_of(file)
    with _open(file) as lines:
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    listings.append(line_listing(msgspec.json.decode(line.removeprefix(BOM), type=FileLine), day))
                except (msgspec.DecodeError, ValueError) as error:
                    rejected.append(Rejected(where=f"{file.name}:{number}", reason=str(error)[:200]))
                if len(listings) + len(rejected) >= LINES_PER_BATCH:
                    yield Batch(listings=tuple(listings), rejected=tuple(rejected))
                    listings, rejected = [], []
        except (EOFError, zlib.error, gzip.BadGzipFile):  # what came before the damage is kept
            yield Batch(listings=tuple(listings), rejected=tuple(rejected))
            raise
    yield Batch(listings=tuple(listings), rejected=tuple(rejected))


def _named_day(file: Path) -> date | None:
    found = _DAY.search(file.name)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _day_of(file: Path) -> date:
    """The day in the file's name, else the day it was written: the same each time it is read."""
    return _named_day(file) or datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
