"""Running text cut into passages of a size to quote from. Pure."""

import re
from collections.abc import Iterable, Iterator

from bot.papers.full_text import Passage

MAX_TEXT_CHARS = 500_000  # of all passages; a long paper with its appendices has 300,000
MAX_PASSAGE_CHARS = 1_000  # characters of a passage
MIN_PASSAGE_CHARS = 30
MIN_LETTER_SHARE = 0.6  # of letters and spaces in a passage: rows of a table have less
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])")


def passages(parts: Iterable[tuple[str, str]]) -> tuple[Passage, ...]:
    """Passages of `(text, place)` pairs, each with its place; at most `MAX_TEXT_CHARS` in all."""
    found: list[Passage] = []
    room = MAX_TEXT_CHARS
    for text, where in parts:
        for piece in _pieces(text):
            letters = sum(letter.isalpha() or letter == " " for letter in piece)
            if len(piece) >= MIN_PASSAGE_CHARS and letters >= MIN_LETTER_SHARE * len(piece):
                found.append(Passage(piece, where))
                room -= len(piece)
            if room <= 0:
                return tuple(found)
    return tuple(found)


def _pieces(text: str) -> Iterator[str]:
    """Whole sentences, as many as fit; a longer one is cut."""
    piece = ""
    for sentence in _SENTENCE.split(text):
        if piece and len(piece) + len(sentence) >= MAX_PASSAGE_CHARS:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}"[:MAX_PASSAGE_CHARS].strip()
    yield piece
