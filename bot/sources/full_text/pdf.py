"""The text of a PDF, page by page."""

import io
import re
from collections.abc import Iterator

from pypdf import PdfReader

from bot.papers.full_text import Passage
from bot.papers.text import one_line
from bot.sources.full_text.paragraphs import passages

MAX_PDF_PAGES = 500  # more is a book, or a trap
MAX_PAGES_READ = 80
_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_REFERENCES = re.compile(r"^(?:\d+\.? )?(?:references|bibliography)$", re.IGNORECASE | re.MULTILINE)


def passages_of(body: bytes) -> tuple[Passage, ...]:
    """The text of a PDF before its references; raises anything that a broken file causes."""
    reader = PdfReader(io.BytesIO(body))
    if len(reader.pages) > MAX_PDF_PAGES:
        raise ValueError(f"it has {len(reader.pages)} pages")
    return passages(_pages(reader))


def _pages(reader: PdfReader) -> Iterator[tuple[str, str]]:
    for number, page in enumerate(reader.pages[:MAX_PAGES_READ], 1):
        text = page.extract_text().translate(_LIGATURES)
        end = _REFERENCES.search(text)
        yield one_line(_HYPHEN.sub("", text[: end.start()] if end else text)), f"page {number}"
        if end:
            return
