"""The quality scale is kept: every part answers every rule, and what is called done has its evidence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.quality import BEGIN, END, Part, read_parts, read_rules, rules_for, table

ROOT = Path(__file__).parents[1]
PARTS = read_parts()


def evidence_exists(evidence: str) -> bool:
    """A test (`file.py::test_name`), a test file, or a page with its heading (`page.md#heading`)."""
    for one in evidence.split(", "):
        file, mark, name = one.partition("::") if "::" in one else one.partition("#")
        path = ROOT / file
        if not path.is_file():
            return False
        text = path.read_text("utf-8")
        anchors = {
            re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-")
            for head in re.findall(r"^#+ (.*)$", text, re.M)
        }
        if mark == "::" and not re.search(rf"def {name}\b", text):
            return False
        if mark == "#" and name not in anchors:
            return False
    return True


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.name))
def test_each_rule_has_an_answer_and_no_other(part: Part) -> None:
    assert set(part.status) == {rule.name for rule in rules_for(part)}
    assert all(part.words.values()), "say what shows it, what is missing, or why it doesn't apply"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.name))
def test_what_is_done_has_evidence(part: Part) -> None:
    missing = {
        rule: part.words[rule]
        for rule, status in part.status.items()
        if status == "done" and not evidence_exists(part.words[rule])
    }
    assert not missing


def test_every_adapter_and_source_has_its_file() -> None:
    adapters = {folder.parent.name for folder in (ROOT / "adapters").glob("*/__init__.py")}
    assert {part.name for part in PARTS if part.kind == "adapter"} == adapters
    assert {part.name for part in PARTS if part.kind == "source"} == {"huggingface", "arxiv", "feeds", "files"}


def test_there_are_about_thirty_rules_in_three_tiers() -> None:
    rules = read_rules()
    assert len({rule.name for rule in rules}) == len(rules) >= 30
    assert list(dict.fromkeys(rule.tier for rule in rules)) == ["bronze", "silver", "gold"]


def test_the_table_in_the_documentation_is_current() -> None:
    page = (ROOT / "docs" / "platforms.md").read_text("utf-8")
    assert f"{BEGIN}\n{table()}\n{END}" in page, "run: python tools/quality.py"
