"""Brings the catalogues up to date with the texts in the code: `make texts`, or `python tools/catalogues.py [--check]`.

New texts are added without a translation, texts that are no longer used are removed, and what is missing is counted.
With `--check` nothing is written, and the exit status says whether anything is missing.
"""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.commands.help import EXAMPLES_IN_WORDS, FILTERS, GROUPS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "bot" / "languages"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
DATED = (b'"POT-', b'"PO-', b'"Last-', b'"Generated', b'"Report', b'"Project', b'"Language-Team')  # differ by run
KEYWORDS = {"tr": None, "tr_parts": None, "mark": None, "tr_count": (1, 2)}


def template() -> Catalog:
    """All texts of the code, with the files that use them."""
    catalog = Catalog(project="Paperboy", fuzzy=False)
    for room in ("bot", "adapters"):
        found = extract_from_dir(ROOT / room, METHODS, keywords=KEYWORDS, comment_tags=("translators:",))
        for file, line, message, comments, context in sorted(found, key=lambda item: item[:2]):
            catalog.add(message, None, [(f"{room}/{file}", line)], auto_comments=comments, context=context)
    for message in (*GROUPS, *EXAMPLES_IN_WORDS.values(), *FILTERS.values()):
        catalog.add(message, None, [("bot/commands/help.toml", 0)])
    return catalog


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=path.stem)


def missing(catalog: Catalog, texts: Catalog) -> list[Message]:
    """The texts that a catalogue has no translation of; each plural form counts."""
    return [text for text in texts if text.id and not _is_translated(catalog, text)]


def _is_translated(catalog: Catalog, text: Message) -> bool:
    known = catalog.get(text.id, text.context)
    if known is None or known.fuzzy:
        return False
    return all(known.string) if isinstance(known.string, list | tuple) else bool(known.string)


def update(path: Path, texts: Catalog) -> int:
    """Write the catalogue with today's texts; returns how many it lacks."""
    catalog = read_catalogue(path)
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    lines = written.getvalue().splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(DATED)))
    return len(missing(catalog, texts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    texts, lacking = template(), 0
    for path in sorted(FOLDER.glob("*.po")):
        count = len(missing(read_catalogue(path), texts)) if check else update(path, texts)
        print(f"{path.stem}: {len(texts)} texts, {count} missing")
        lacking += count
    sys.exit(bool(lacking) and check)


if __name__ == "__main__":
    main()
