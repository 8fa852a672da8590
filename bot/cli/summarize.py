"""`paperboy summarize`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from msgspec import Struct

from bot.cli.group import clock, configured, console, opened_store
from bot.cli.progress import progress
from bot.config import Settings
from bot.errors import ConfigError, ModelError
from bot.papers.model import Paper
from bot.sources.files import read_papers
from bot.summaries import (
    Budget,
    ClaudeModel,
    SummaryWriter,
    check,
    extract,
    open_language_model,
    without_instructions,
)
from bot.summaries.generation.language_model import RefusedByModel
from bot.views.formatting import plural


class Written(Struct, frozen=True):
    """A line of the output."""

    id: str
    summary: str
    provenance: str
    check: tuple[str, ...]


@click.command()
@click.option("--in", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["auto", "extract", "claude"]), default="auto", show_default=True)
@configured
async def summarize(options: Settings, source: Path, target: Path, engine: str) -> None:
    """Write a one-sentence summary for each paper of a file. JSON lines {id, title, abstract}.

    Until it is done the lines are in OUT.ENGINE.part; a run that was broken off continues there.
    """
    part = target.with_name(f"{target.name}.{engine}.part")
    before = _finished(part)
    done = rejected = 0
    async with _open_writer(options, engine) as writer:
        with part.open("ab") as out, progress("Summarizing") as advance:
            for paper, failed in _papers(source):
                rejected += failed
                if paper and paper.id not in before:
                    await _summarize(paper, writer, out, must_write=engine == "claude")
                done += paper is not None
                advance(done, None)
    part.replace(target)
    console.print(f"{plural(done, 'paper')} summarized, {plural(rejected, 'record')} rejected.")


def _papers(source: Path) -> Iterator[tuple[Paper | None, int]]:
    """Each paper of a file, and the number of records that can't be read."""
    for batch in read_papers(source):
        yield None, len(batch.rejected)
        yield from ((listing.paper, 0) for listing in batch.listings)


def _finished(part: Path) -> set[str]:
    """The ids in the output of a run that was broken off; its last line is removed if it is cut."""
    if not part.exists():
        return set()
    whole, _, _ = part.read_bytes().rpartition(b"\n")
    lines = whole.splitlines(keepends=True)
    part.write_bytes(b"".join(lines) + (b"\n" if lines else b""))
    return {msgspec.json.decode(line, type=Written).id for line in lines}


async def _summarize(paper: Paper, writer: SummaryWriter | None, out: BinaryIO, *, must_write: bool) -> None:
    paper = without_instructions(paper)
    summary, provenance, problems = extract(paper), "extract", tuple[str, ...]()
    if writer:
        try:
            written, failures = await writer.write(writer.request_for(paper))
        except ModelError as error:
            if must_write and not isinstance(error, RefusedByModel):
                raise
            console.print(f"{paper.id}: {error}", markup=False)
            if must_write:
                summary, provenance, problems = "", "claude", (str(error),)
        else:
            if must_write or not failures:
                summary, provenance = written, "claude"
    if summary:
        problems = check(summary, paper, meaning=provenance != "extract")
    record = Written(id=paper.id, summary=summary, provenance=provenance, check=problems)
    out.write(msgspec.json.encode(record) + b"\n")
    out.flush()


@asynccontextmanager
async def _open_writer(options: Settings, engine: str) -> AsyncIterator[SummaryWriter | None]:
    """The model of the settings, within their budget; None if summaries are taken from the abstracts."""
    model = _model(options, engine)
    if model is None:
        yield None
        return
    async with opened_store(options) as store, aclosing(model):
        yield SummaryWriter(model, Budget(store.costs, options.summaries, clock()))


def _model(options: Settings, engine: str) -> ClaudeModel | None:
    if engine == "claude" and not options.summaries.api_key:
        raise ConfigError("There is no API key for Claude.", "Set ANTHROPIC_API_KEY, or use --engine extract.")
    return None if engine == "extract" else open_language_model(options.summaries)
