"""Puts one fault at a time into the pure rooms and shows which faults no quick test notices.

`make mutants N=200 SEED=1` first records which test reaches which line, then changes one operator or whole number at a
time, at N random places, and runs the tests that reach that line, quickest first, until one fails. Each fault has a
process of its own, in which the changed module is compiled from memory: no file is written. What went unnoticed is
printed and written to build/mutants.json, to be read: a change that no one could see is no gap in the tests.
Sizes of caches and what only goes into a log line are never changed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import resource
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.machinery import SourceFileLoader
from multiprocessing import get_context
from pathlib import Path
from types import CodeType
from typing import Any

import coverage
import pytest

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "build" / "mutants.json"
ROOMS = ["papers", "chat", "views", "votes", "search", "delivery", "summaries/check", "summaries/extract"]
IMPURE = {"starter.py", "embedder.py", "vector_index.py", "models.py", "dispatch.py", "planner.py", "reconcile.py"}
SUITES = ["tests/unit", "tests/core", "tests/contract"]
PRELOADED = ["pytest", "hypothesis", "numpy", "msgspec", "aiohttp", "sqlite_utils", "coverage"]  # once for all faults
TEST_TIMEOUT_S, RUN_TIMEOUT_S = 60, 1800  # a fault that makes a loop endless is noticed
MAX_MEMORY = 6 << 30
UNSEEN = {"maxsize", "digest_size", "stacklevel"}  # arguments whose change no test can see
LOG_METHODS = {"debug", "info", "warning", "error", "exception"}
SWAPS: dict[type[ast.AST], tuple[str, type[ast.AST]]] = {
    ast.Lt: ("<", ast.LtE), ast.LtE: ("<=", ast.Lt), ast.Gt: (">", ast.GtE), ast.GtE: (">=", ast.Gt),
    ast.Eq: ("==", ast.NotEq), ast.NotEq: ("!=", ast.Eq), ast.In: ("in", ast.NotIn), ast.NotIn: ("not in", ast.In),
    ast.Is: ("is", ast.IsNot), ast.IsNot: ("is not", ast.Is), ast.Add: ("+", ast.Sub), ast.Sub: ("-", ast.Add),
    ast.Mult: ("*", ast.Add), ast.Div: ("/", ast.Mult), ast.FloorDiv: ("//", ast.Mult), ast.And: ("and", ast.Or),
    ast.Or: ("or", ast.And), ast.USub: ("-", ast.UAdd), ast.UAdd: ("+", ast.USub), ast.Not: ("not", ast.Not),
}  # fmt: skip
Change = tuple[ast.expr, str, Callable[[], None]]
Reach = dict[str, dict[int, set[str]]]  # file, line, tests


@dataclass(frozen=True)
class Fault:
    """The change number `index` of a file."""

    file: str
    index: int
    line: int
    column: int  # of the expression that changes, from 1
    change: str


def changes(tree: ast.AST) -> Iterator[Change]:
    """The possible changes: a node, what becomes of it, and the function that does it."""
    skipped = {id(node) for outer in ast.walk(tree) for inner in _unseen(outer) for node in ast.walk(inner)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        match node:
            case ast.Compare():
                for n, operator in enumerate(node.ops):
                    yield node, _swap(operator), partial(node.ops.__setitem__, n, SWAPS[type(operator)][1]())  # type: ignore[arg-type]
            case ast.UnaryOp(op=ast.Not()):
                yield node, "not → ", partial(setattr, node, "operand", ast.UnaryOp(ast.Not(), node.operand))
            case ast.BoolOp() | ast.BinOp() | ast.UnaryOp() if type(node.op) in SWAPS:
                yield node, _swap(node.op), partial(setattr, node, "op", SWAPS[type(node.op)][1]())
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                yield node, f"{value} → {value + 1}", partial(setattr, node, "value", value + 1)


def _swap(operator: ast.AST) -> str:
    old, new = SWAPS[type(operator)]
    return f"{old} → {SWAPS[new][0]}"


def _unseen(node: ast.AST) -> Iterator[ast.AST]:
    """Annotations, sizes, logs: no test can see a change there, or the type checker does."""
    parts = [getattr(node, field, None) for field in ("annotation", "returns", "format_spec")]
    match node:
        case ast.keyword(arg=name) if name in UNSEEN:
            parts.append(node.value)
        case ast.Call(func=ast.Attribute(attr=name)) if name in LOG_METHODS:
            parts += node.args
        case ast.ClassDef():
            parts += node.decorator_list
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")):
            parts.append(node.value)
    yield from (part for part in parts if isinstance(part, ast.AST))


def all_faults() -> list[Fault]:
    """Every possible fault of the pure rooms, in a stable order."""
    files = sorted(file for room in ROOMS for file in (ROOT / "bot" / room).rglob("*.py") if file.name not in IMPURE)
    return [
        Fault(str(file.relative_to(ROOT)), n, node.lineno, node.col_offset + 1, change)
        for file in files
        for n, (node, change, _) in enumerate(changes(ast.parse(file.read_text("utf-8"))))
    ]


def with_fault(fault: Fault) -> CodeType:
    """The compiled module, with the fault."""
    tree = ast.parse((ROOT / fault.file).read_text("utf-8"))
    list(changes(tree))[fault.index][2]()
    return compile(ast.fix_missing_locations(tree), ROOT / fault.file, "exec", dont_inherit=True)


class Recorder:
    """A pytest plugin that records which tests pass, how long they take and which lines they reach."""

    def __init__(self) -> None:
        self._coverage = coverage.Coverage(data_file=None, config_file=False, source=[str(ROOT / "bot")])
        self._coverage.start()
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self._failed.add(report.nodeid)

    def write(self, path: Path) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {str(Path(file).relative_to(ROOT)): data.contexts_by_lineno(file) for file in data.measured_files()}
        passed = {test: seconds for test, seconds in self._seconds.items() if test not in self._failed}
        path.write_text(json.dumps({"seconds": passed, "lines": lines, "failed": sorted(self._failed)}))


class Chosen:
    """A pytest plugin that runs these tests only, in this order."""

    def __init__(self, tests: Iterable[str]) -> None:
        self._order = {test: n for n, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._order), key=lambda item: self._order[item.nodeid])


def _in_process(work: Callable[..., int], *args: object) -> int | None:
    """The exit code of `work` in a process of its own; None if it didn't end."""
    process = get_context("forkserver").Process(target=work, args=args)
    process.start()
    process.join(RUN_TIMEOUT_S)
    process.kill()
    process.join()
    return process.exitcode


