"""From text to search terms: one analyser for what is indexed and for what is searched for. Pure.

docs/search.md ("Terms") lists how names, folded letters and Chinese become terms. The index stems them (Snowball).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import filterfalse, pairwise

MAX_NAME_CHARS = 40  # of a joined name; what is longer is no name
MAX_NAME_PARTS = 6  # of a name whose every run of parts is joined; of a longer one, neighbours only
CACHED_PIECES = 32_768  # compounds and numbers whose terms are remembered: about 8 MB
CACHED_WORDS = 4_096  # of queries

Form = tuple[str, ...]
"""Terms that stand side by side. A term that ends in `*` is the beginning of one."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u109f\u1780-\u17d3"
)
_PART = rf"[^\W_][\w{_MARKS}]*(?:(?<=\d)\.(?=\d)[\w{_MARKS}]+)*"
_JOINT = r"(?:[-&·'’ʼ‐‑‒–−]|\.(?!\d)|(?<!\d)\.)"  # a dot between digits belongs to the number
_WORD = re.compile(rf"(?:(?<![\w.])\.(?=[^\W\d_]))?{_PART}(?:{_JOINT}{_PART})*(?:\+\+|[+#](?![\w+#]))?")
_SPLIT = re.compile(rf"_|{_JOINT}")
_UNSPACED = re.compile(r"([\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+)")
_LETTERS_DIGITS = re.compile(r"([^\W\d_]{2,})(\d[\w.]*)")
_PLURAL_NAME = re.compile(r"(?<!\S)([b-df-hj-np-tv-xz0-9.]*[b-df-hj-np-rtv-xz0-9])s(?!\S)")  # what a stemmer leaves
_POSSESSIVE = re.compile(r"['’]s$")
_DIACRITICS = re.compile(r"(?<=[a-zα-ω])[\u0300-\u036f]+")
_LOOSE_MARKS = re.compile("[\u0300-\u036f]+")
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ё": "е"}
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff")  # soft hyphens and joiners: invisible, and typed by no one
)

_BETWEEN_WORDS = re.compile(r"""[!"$%()*,/:;<=>?@\[\\\]^`{|}~]+""")
_SPACES = str.maketrans(dict.fromkeys('!"$%()*,/:;<=>?@[\\]^`{|}~', " "))


def split_words(text: str) -> list[str]:
    """The words of a text as they are written, a name in one piece: `Qwen2.5-VL`, `C++`, `.NET`, `AT&T`."""
    return _WORD.findall(text)


