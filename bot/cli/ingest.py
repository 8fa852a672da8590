"""`paperboy ingest`."""

from collections import Counter
from pathlib import Path

import click

from bot.app.build import Library, open_library
from bot.cli.group import console, emit, json_option, opens
from bot.cli.progress import progress
from bot.errors import SourceError
from bot.ingest.ingester import Ingester
from bot.papers.model import Rejected
from bot.sources.files import read_papers
from bot.store.records import StoreCounts
from bot.views.formatting import plural

MAX_NAMED_REJECTIONS = 10  # rejected records; the rest are counted by reason


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--vectors/--no-vectors", default=True, help="Embed them for semantic search too (takes longer).")
@json_option
@opens(open_library)
async def ingest(library: Library, paths: tuple[Path, ...], vectors: bool, as_json: bool) -> None:
    """Add papers from files or folders. Daily Papers and search responses of Hugging Face, or JSON lines."""
    stored, rejected, failed = await _read_files(library, paths)
    with progress("Indexing papers") as advance:
        await library.search.update_index(advance)
    embedded = 0
    if vectors:
        with progress("Embedding papers (keyword search works already)") as advance:
            embedded = await library.search.embed_missing(on_progress=advance)
    counts = {
        "new": stored.new,
        "changed": stored.changed,
        "unchanged": stored.unchanged,
        "rejected": len(rejected),
        "vectors": embedded,
        "papers": await library.store.papers.count_papers(),
    }
    if as_json:
        emit(counts | {"reasons": [{"where": r.where, "id": r.id, "reason": r.reason} for r in rejected]})
    else:
        _print(counts, rejected)
    if failed:
        raise SourceError("; ".join(failed), "Everything that could be read was stored.")


async def _read_files(library: Library, paths: tuple[Path, ...]) -> tuple[StoreCounts, list[Rejected], list[str]]:
    """Read all files; one that can't be read doesn't stop the others."""
    ingester = Ingester(library.store.papers, (), library.clock)
    stored, rejected, failed = StoreCounts(), list[Rejected](), list[str]()
    with progress("Reading papers") as advance:
        for path in paths:
            try:
                for batch in read_papers(path):
                    stored += await ingester.store_batch(batch)
                    rejected += batch.rejected
                    advance(stored.new + stored.changed + stored.unchanged, None)
            except SourceError as error:
                failed.append(str(error))
    return stored, rejected, failed


def _print(counts: dict[str, int], rejected: list[Rejected]) -> None:
    console.print(
        f"{plural(counts['new'], 'paper')} new, {counts['changed']:,} changed, {counts['unchanged']:,} unchanged,"
        f" {counts['rejected']:,} rejected; {plural(counts['papers'], 'paper')} in all."
    )
    for record in rejected[:MAX_NAMED_REJECTIONS]:
        console.print(f"  rejected {record.where} {record.id}: {record.reason}", markup=False)
    for reason, count in Counter(r.reason for r in rejected[MAX_NAMED_REJECTIONS:]).most_common():
        console.print(f"  rejected {plural(count, 'more record')}: {reason}", markup=False)
