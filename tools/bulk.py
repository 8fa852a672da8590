"""Reads every feed and file of papers in a folder, as Paperboy would, and prints what came of it.

    python tools/bulk.py FOLDER [--show REASON]

Files that begin with `<` are read as feeds, those that begin with `{` or `[` as files of papers; others are counted and
passed over. Printed: files, entries, rejected entries and files by reason, errors that Paperboy doesn't raise on
purpose, and the slowest file. `--show` names the files whose reason contains a word.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from bot.errors import SourceError
from bot.sources import feeds
from bot.sources.feed_document import decode
from bot.sources.feeds import parse_feed
from bot.sources.files import read_papers
from bot.sources.page import FetchedPage
from bot.sources.source import Batch

VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|\S*/\S+|\d+")  # of a reason: what differs from file to file


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--show", default="", metavar="REASON")
    asked = options.parse_args()
    feeds.MAX_ENTRY_AGE = timedelta(days=80_000)  # entries of any year
    counts, reasons, slowest = Counter[str](), Counter[str](), (0.0, "")
    for file in sorted(path for path in asked.folder.rglob("*") if path.is_file()):
        began = time.process_time()
        for reason in _read(file, counts):
            reasons[VALUES.sub("…", reason)] += 1
            if asked.show and asked.show in reason:
                print(f"{file}: {reason}")
        slowest = max(slowest, (time.process_time() - began, str(file.relative_to(asked.folder))))
    print(*(f"{count:8} {name}" for name, count in sorted(counts.items())), sep="\n")
    print(*(f"{count:8} rejected: {reason}" for reason, count in reasons.most_common(40)), sep="\n")
    print(f"{slowest[0]:8.2f} s for the slowest file, {slowest[1]}")


def _read(file: Path, counts: Counter[str]) -> list[str]:
    """Count what a file holds; the reasons of what was rejected."""
    head = file.read_bytes()[:2_000]
    reasons: list[str] = []
    try:
        if decode(head, "").lstrip()[:1] == "<":
            counts["feeds"] += 1
            batches = [parse_feed(_page(file), date(2100, 1, 1), "feed:bulk")]
        elif head.lstrip()[:1] in {b"{", b"["} or head[:2] == b"\x1f\x8b":
            counts["files of papers"] += 1
            batches = list(read_papers(file))
        else:
            counts["other files"] += 1
            batches = [Batch()]
        for batch in batches:
            counts["entries"] += len(batch.listings)
            counts["rejected entries"] += len(batch.rejected)
            reasons += [rejected.reason for rejected in batch.rejected]
    except SourceError as error:
        counts["rejected files"] += 1
        reasons.append(f"(file) {error}")
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        counts["CRASHES"] += 1
        reasons.append(f"(crash) {type(error).__name__}: {error} in {file}")
    return reasons


def _page(file: Path) -> FetchedPage:
    return FetchedPage(url=f"https://bulk.example/{file.name}", body=file.read_bytes(), content_type="application/xml")


if __name__ == "__main__":
    main()