def fold(text: str) -> str:
    """A text in small letters, without accents, ligatures and invisible characters."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", plain))
    return _LOOSE_MARKS.sub("", unicodedata.normalize("NFC", bare)).translate(_FOLDED)


def index_text(text: str) -> str:
    """What a text is found by, with spaces between: its terms in their order, then the other spellings of its names."""
    pieces = split_pieces(text)
    others = dict.fromkeys(filterfalse(str.isalpha if text.isascii() else _is_plain, pieces))
    terms = {piece: _KNOWN[piece][0] for piece in others}
    names = dict.fromkeys(name for piece in others for name in _KNOWN[piece][1])
    return _PLURAL_NAME.sub(r"\1", " ".join([*map(terms.get, pieces, pieces), *names]))


def phrase_terms(text: str) -> Form:
    """The terms of a text in their order."""
    terms = " ".join([piece if _is_plain(piece) else _KNOWN[piece][0] for piece in split_pieces(text)])
    return tuple(_PLURAL_NAME.sub(r"\1", terms).split())


@lru_cache(CACHED_WORDS)
def word_forms(word: str) -> tuple[Form, ...]:
    """The ways a word, or a phrase, may stand in the index; none when there is nothing in it to search for."""
    folded = _POSSESSIVE.sub("", fold(word))
    terms = phrase_terms(folded)
    if len(terms) == 1 and len(terms[0]) == 1 and _UNSPACED.fullmatch(terms[0]):
        return ((f"{terms[0]}*",),)  # one character of Chinese: it begins a pair, or stands behind the text
    found = [terms]
    if _WORD.fullmatch(folded):
        parts = _parts(folded)
        if len(parts) > 1:
            found += [(name,) for name in ["".join(parts)] if len(name) <= MAX_NAME_CHARS]
        elif split := _LETTERS_DIGITS.fullmatch(folded):
            found.append((split[1], split[2]))
    return tuple(dict.fromkeys(form for form in found if form))


def is_unspaced(text: str) -> bool:
    """Whether it is all Chinese, Japanese or Korean: written without spaces, so that it may be several words."""
    return _UNSPACED.fullmatch(text) is not None


def split_pieces(text: str) -> list[str]:
    """A text, cut where no word goes on. A piece may still hold several words, or none."""
    low = text.lower().replace(". ", " ")
    return (low.translate(_SPACES) if low.isascii() else _BETWEEN_WORDS.sub(" ", low)).split()


def _is_plain(piece: str) -> bool:
    """An English word by itself: most are, and need no more looking into."""
    return piece.isascii() and piece.isalpha()


class _Analyzed(dict[str, tuple[str, tuple[str, ...]]]):
    """The terms of a piece in their order, with spaces between, and what it is found by besides."""

    def __missing__(self, piece: str) -> tuple[str, tuple[str, ...]]:
        if len(self) >= CACHED_PIECES:
            self.clear()
        found = self[piece] = _analyzed(piece)
        return found


_KNOWN = _Analyzed()


def _analyzed(piece: str) -> tuple[str, tuple[str, ...]]:
    if piece.isascii():
        bare = piece.rstrip("-_.'")
        parts = bare.split("-")
        if all(map(str.isalpha, parts)):
            return " ".join(parts), tuple(_joined(parts))
        if bare.isdecimal():
            return bare, ()
    terms: list[str] = []
    names: list[str] = []
    for word in split_words(fold(piece)):
        parts = _parts(word)
        if _is_marked(word, parts):
            terms.append(word)
            names.append(parts[0])
        else:
            terms += [term for part in parts for term in _terms(part)]
            names += _joined(parts)
        names += _letters_and_digits(parts)
        names += _last_characters(parts)
    return " ".join(terms), tuple(names)


def _terms(part: str) -> list[str]:
    """One term; of Chinese, a term for each pair of characters."""
    if part.isascii():
        return [part]
    found: list[str] = []
    for piece in filter(None, _UNSPACED.split(part)):
        if len(piece) > 1 and _UNSPACED.fullmatch(piece):
            found += [first + second for first, second in pairwise(piece)]
        else:
            found.append(piece)
    return found


def _is_marked(word: str, parts: Sequence[str]) -> bool:
    """A name with a sign that belongs to it: `c++`, `.net`."""
    return len(parts) == 1 and (word[0] == "." or word[-1] in "+#")


def _parts(word: str) -> list[str]:
    """`GPT-4o` in its parts; what stands before and behind a name, as in `.net` and `c++`, is left out."""
    return [part for part in _SPLIT.split(_POSSESSIVE.sub("", word).strip(".+#")) if part]


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """Every run of two parts or more, in one."""
    if len(parts) == 2:
        if len(name := parts[0] + parts[1]) <= MAX_NAME_CHARS and (name.isascii() or not _UNSPACED.search(name)):
            yield name
        return
    longest = len(parts) if len(parts) <= MAX_NAME_PARTS else 2
    for length in range(2, longest + 1):
        for at in range(len(parts) - length + 1):
            name = "".join(parts[at : at + length])
            if len(name) <= MAX_NAME_CHARS and (name.isascii() or not _UNSPACED.search(name)):
                yield name


def _letters_and_digits(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if not part.isalpha() and (split := _LETTERS_DIGITS.fullmatch(part)):
            yield from (split[1], split[2])


def _last_characters(parts: Sequence[str]) -> Iterator[str]:
    """Of runs of Chinese: every other character begins a pair."""
    for part in parts:
        if not part.isascii():
            yield from (run[-1] for run in _UNSPACED.findall(part) if len(run) > 1)
