"""The quality scale: reads the rules in docs/quality.md and each part's quality file, and writes the table in
docs/platforms.md. Run without arguments; `tests/test_quality.py` fails when the table is out of date."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
TIERS = ("bronze", "silver", "gold")
BEGIN, END = "<!-- quality: begin -->", "<!-- quality: end -->"
SIGNS = {"done": "✓", "todo": "todo", "exempt": "–", "": ""}


@dataclass(frozen=True)
class Rule:
    """A rule: its tier, and whether it is for an `adapter`, a `source` or `both`."""

    name: str
    tier: str
    kind: str


@dataclass(frozen=True)
class Part:
    """An adapter or a source, with the status and the evidence or reason of each rule."""

    name: str
    kind: str
    file: Path
    status: dict[str, str]
    words: dict[str, str]


def read_rules() -> list[Rule]:
    """The rules, in the order of docs/quality.md."""
    rules: list[Rule] = []
    tier = ""
    for line in (ROOT / "docs" / "quality.md").read_text("utf-8").splitlines():
        if heading := re.match(r"## (\w+):", line):
            tier = heading[1].lower()
        elif row := re.match(r"\| ([a-z-]+) \| (both|adapter|source) \|", line):
            rules.append(Rule(row[1], tier, row[2]))
    return rules


def read_parts() -> list[Part]:
    """Every part that has a quality file: adapters first."""
    adapters = sorted((ROOT / "adapters").glob("*/quality.toml"))
    sources = sorted((ROOT / "bot" / "sources").glob("*.quality.toml"))
    parts = [_part(file, file.parent.name, "adapter") for file in adapters]
    return parts + [_part(file, file.name.removesuffix(".quality.toml"), "source") for file in sources]


def _part(file: Path, name: str, kind: str) -> Part:
    read = tomllib.loads(file.read_text("utf-8"))
    status = {rule: state for state in ("done", "todo", "exempt") for rule in read.get(state, {})}
    words = {rule: text for state in ("done", "todo", "exempt") for rule, text in read.get(state, {}).items()}
    return Part(name, kind, file, status, words)


def rules_for(part: Part) -> list[Rule]:
    """The rules that a part must have an answer to."""
    return [rule for rule in read_rules() if rule.kind in {"both", part.kind}]


def tier_of(part: Part) -> str:
    """The highest tier whose rules, and those below, are all done or exempt; empty: none yet."""
    reached = ""
    for tier in TIERS:
        if any(part.status.get(rule.name) not in {"done", "exempt"} for rule in rules_for(part) if rule.tier == tier):
            break
        reached = tier
    return reached


def table() -> str:
    """The table of all rules and parts, as Markdown."""
    parts = read_parts()
    tiers = [f"**{tier_of(part) or 'none'}**" for part in parts]
    lines = [f"| | {' | '.join(part.name for part in parts)} |", "|---|" + "---|" * len(parts)]
    lines.append(f"| **tier** | {' | '.join(tiers)} |")
    for rule in read_rules():
        cells = (SIGNS[part.status.get(rule.name, "")] for part in parts)
        lines.append(f"| {rule.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    page = ROOT / "docs" / "platforms.md"
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
