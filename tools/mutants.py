"""Faults put into the pure rooms one at a time, to see whether the quick suites notice: a test of the tests.

`make mutants N=200 SEED=1` picks N places at random where one operator or one bound can be changed, changes each in a
copy of the checkout, and runs the tests of that room until the first failure: first the test files that import the
changed module, directly or through one step, then the other files of the room. A test that fails without the fault too
is reported and left out. What went unnoticed is printed as a line with its change, and everything is written to
build/mutants.json. A fault that changes nothing anyone could see (an equivalent one) has to be told apart by reading;
sizes of caches and hashes, and what goes into a log line, are never changed.
"""

from __future__ import annotations

import argparse
import ast
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from queue import Queue

import pytest

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 120  # of one run; a fault that makes a loop endless is noticed too
PRELOADED = ["pytest", "hypothesis", "numpy", "msgspec", "aiohttp", "sqlite3"]  # once, not for each fault
SIZES = {"maxsize", "digest_size", "stacklevel"}  # arguments that no test can see a change of
LOG_LEVELS = {"debug", "info", "warning", "error", "exception"}
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
    """Annotations, type aliases, f-string formats, sizes, logs: no test can see a change, or the type checker does."""
    for field in ("annotation", "returns", "format_spec"):
        if isinstance(inner := getattr(node, field, None), ast.AST):
            yield from ast.walk(inner)
    if isinstance(node, ast.AnnAssign) and "TypeAlias" in ast.unparse(node.annotation):
        yield from ast.walk(node)
    if isinstance(node, ast.keyword) and node.arg in SIZES:
        yield from ast.walk(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOG_LEVELS:
        yield from (inner for argument in node.args for inner in ast.walk(argument))
    if isinstance(node, ast.ClassDef):
        yield from (inner for decorator in node.decorator_list for inner in ast.walk(decorator))


def room_of(file: str) -> str:
    """The most exact room that a file stands in."""
    return max((room for room in ROOMS if file.startswith(f"{room}/")), key=len, default="")


def all_faults() -> list[Fault]:
    """Every possible fault of the pure rooms, in a stable order."""
    files = sorted({file for room in ROOMS for file in (ROOT / room).rglob("*.py") if file.name not in IMPURE})
    return [fault for file in files for fault in faults_of(file)]


@cache
def imports_of(file: Path) -> frozenset[Path]:
    """The files of this checkout that a file imports by name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    stems = [ROOT / name.replace(".", "/") for name in names]
    return frozenset(
        path for stem in stems for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.exists()
    )


@cache  # as they are when the copies are made
def tests_of(room: str) -> list[str]:
    """The test files that are to notice a room's faults."""
    suites = [ROOT / suite for suite in ROOMS[room]]
    files = [file for suite in suites for file in ([suite] if suite.is_file() else sorted(suite.glob("test_*.py")))]
    return [str(file.relative_to(ROOT)) for file in files]


def nearest_first(tests: Sequence[str], module: str, *, near_only: bool) -> list[str]:
    """Test files: those first that import a module, then those that do so through one step, then the others.

    With `near_only` the others are left out where there are any of the first two kinds.
    """

    def distance(test: str) -> int:
        direct = imports_of(ROOT / test)
        return 0 if ROOT / module in direct else 1 if any(ROOT / module in imports_of(one) for one in direct) else 2

    near = [test for test in sorted(tests, key=distance) if distance(test) < 2] if near_only else []
    return near or sorted(tests, key=distance)


class Failures:
    """A pytest plugin that writes down which tests failed."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            with Path("failed").open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid}\n")


def _run_tests(sandbox: Path, options: Sequence[str], *, caches: bool) -> None:
    os.chdir(sandbox)
    sys.path.insert(0, str(sandbox))
    sys.dont_write_bytecode = not caches
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        always = ["-q", "-n0", "-m", "not slow", "-W", "ignore:Module already imported"]
        os._exit(int(pytest.main([*always, *options], plugins=[Failures()])))


def failures(sandbox: Path, options: Sequence[str], *, caches: bool = False) -> list[str] | None:
    """The tests that fail in a copy of the checkout; None where they never ended."""
    (sandbox / "failed").unlink(missing_ok=True)
    process = multiprocessing.get_context("forkserver").Process(
        target=_run_tests, args=(sandbox, options), kwargs={"caches": caches}
    )
    process.start()
    process.join(TIMEOUT_S)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    if process.exitcode == pytest.ExitCode.USAGE_ERROR:
        raise SystemExit(f"pytest can't run {options}")
    failed = (sandbox / "failed").read_text("utf-8").splitlines() if (sandbox / "failed").exists() else []
    return failed or ([] if process.exitcode in {0, 5} else ["import"])  # 5: all tests are slow ones


class Judge:
    """Tries faults in copies of the checkout."""

    def __init__(self, *, near_only: bool) -> None:
        self._near_only = near_only
        self._sound = {"import"}  # tests that were seen to pass without a fault
        self._unsound: set[str] = set()

    def outcome(self, fault: Fault, sandbox: Path) -> dict[str, object]:
        """What the tests say of a fault, and which one noticed it; a test that fails without it too doesn't count."""
        tests = nearest_first(tests_of(room_of(fault.file)), fault.file, near_only=self._near_only)
        failed: list[str] | None = ["?"]
        while failed and failed[0] not in self._sound:
            with put(fault, sandbox):
                failed = failures(sandbox, ["-x", *(f"--deselect={test}" for test in self._unsound), *tests])
            if failed and failed[0] not in self._sound | self._unsound:
                self._check(failed[0], sandbox)
        said = "slow" if failed is None else "noticed" if failed else "unnoticed"
        return {**asdict(fault), "outcome": said, "by": failed[0] if failed else ""}

    def _check(self, test: str, sandbox: Path) -> None:
        if failures(sandbox, [test.partition("[")[0]]) == []:
            self._sound.add(test)
        else:
            self._unsound.add(test)
            print(f"left out, as it fails without a fault: {test}", flush=True)


@contextmanager
def put(fault: Fault, sandbox: Path) -> Iterator[None]:
    """The fault is in the copy meanwhile."""
    target = sandbox / fault.file
    source, before = target.read_text("utf-8"), target.stat()
    target.write_text(source[: fault.start] + fault.new + source[fault.end :], "utf-8")
    try:
        yield
    finally:
        target.write_text(source, "utf-8")
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))  # so that its compiled form is used again


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
    parser.add_argument(
        "--near", action="store_true", help="only tests that import the changed module: quicker, coarser"
    )
    parser.add_argument("--minutes", type=float, default=0, help="begin no more faults after so long; 0: no limit")
    options, began = parser.parse_args(), time.monotonic()
    possible = [fault for fault in all_faults() if fault.file.startswith(options.room)]
    chosen = random.Random(options.seed).sample(possible, min(options.count, len(possible)))  # noqa: S311
    print(f"{len(chosen)} of {len(possible)} possible faults", flush=True)
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as home:
        if (shared := ROOT.parent / "shared").exists():
            (Path(home) / "shared").symlink_to(shared.resolve())
        first = sandbox_in(Path(home) / "0")
        tests = sorted({test for fault in chosen for test in tests_of(room_of(fault.file))})
        if failures(first, ["--collect-only", *tests], caches=True):
            raise SystemExit("the tests can't be imported without a fault")
        judge = Judge(near_only=options.near)
        free: Queue[Path] = Queue()
        free.put(first)
        for worker in range(1, os.cpu_count() or 1):
            free.put(Path(shutil.copytree(first, Path(home) / str(worker))))

        def try_out(fault: Fault) -> None:
            if options.minutes and time.monotonic() > began + 60 * options.minutes:
                return
            sandbox = free.get()
            try:
                result = judge.outcome(fault, sandbox)
            finally:
                free.put(sandbox)
            results.append(result)
            if result["outcome"] == "unnoticed":
                text = (first / fault.file).read_text("utf-8").splitlines()[fault.line - 1].strip()
                print(f"{fault.file}:{fault.line}: {fault.old!r} → {fault.new!r}   {text}", flush=True)

        with ThreadPoolExecutor(free.qsize()) as pool:
            list(pool.map(try_out, chosen))
    unnoticed = sum(result["outcome"] == "unnoticed" for result in results)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "mutants.json").write_text(json.dumps(results, indent=1))
    print(f"{len(results) - unnoticed} of {len(results)} noticed, {unnoticed} not")


if __name__ == "__main__":
    main()
