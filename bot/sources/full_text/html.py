"""The text of arXiv's HTML (made by LaTeXML), section by section.

Only what a reader of the page sees is read: no hidden elements, scripts or notes for machines. The abstract, which is
known, and the references are left out. A formula is read from its LaTeX, which says more than its parts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser

from bot.papers.full_text import Passage
from bot.papers.text import one_line, readable
from bot.sources.full_text.paragraphs import passages

MAX_FORMULA_CHARS = 300
MAX_HEADING_CHARS = 80
MAX_DEPTH = 300  # of elements in one another
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"p", "div", "li", "section", "article", "figcaption", "caption", "td", "th", "tr", "table", "br"}
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_UNREAD = frozenset(
    "head script style nav header footer noscript template svg object iframe button form select textarea".split()  # noqa: SIM905
)
_UNREAD_CLASS = re.compile(
    r"\bltx_(?:bibliography|abstract|authors|note|TOC|page_\w+|ERROR|dates|role_\w+|title_document|rdf)\b"
)
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|(?:^|;)opacity:0?\.?0*(?:;|$)|font-size:0|(?:^|;)color:(?:#fff(?:fff)?|white)(?:;|$)"
)


def passages_of(body: bytes) -> tuple[Passage, ...]:
    """The text of a page, paragraph by paragraph."""
    reader = _Reader()
    reader.feed(body.decode("utf-8", "replace"))
    reader.close()
    return passages(reader.paragraphs())


class _Reader(HTMLParser):
    """Collects the paragraphs of a page, each with the heading above it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []  # elements, and whether they are skipped with all they hold
        self._found: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._heading = ""

    def paragraphs(self) -> Iterator[tuple[str, str]]:
        self._end_block("")
        yield from self._found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_block("")
        known = {name: value or "" for name, value in attrs}
        if tag == "math" and not self._is_unread:
            self._words.append(_formula(known.get("alttext", "")))
        if tag not in _VOID and len(self._open) < MAX_DEPTH:
            self._open.append((tag, self._is_unread or tag == "math" or _goes_unread(tag, known)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_block("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block(tag)
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        if not self._is_unread:
            self._words.append(data)

    @property
    def _is_unread(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _end_block(self, tag: str) -> None:
        text, self._words = one_line("".join(self._words)), []
        if tag in _HEADINGS and text:
            self._heading = text[:MAX_HEADING_CHARS]
        elif text:
            self._found.append((text, f"section “{self._heading}”" if self._heading else "the text"))


def _goes_unread(tag: str, known: dict[str, str]) -> bool:
    style = known.get("style", "").lower().replace(" ", "")
    return (
        tag in _UNREAD
        or "hidden" in known
        or known.get("aria-hidden") == "true"
        or _UNREAD_CLASS.search(known.get("class", "")) is not None
        or (style != "" and _UNSEEN_STYLE.search(style) is not None)
    )


@lru_cache(maxsize=4_096)
def _formula(latex: str) -> str:
    return readable(f"${latex}$") if 0 < len(latex) <= MAX_FORMULA_CHARS and "$" not in latex else " … "
