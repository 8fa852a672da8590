"""Every text that a person meets follows docs/writing.md: the phrases on its short list are used nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
NEVER = {
    r"\banew\b": "again",
    r"\bby and by\b": "later",
    r"\bstands? still\b": "is paused",
    r"\bof (?:its|their) own accord\b": "automatically",
    r"\bcomes? by itself\b|\bcome by themselves\b": "automatically",
    r"\bis none of (?:it|them|these|those)\b": "isn't one of",
    r"\bthat is the most\b": "the limit is",
    r"\bthat was often enough\b": "Too many requests",
    r"\bgoes on by itself\b": "resumes automatically",
    r"\bShall the\b": "a plain heading",
    r"\bsomebody\b": "someone",
    r"\bnobody(?!'s business)\b": "no one",
    r"\bwhosoever\b|\bwhoever\b": "anyone who",
    r"\bin vain\b": "without success",
    r"\bby and large\b": "mostly",
    r"\bwherefore\b": "so",
    r"\bnot of any\b": "not of a",
    r"\bthis very\b": "this",
    r"\bonce and for all\b": "once",
}


class Text(NamedTuple):
    file: Path
    line: int
    text: str


def literals(file: Path) -> Iterator[Text]:
    """The strings of a module, docstrings included, but the patterns that texts are matched with."""
    tree = ast.parse(file.read_text("utf-8"))
    patterns = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"re.compile", "re.sub", "re.search", "re.match"}
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in patterns:
            yield Text(file, node.lineno, node.value)


def comments(file: Path, mark: str) -> Iterator[Text]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if mark in line:
            yield Text(file, number, line.split(mark, 1)[1])


def whole(file: Path) -> Iterator[Text]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        yield Text(file, number, line)


@cache
def texts() -> tuple[Text, ...]:
    """All of them: code, templates, scripts, settings, documents."""
    return tuple(_texts())


def _texts() -> Iterator[Text]:
    for room in ("bot", "adapters", "tools"):
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from literals(file)
            yield from comments(file, "# ")
        for kind in ("*.html", "*.txt", "*.js"):
            for file in sorted((ROOT / room).rglob(kind)):
                yield from whole(file)
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "config").iterdir(), ROOT / "Makefile"]
    for file in sorted(documents):
        if file.name != "writing.md":  # it names them
            yield from whole(file)


@pytest.mark.parametrize("phrase", NEVER)
def test_no_text_uses(phrase: str) -> None:
    found = [
        f"{text.file.relative_to(ROOT)}:{text.line}: {text.text.strip()[:100]!r} (write {NEVER[phrase]!r})"
        for text in texts()
        if re.search(phrase, text.text, re.IGNORECASE)
    ]
    assert not found, "\n".join(found)


def test_the_texts_are_found() -> None:
    known = {text.file.suffix for text in texts()}
    assert {".py", ".html", ".js", ".md", ".toml"} <= known
