"""The pages on how to extend Paperboy are right: each is applied to a copy of the checkout, and its own test runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
BLOCK = re.compile(
    r"^```(?:python|toml)\n# (?P<file>[\w./-]+)(?:, (?P<how>after|before|replacing) `(?P<line>[^\n]+)`)?\n"
    r"(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def apply(page: str, checkout: Path) -> list[str]:
    """Do what a page says; returns the tests that it adds."""
    tests: list[str] = []
    for block in BLOCK.finditer(page):
        file = checkout / block["file"]
        if block["how"] is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["text"], "utf-8")
            tests += [block["file"]] if block["file"].startswith("tests/") else []
            continue
        known = file.read_text("utf-8").splitlines(keepends=True)
        at = next((n for n, line in enumerate(known) if line.startswith(block["line"])), None)
        assert at is not None, f"{block['file']} has no line {block['line']!r}"
        cut = {"before": (at, at), "after": (at + 1, at + 1), "replacing": (at, at + 1)}[block["how"]]
        known[cut[0] : cut[1]] = [block["text"]]
        file.write_text("".join(known), "utf-8")
    return tests


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.stem))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    for name in ("bot", "adapters", "tests", "config", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    tests = apply(page.read_text("utf-8"), tmp_path)
    assert tests
    command = [sys.executable, "-m", "pytest", "-q", "-n0", *tests]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(  # noqa: PLW1510
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_there_is_a_page_for_each_kind() -> None:
    assert {page.stem for page in PAGES} == {"adapter", "command", "event", "source", "table"}
