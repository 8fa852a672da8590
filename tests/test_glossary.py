"""The glossary's names are the code's names."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

GLOSSARY = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| `([\w.]+)` \|$", GLOSSARY, flags=re.MULTILINE)


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    try:
        import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return bool(module) and hasattr(import_module(module), attribute)
    return True


@pytest.mark.parametrize(("term", "name"), [(term, name) for term, _, name in ROWS])
def test_each_term_names_something_that_exists(term: str, name: str) -> None:
    assert exists(name), f"{term}: there is no {name}"


def test_every_row_is_read_and_stands_once() -> None:
    terms = [term for term, _, _ in ROWS]
    rows = [line for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith("| term ")]
    assert len(terms) == len(rows) >= 20
    assert len(terms) == len(set(terms))
