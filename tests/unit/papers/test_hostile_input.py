"""What strangers may send takes every pure parser a moment: time grows with the length alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from bot.clock import FixedClock
from bot.papers import authors, ids, text, withdrawal
from bot.sources import feed_document, fields
from bot.sources.full_text import html, paragraphs
from bot.sources.rate_limit import RequestBudget
from tests.processor_time import processor_s

CHARS = 20_000
PARTS = [
    "a", "A", "0", "1.", "1,", "a ", "A b ", "$", "$a", "$$", "\\", "{", "{}", "\\a{", "$\\frac{", "^", "^{",
    "_{a", "~", "&", "&#", "&#x41;", '"', "(", "((", "(a,", "[", "<", "<a", "<a href='", "</", "<!--",
    "<![CDATA[", "<!DOCTYPE ", "<?", "<math alttext='", "-", " -- ", "a.", "A. ", "...", " ", "\t", "\n",
    "\u00a0", "\u200b", "a\u200d", "\u0301", "e\u0301", "👩\u200d", "http://", "http://a.",
    "https://arxiv.org/abs/", "arXiv:", "arxiv: ", "2405.15738", "2405.", "doi:", "v1", "a/", "math/", ", ",
    "; ", " and ", "A, B ", "(1) ", "a@b.", "Jr., ", "this paper ", "withdrawn ", "we have ", "2026-", "<sub>",
    "<sup>2", "``", "\\(", "\\'", "\\cite{", "\\href{a}{", "\\sqrt[", "%20", "=", "r=0;", "\x00", "\ud800",
    "</p>",
]  # fmt: skip
ENDS = ["", "$}) >x"]
PARSERS: dict[str, Callable[[str], object]] = {
    "readable": text.readable,
    "one_line": text.one_line,
    "html_to_text": text.html_to_text,
    "arxiv_id": ids.arxiv_id,
    "find_arxiv_ids": ids.find_arxiv_ids,
    "title_id": ids.title_id,
    "split_authors": authors.split_authors,
    "authors_from": lambda raw: authors.authors_from([raw, "B"]),
    "is_withdrawn": lambda raw: withdrawal.is_withdrawn(raw, raw),
    "web_address": fields.web_address,
    "parse_datetime": fields.parse_datetime,
    "parse_date": fields.parse_date,
    "labels": fields.labels,
    "feed_document": lambda raw: feed_document.decode(raw.encode("utf-8", "replace"), raw),
    "prolog": feed_document._after_prolog,
    "paragraphs": lambda raw: paragraphs.passages([(raw, "here")]),
    "rate limit header": RequestBudget(FixedClock(datetime(2026, 1, 1, tzinfo=UTC))).note_header,
    "full text": lambda raw: html.passages_of(raw.encode("utf-8", "replace")),
}
IN_SANDBOX = {"full text": 4.0}  # seconds: bounded there


@pytest.mark.parametrize("name", PARSERS)
def test_no_input_is_slow(name: str) -> None:
    parse, bound = PARSERS[name], IN_SANDBOX.get(name, 0.05)
    parse("warm $x_1$ up")
    for part in PARTS:
        for end in ENDS:
            raw = (part * (CHARS // len(part) + 1))[:CHARS] + end
            taken = processor_s(partial(parse, raw), enough=bound)
            if taken > bound:  # more than linear? Then half takes much less than half
                half = processor_s(partial(parse, raw[len(raw) // 2 :]))
                assert taken < max(2 * bound, 3 * half), (part, end, taken, half)
                assert taken < 10 * bound, (part, end, taken)
