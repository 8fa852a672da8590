"""Why a paper was found. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.analyzer import Form, index_text, phrase_terms, split_pieces, split_words, word_forms
from bot.languages import mark, tr
from bot.papers.model import Paper, PaperId
from bot.search.acronyms import long_forms
from bot.search.query import STOP
from bot.search.word_query import TERMS, form_stems

BY = mark("by {words}")  # authors
CACHED_PIECES = 16_384  # of texts, whose stems are remembered: about 5 MB
MAX_TITLE_CHARS = 60  # of a title in a reason


def why(sought: Sequence[str], paper: Paper | None, *, near: bool) -> tuple[str, ...]:
    """What in a paper answers the words sought, for people. `near`: it was also found by meaning."""
    if paper is None:
        return ()
    reasons: list[str] = []
    rest = list(sought)
    for label, text in (
        (mark("title has {words}"), paper.title),
        (BY, "\n".join(paper.authors)),
        (mark("mentions {words}"), paper.abstract),
    ):
        found = _forms_in(text, rest, with_acronyms=label != BY) if rest else {}
        rest = [word for word in rest if word not in found]
        if found:
            reasons.append(tr(label, words=_quoted(list(found.values()))))
    return tuple(reasons or ([tr("close in meaning")] if near else []))


def words_in(sought: Sequence[str], text: str) -> tuple[str, ...]:
    """The words of a text that are among those sought, as the text spells them; words that say nothing aren't."""
    parts = [word for words in sought for word in split_words(words) if word.casefold() not in STOP]
    return tuple(
        word for word in dict.fromkeys(split_words(text)) if any(holds(indexed_terms(word), part) for part in parts)
    )


def near_to(
    paper: Paper | None, to: Mapping[PaperId, Paper], vectors: Mapping[PaperId, NDArray[np.float32]]
) -> tuple[str, ...]:
    """Which of several papers one is nearest to, and which words their titles share."""
    if paper is None:
        return ()
    known = [id for id in to if id in vectors] if paper.id in vectors else []
    nearest = max(known, key=lambda id: float(vectors[id] @ vectors[paper.id]), default=None)
    told = tr("close in meaning") if nearest else tr("shares words with it")
    if nearest and len(to) > 1:
        told = tr("similar to “{title}”", title=_short(to[nearest].title))
    shared = _shared(paper.title, [to[nearest].title] if nearest else [other.title for other in to.values()])
    return (told, tr("both titles have {words}", words=_quoted(shared))) if shared else (told,)


def indexed_terms(text: str, starts: Collection[str] = ()) -> str:
    """What the index has of a text, in spaces: the stems of its terms, then the other spellings of its names.

    `starts`: the first two letters of the terms that matter; in place of other English words stands `|`.
    """
    pieces = split_pieces(text)
    known = [
        _KNOWN[p] if not starts or p[:2] in starts or not (p.isascii() and p.isalpha()) else _OTHER for p in pieces
    ]
    return "".join([terms for terms, _ in known] + [names for _, names in known]) + " "


class _Stems(dict[str, tuple[str, str]]):
    """What the index has of a piece of a text: its terms and its names, remembered."""

    def __missing__(self, piece: str) -> tuple[str, str]:
        if len(self) >= CACHED_PIECES:
            self.clear()
        stems = TERMS.analyze(index_text(piece))
        terms = 1 if piece.isascii() and piece.isalpha() else len(phrase_terms(piece))
        found = self[piece] = (_spaced(stems[:terms]), _spaced(stems[terms:]))
        return found


_KNOWN, _OTHER = _Stems(), (" |", "")


def holds(terms: str, word: str) -> bool:
    """Whether a text of these `indexed_terms` has the word, or the phrase, in one of its forms."""
    return any(_stands_in(terms, form) for form in word_forms(word))


def has_all(sought: Sequence[str], text: str) -> bool:
    """Whether a text has every one of the words."""
    return bool(sought) and len(_forms_in(text, sought, with_acronyms=False)) == len(set(sought))


def has_name(typed: str) -> bool:
    """Whether one of the words that were typed has more than letters in it."""
    return any(not word.isalpha() for word in _typed_words(typed))


def is_spelt_in(typed: str, title: str) -> bool:
    """Whether a title has every word that was typed just as it is spelt, in any case."""
    low, words = title.casefold(), _typed_words(typed.casefold())
    return all(word in low and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", low) for word in words)


def _typed_words(typed: str) -> list[str]:
    return [word for raw in typed.split() if (word := raw.strip(".,:;?!()“”"))]


def _shared(title: str, others: Sequence[str]) -> list[str]:
    words = dict.fromkeys(word.casefold() for word in split_words(title) if word.casefold() not in STOP)
    texts = [indexed_terms(other) for other in others]
    return [word for word in words if len(word) > 2 and any(holds(terms, word) for terms in texts)]


def _forms_in(text: str, words: Sequence[str], *, with_acronyms: bool) -> dict[str, str]:
    """Those of the words that a text has, with the form it has. Most stand there as typed: then no stem is needed."""
    pieces = split_pieces(text)
    if all(word.lower() in pieces for word in words):
        return dict(zip(words, words, strict=True))
    written = [*words, *(long_forms(words).values() if with_acronyms else ())]
    starts = {stem[:2] for word in written for form in word_forms(word) for stem in form_stems(form)}
    terms = indexed_terms(text, starts)
    return {word: form for word in words if (form := _form(word, terms, with_acronyms=with_acronyms))}


def _form(word: str, terms: str, *, with_acronyms: bool) -> str:
    """The word, or the long form of an acronym, as a text of these terms has it; empty when it has neither."""
    if holds(terms, word):
        return word
    long = long_forms([word]).get(word, "") if with_acronyms else ""
    return long if long and holds(terms, long) else ""


def _spaced(terms: Sequence[str]) -> str:
    return "".join(f" {term}" for term in terms)


def _stands_in(terms: str, form: Form) -> bool:
    return f" {form[0][:-1]}" in terms if form[0].endswith("*") else f"{_spaced(form_stems(form))} " in terms


def _short(title: str) -> str:
    return title if len(title) <= MAX_TITLE_CHARS else title[:MAX_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4])
