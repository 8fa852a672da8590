"""`paperboy search`, `paperboy similar`."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from bot.app.build import Library, open_library
from bot.cli.group import clock, configured, console, emit, json_option
from bot.cli.progress import progress
from bot.config import Settings
from bot.errors import AskError, IndexFailed, Malformed
from bot.papers.ids import paper_id
from bot.papers.model import Paper
from bot.search import Mode, Results
from bot.views.card import byline


class Question(Struct, frozen=True):
    """One query of a file of queries."""

    id: str | int
    text: str


@click.command()
@click.argument("query", nargs=-1)
@click.option(
    "--queries", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Queries as JSON lines {id,text}."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--mode", type=click.Choice([m.name.lower() for m in Mode]), default="hybrid", show_default=True)
@json_option
@configured
async def search(
    options: Settings, query: tuple[str, ...], queries: Path | None, limit: int, mode: str, as_json: bool
) -> None:
    """Search papers by words and by meaning."""
    if bool(query) == bool(queries):
        raise click.UsageError("Give a QUERY, or --queries FILE.")
    async with open_library(options, clock()) as library:
        await _load(library)
        if queries:
            for question in _questions(queries):
                found = await library.search.find_papers(question.text, limit=limit, mode=Mode[mode.upper()])
                emit({"query_id": question.id, "results": [{"id": h.id, "score": h.score} for h in found.hits]})
            return
        found = await library.search.find_papers(" ".join(query), limit=limit, mode=Mode[mode.upper()])
        await _show(library, found, as_json=as_json)


@click.command()
@click.argument("papers", nargs=-1)
@click.option("--text", help="A paragraph instead of papers, for example an abstract.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@json_option
@configured
async def similar(options: Settings, papers: tuple[str, ...], text: str | None, limit: int, as_json: bool) -> None:
    """Find papers similar to PAPERS (ids or addresses), or to a text."""
    if bool(papers) == bool(text):
        raise click.UsageError("Give one or more PAPERS, or --text.")
    async with open_library(options, clock()) as library:
        await _load(library)
        ids = [paper_id(paper) for paper in papers]
        stored = await library.store.papers.get_papers(ids)
        if missing := [paper for id, paper in zip(ids, papers, strict=True) if id not in stored]:
            raise AskError(f"I don't know the paper {missing[0]!r}.", "To add papers: paperboy ingest FILE")
        search = library.search
        found = await (
            search.similar_to_text(text, limit=limit) if text else search.similar_to_papers(ids, limit=limit)
        )
        await _show(library, found, as_json=as_json)


async def _load(library: Library) -> None:
    """Take up what other processes have stored."""
    await library.search.load_new_vectors()
    with progress("Indexing papers") as advance, suppress(IndexFailed):  # a search says what it lacks
        await library.search.update_index(advance)


async def _show(library: Library, found: Results, *, as_json: bool) -> None:
    papers = await library.store.papers.get_papers([hit.id for hit in found.hits])
    if found.notice:
        console.print(found.notice, markup=False)
    for rank, hit in enumerate(found.hits, 1):
        paper = papers[hit.id]
        if as_json:
            emit({"id": hit.id, "title": paper.title, "score": hit.score, "why": hit.why})
        else:
            click.echo(_result(rank, paper, hit.why))
    if not found.hits and not as_json:
        console.print("Nothing found.")


def _result(rank: int, paper: Paper, why: Sequence[str]) -> str:
    reasons = f"\n     {'; '.join(why)}" if why else ""
    return f"{rank:>3}  {paper.title}\n     {byline(paper)}\n     {paper.links.page or paper.id}{reasons}"


def _questions(file: Path) -> Iterator[Question]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield msgspec.json.decode(line, type=Question)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise Malformed(f"{file}, line {number}: {error}.", "Each line must be {id, text}.") from error
