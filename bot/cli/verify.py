"""`paperboy verify`."""

from pathlib import Path

import click
import msgspec
from msgspec import Struct

from bot.cli.group import console
from bot.papers.model import Paper
from bot.summaries import check, without_instructions
from bot.views.formatting import plural


class Claim(Struct, frozen=True):
    """A line of the input: a paper and a sentence about it."""

    id: str
    title: str
    abstract: str
    line: str


class Verdict(Struct, frozen=True):
    """A line of the output: whether the sentence passed, and its problems."""

    id: str
    ok: bool
    problems: tuple[str, ...]


@click.command()
@click.option("--in", "source", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "target", required=True, type=click.Path(dir_okay=False, path_type=Path))
def verify(source: Path, target: Path) -> None:
    """Check summaries against their abstracts. JSON lines {id, title, abstract, line} → {id, ok, problems}."""
    passed = failed = rejected = 0
    with source.open("rb") as lines, target.open("wb") as out:
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            try:
                claim = msgspec.json.decode(text, type=Claim)
            except msgspec.MsgspecError as error:
                rejected += 1
                console.print(f"{source.name}:{number} can't be read: {error}.", markup=False)
                continue
            paper = Paper(id=claim.id, title=claim.title, abstract=claim.abstract)
            problems = check(claim.line, without_instructions(paper))
            passed, failed = passed + (not problems), failed + bool(problems)
            out.write(msgspec.json.encode(Verdict(id=claim.id, ok=not problems, problems=problems)) + b"\n")
    console.print(f"{plural(passed, 'line')} passed, {failed} failed, {rejected} could not be read.")
