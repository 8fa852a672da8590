"""`paperboy summarize`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from bot.cli.group import asynchronous, config_option, console, settings
from bot.cli.progress import progress
from bot.config import Settings
from bot.errors import ConfigError, ModelError
from bot.papers.model import Paper
from bot.sources.files import read_papers
from bot.summaries import LanguageModel, check, extract, open_language_model, without_instructions
from bot.views.formatting import plural


@click.command()
@click.option("--in", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["auto", "extract", "claude"]), default="auto", show_default=True)
@config_option
@asynchronous
async def summarize(source: Path, target: Path, engine: str, config: Path | None) -> None:
    """Write a one-sentence summary for each paper of a file. JSON lines {id, title, abstract}."""
    writer = _writer(settings(config), engine)
    done = rejected = 0
    try:
        with target.open("wb") as out, progress("Summarizing") as advance:
            for batch in read_papers(source):
                rejected += len(batch.rejected)
                for listing in batch.listings:
                    await _summarize(listing.paper, writer, out, must_write=engine == "claude")
                    done += 1
                    advance(done, None)
    finally:
        if writer:
            await writer.aclose()
    console.print(f"{plural(done, 'paper')} summarized, {plural(rejected, 'record')} rejected.")


async def _summarize(paper: Paper, writer: LanguageModel | None, out: BinaryIO, *, must_write: bool) -> None:
    paper = without_instructions(paper)
    summary, provenance = extract(paper), "extract"
    if writer:
        try:
            written, failures = await _written(writer, paper)
        except ModelError as error:
            if must_write:
                raise
            console.print(str(error), markup=False)
        else:
            if must_write or not failures:
                summary, provenance = written, "claude"
    record = {
        "id": paper.id,
        "summary": summary,
        "provenance": provenance,
        "check": check(summary, paper, meaning=provenance != "extract") if summary else (),
    }
    out.write(msgspec.json.encode(record) + b"\n")


async def _written(writer: LanguageModel, paper: Paper) -> tuple[str, tuple[str, ...]]:
    """A summary and the problems that the check found; a summary with problems is written a second time."""
    summary = await writer.write(paper, "en")
    if failures := check(summary, paper):
        summary = await writer.write(paper, "en", failures)
    return summary, check(summary, paper)


def _writer(settings: Settings, engine: str) -> LanguageModel | None:
    options = settings.summaries
    if engine == "extract":
        return None
    if engine == "claude" and not options.api_key:
        raise ConfigError("There is no API key for Claude.", "Set ANTHROPIC_API_KEY, or use --engine extract.")
    return open_language_model(options.api_key, options.model, options.url)
