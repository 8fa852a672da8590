"""A log line is one line, whatever a path, a title or an exception holds."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from bot import logs

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ +[\w.]+: ")
FORGED = "/papers\n2026-11-30 09:00:00,000 ERROR   bot.store: database lost\r\x1b[31m\x85\u2028\u202e"


@pytest.fixture(params=["text", "json"])
def lines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", stream)
    logs.set_up(request.param, verbose=True)
    yield lambda: stream.getvalue().splitlines()
    root.handlers[:] = before
    root.setLevel(level)


def test_a_path_forges_no_line(lines: Callable[[], list[str]]) -> None:
    logging.getLogger("bot.site").warning("not found: %s", FORGED)
    (line,) = lines()
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "\\n2026-11-30" in (json.loads(line)["message"] if line[0] == "{" else line)


def test_an_exception_forges_no_line(lines: Callable[[], list[str]]) -> None:
    try:
        raise ValueError(FORGED)
    except ValueError:
        logging.getLogger("bot.site").exception("request failed")
    found = lines()
    entries = [line for line in found if line[0] == "{" or LINE.match(line)]
    assert len(entries) == 1
    assert all(line.startswith(logs.TRACE_INDENT) for line in found if line not in entries)
    assert "ValueError" in "".join(found)


def test_what_is_logged_during_a_delivery_names_it(lines: Callable[[], list[str]]) -> None:
    with logs.delivery("k1"):
        logging.getLogger("slack_sdk").info("retry")
    (line,) = lines()
    assert "k1" in line