def _pytest(options: list[str], plugin: object) -> int:
    os.chdir(ROOT)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1), os.dup2(nowhere, 2)
    always = ["-q", "-n0", "-m", "not slow", f"--timeout={TEST_TIMEOUT_S}", "-W", "ignore:Module already imported"]
    return int(pytest.main([*always, *options], plugins=[plugin]))


def _record(suite: str, path: Path) -> None:
    recorder = Recorder()
    _pytest([suite], recorder)
    recorder.write(path)


def _try(fault: Fault, tests: list[str]) -> None:
    get_code = SourceFileLoader.get_code

    def patched(self: Any, name: str) -> CodeType | None:
        return with_fault(fault) if Path(self.path) == ROOT / fault.file else get_code(self, name)

    SourceFileLoader.get_code = patched  # type: ignore[method-assign]
    sys.exit(_pytest(["-x", *dict.fromkeys(test.partition("::")[0] for test in tests)], Chosen(tests)))


class Judge:
    """Knows which tests may notice a fault."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self._reach: Reach = {}
        paths = [folder / suite.replace("/", ".") for suite in SUITES]
        list(pool.map(partial(_in_process, _record), SUITES, paths))
        for record in (json.loads(path.read_text()) for path in paths):
            self.seconds |= record["seconds"]
            self.failed += record["failed"]
            for file, lines in record["lines"].items():
                for line, tests in lines.items():
                    self._reach.setdefault(file, {}).setdefault(int(line), set()).update(tests)

    def tests_for(self, fault: Fault) -> list[str]:
        """The tests that reach the fault, quickest first.

        A line outside of functions is run at the import: the tests then are those that reach its module's functions, or
        a line anywhere that mentions the name of the constant or class.
        """
        function, name = _scope(fault.file, fault.line)
        if function:
            tests = self._reaching(fault.file, [fault.line]) or self._reaching(fault.file, function)
        else:
            tests = self._reaching(fault.file, self._reach.get(fault.file, {}))
            tests |= {t for file in self._reach for t in self._reaching(file, _mentions(file, name))}
        return sorted(tests, key=lambda test: (self.seconds[test], test))

    def _reaching(self, file: str, lines: Iterable[int]) -> set[str]:
        return {t for line in lines for t in self._reach.get(file, {}).get(line, ()) if t in self.seconds}

    def notices(self, fault: Fault) -> bool:
        tests = self.tests_for(fault)
        return bool(tests) and _in_process(_try, fault, tests) not in {0, 5}


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"))


def _scope(file: str, line: int) -> tuple[range, str]:
    """The lines of the innermost function around a line, and the name that its outermost statement defines."""
    around = [n for n in ast.walk(_tree(file)) if getattr(n, "lineno", line + 1) <= line <= (n.end_lineno or 0)]  # type: ignore[attr-defined]
    functions = [
        n for n in around if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.body[0].lineno <= line
    ]
    top = next(node for node in _tree(file).body if node.lineno <= line <= (node.end_lineno or 0))
    names = [getattr(top, "name", ""), *(n.id for n in ast.walk(top) if isinstance(n, ast.Name))]
    inner = functions[-1] if functions else None
    return range(inner.lineno, (inner.end_lineno or 0) + 1) if inner else range(0), next(filter(None, names), "")


def _mentions(file: str, name: str) -> list[int]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return [n for n, text in enumerate(lines, 1) if name and re.search(rf"\b{re.escape(name)}\b", text)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--below", default="", help="only faults below this path")
    parser.add_argument("--again", action="store_true", help="only what the last run left unnoticed")
    options = parser.parse_args()
    possible = [fault for fault in all_faults() if fault.file.startswith(options.below)]
    if options.again:
        last = [Fault(**fault) for fault in json.loads(REPORT.read_text())]
        possible = [fault for fault in possible if fault in last]
    faults = random.Random(options.seed).sample(possible, min(options.count, len(possible)))  # noqa: S311
    get_context("forkserver").set_forkserver_preload(PRELOADED)
    unnoticed: list[Fault] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        judge = Judge(Path(folder), pool)
        print(f"{len(faults)} of {len(possible)} possible faults, {len(judge.seconds):,} tests", flush=True)
        print("".join(f"left out, as it fails without a fault: {test}\n" for test in judge.failed), end="")
        for fault, noticed in zip(faults, pool.map(judge.notices, faults), strict=True):
            if not noticed:
                unnoticed.append(fault)
                text = (ROOT / fault.file).read_text("utf-8").splitlines()[fault.line - 1].strip()
                print(f"{fault.file}:{fault.line}:{fault.column}: {fault.change}   {text}", flush=True)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([vars(fault) for fault in unnoticed], indent=1))
    print(f"{len(faults) - len(unnoticed)} of {len(faults)} noticed, {len(unnoticed)} not")


if __name__ == "__main__":
    main()
