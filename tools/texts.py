"""Prints texts that people meet, before and after: `python tools/texts.py REVISION [--count 50] [--seed 1]`.

Picks texts at random from an earlier revision, and beside each the text of today that is most like it: in the same or
the renamed file, or anywhere when that is gone. For reading aloud.
"""

from __future__ import annotations

import argparse
import ast
import random
import subprocess
import textwrap
from difflib import SequenceMatcher
from pathlib import Path

ROOT = Path(__file__).parent.parent
MIN_WORDS = 5
CODE = ("(?", "SELECT", "DELETE FROM", "INSERT", "UPDATE ", r"\b")  # patterns and SQL
SIMILAR = 0.35  # less alike is another text


def texts_in(source: str) -> list[str]:
    """The sentences of a module: strings and docstrings of several words, f-strings with their gaps."""
    found: list[str] = []
    inside: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(value) for value in node.values}
            found.append("".join(v.value if isinstance(v, ast.Constant) else "…" for v in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            found.append(node.value)
    plain = (" ".join(text.split()) for text in found)
    return [text for text in plain if len(text.split()) >= MIN_WORDS and not any(mark in text for mark in CODE)]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def successors(revision: str) -> dict[str, str]:
    """Where each module of a revision is today."""
    moved = {name: name for name in git("ls-tree", "-r", "--name-only", revision, "bot", "adapters").split()}
    for row in git("diff", "--name-status", "-M30%", revision, "HEAD", "--", "bot", "adapters").splitlines():
        status, *names = row.split("\t")
        if status.startswith("R"):
            moved[names[0]] = names[1]
    return {old: new for old, new in moved.items() if old.endswith(".py")}


def nearest(text: str, others: list[str]) -> str:
    """The text of today that is most like one of before; empty when it is gone."""
    best = max(others, key=lambda other: SequenceMatcher(None, text, other).quick_ratio(), default="")
    return best if SequenceMatcher(None, text, best).ratio() >= SIMILAR else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    moved = successors(wanted.revision)
    before = [(old, text) for old in sorted(moved) for text in texts_in(git("show", f"{wanted.revision}:{old}"))]
    today = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]
    everything = [text for file in today for text in texts_in(file.read_text("utf-8"))]
    for old, text in random.Random(wanted.seed).sample(before, wanted.count):  # noqa: S311
        file = ROOT / moved[old]
        after = nearest(text, texts_in(file.read_text("utf-8")) if file.exists() else everything)
        print(f"{old} → {moved[old]}")
        print(textwrap.indent(textwrap.fill(text, 110), "  - "))
        print(textwrap.indent(textwrap.fill(after or "(gone)", 110), "  + "), end="\n\n")


if __name__ == "__main__":
    main()
