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
    """One line for each paper of a file of JSON lines {id, title, abstract}."""
    writer = _writer(settings(config), engine)
    done = refused = 0
    try:
        with target.open("wb") as out, progress("Summarizing") as advance:
            for batch in read_papers(source):
                refused += len(batch.rejected)
                for listing in batch.listings:
                    await _one(listing.paper, writer, out, must=engine == "claude")
                    done += 1
                    advance(done, None)
    finally:
        if writer:
            await writer.aclose()
    console.print(f"{plural(done, 'paper')} summarized, {plural(refused, 'record')} refused.")


async def _one(paper: Paper, writer: LanguageModel | None, out: BinaryIO, *, must: bool) -> None:
    paper = without_instructions(paper)
    line, provenance = extract(paper), "extract"
    if writer:
        try:
            written, failures = await _written(writer, paper)
        except ModelError as error:
            if must:
                raise
            console.print(str(error), markup=False)
        else:
            if must or not failures:
                line, provenance = written, "claude"
    record = {"id": paper.id, "summary": line, "provenance": provenance, "check": check(line, paper) if line else ()}
    out.write(msgspec.json.encode(record) + b"\n")


async def _written(writer: LanguageModel, paper: Paper) -> tuple[str, tuple[str, ...]]:
    """A line, asked for once more where it fails."""
    line = await writer.write(paper, "en")
    if failures := check(line, paper):
        line = await writer.write(paper, "en", failures)
    return line, check(line, paper)


def _writer(settings: Settings, engine: str) -> LanguageModel | None:
    wanted = settings.summaries
    if engine == "extract":
        return None
    if engine == "claude" and not wanted.api_key:
        raise ConfigError("There is no key for Claude.", "Set ANTHROPIC_API_KEY, or use --engine extract.")
    return open_language_model(wanted.api_key, wanted.model, wanted.url)
