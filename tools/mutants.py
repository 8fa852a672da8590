"""Faults put into the pure rooms one at a time, to see whether the quick suites notice: a test of the tests.

`make mutants N=200 SEED=1` picks N places at random where one operator or one bound can be changed, changes each in a
copy of the checkout, and runs the tests of that room until the first failure. It prints what went unnoticed as a diff
line, and writes everything to build/mutants.json. A fault that changes nothing anyone could see (an equivalent one) has
to be told apart by reading.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 120  # of one run; a fault that makes a loop endless is noticed too
ROOMS = {  # a pure room, and the suites that are to notice
    "bot/papers": ["tests/unit/papers"],
    "bot/chat": ["tests/unit/chat"],
    "bot/views": ["tests/unit/views", "tests/core"],
    "bot/votes": ["tests/unit/votes", "tests/core"],
    "bot/search": ["tests/unit/search", "tests/contract/test_search.py", "tests/unit/test_query.py"],
    "bot/delivery": ["tests/unit/delivery", "tests/core"],
    "bot/summaries/check": ["tests/unit/summaries"],
    "bot/summaries/extract": ["tests/unit/summaries"],
}
IMPURE = {"starter.py", "embedder.py", "vector_index.py", "models.py", "dispatch.py", "planner.py", "reconcile.py"}
SWAPS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Not: ("not ", ""),
    ast.USub: ("-", ""),
}


@dataclass(frozen=True)
class Fault:
    """One change: the text from `start` to `end` (offsets) of a file becomes `new`."""

    file: str
    line: int
    start: int
    end: int
    old: str
    new: str


def faults_of(file: Path) -> Iterator[Fault]:
    """Every place of a file where an operator or a whole number can be changed; annotations are left alone."""
    source = file.read_text("utf-8")
    starts = [0]
    for text in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(text))

    def offset(line: int, column: int) -> int:
        row = source[starts[line - 1] : starts[line]]
        return starts[line - 1] + len(row.encode()[:column].decode())

    def between(operator: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Fault]:
        old, new = SWAPS.get(type(operator), ("", ""))
        low = offset(left.end_lineno or 0, left.end_col_offset or 0)
        high = offset(right.lineno, right.col_offset)
        at = source.find(old, low, high) if old else -1
        if at >= 0:
            yield Fault(name, left.end_lineno or 0, at, at + len(old), old, new)

    name = str(file.relative_to(ROOT))
    tree = ast.parse(source)
    skipped = {id(inner) for outer in ast.walk(tree) for inner in _not_behaviour(outer)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        match node:
            case ast.Compare():
                for left, operator, right in zip(
                    [node.left, *node.comparators[:-1]], node.ops, node.comparators, strict=True
                ):
                    yield from between(operator, left, right)
            case ast.BoolOp():
                yield from between(node.op, node.values[0], node.values[1])
            case ast.BinOp():
                yield from between(node.op, node.left, node.right)
            case ast.UnaryOp() if type(node.op) in SWAPS:
                old, new = SWAPS[type(node.op)]
                at = offset(node.lineno, node.col_offset)
                yield Fault(name, node.lineno, at, at + len(old), old, new)
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                at, end = offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0)
                yield Fault(name, node.lineno, at, end, source[at:end], str(value + 1))


def _not_behaviour(node: ast.AST) -> Iterator[ast.AST]:
    """Annotations, type aliases, f-string formats: no test can see a change there, or the type checker does."""
    for field in ("annotation", "returns", "format_spec"):
        if isinstance(inner := getattr(node, field, None), ast.AST):
            yield from ast.walk(inner)
    if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
        yield from ast.walk(node)
    if isinstance(node, ast.ClassDef):
        yield from (inner for decorator in node.decorator_list for inner in ast.walk(decorator))


def room_of(file: str) -> str:
    """The most exact room that a file stands in."""
    return max((room for room in ROOMS if file.startswith(f"{room}/")), key=len, default="")


def all_faults() -> list[Fault]:
    """Every possible fault of the pure rooms, in a stable order."""
    files = sorted({file for room in ROOMS for file in (ROOT / room).rglob("*.py") if file.name not in IMPURE})
    return [fault for file in files for fault in faults_of(file)]


def outcome(fault: Fault, sandbox: Path) -> str:
    """What the suites say of a fault: `noticed`, `unnoticed`, or `slow` where they never ended."""
    target, source = sandbox / fault.file, (ROOT / fault.file).read_text("utf-8")
    target.write_text(source[: fault.start] + fault.new + source[fault.end :], "utf-8")
    suites = [suite for suite in ROOMS[room_of(fault.file)] if (ROOT / suite).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-m", "not slow", "--no-header", *suites]
    try:
        done = subprocess.run(command, cwd=sandbox, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
        return "unnoticed" if done.returncode == 0 else "noticed"
    except subprocess.TimeoutExpired:
        return "slow"
    finally:
        target.write_text(source, "utf-8")


def sandbox_in(folder: Path) -> Path:
    """A copy of what the suites need."""
    for name in ("bot", "adapters", "tests", "config", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("*.*"):
        if file.is_file():
            shutil.copy(file, folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", default="", help="only faults below this path")
    wanted = parser.parse_args()
    possible = [fault for fault in all_faults() if fault.file.startswith(wanted.room)]
    chosen = random.Random(wanted.seed).sample(possible, min(wanted.count, len(possible)))  # noqa: S311
    print(f"{len(chosen)} of {len(possible)} possible faults", flush=True)
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as home:
        if (shared := ROOT.parent / "shared").exists():
            (Path(home) / "shared").symlink_to(shared.resolve())
        free: Queue[Path] = Queue()
        for worker in range(os.cpu_count() or 1):
            free.put(sandbox_in(Path(home) / str(worker)))

        def judge(fault: Fault) -> None:
            sandbox = free.get()
            try:
                said = outcome(fault, sandbox)
            finally:
                free.put(sandbox)
            results.append({**asdict(fault), "outcome": said})
            if said == "unnoticed":
                text = (ROOT / fault.file).read_text("utf-8").splitlines()[fault.line - 1].strip()
                print(f"{fault.file}:{fault.line}: {fault.old!r} → {fault.new!r}   {text}", flush=True)

        with ThreadPoolExecutor(free.qsize()) as pool:
            list(pool.map(judge, chosen))
    unnoticed = sum(result["outcome"] == "unnoticed" for result in results)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "mutants.json").write_text(json.dumps(results, indent=1))
    print(f"{len(results) - unnoticed} of {len(results)} noticed, {unnoticed} not")


if __name__ == "__main__":
    main()
