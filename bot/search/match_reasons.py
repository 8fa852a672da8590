"""Why a paper was found. Pure."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.analyzer import Form, index_text, split_words, word_forms
from bot.languages import mark, tr
from bot.papers.model import Paper, PaperId
from bot.search.acronyms import long_forms
from bot.search.query import STOP
from bot.search.word_query import TERMS, form_stems

BY = mark("by {words}")  # authors
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
        terms = indexed_terms(text) if rest else ()
        found = {word: form for word in rest if (form := _form(word, terms, with_acronyms=label != BY))}
        rest = [word for word in rest if word not in found]
        if found:
            reasons.append(tr(label, words=_quoted(list(found.values()))))
    return tuple(reasons or ([tr("close in meaning")] if near else []))


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


def indexed_terms(text: str) -> list[str]:
    """What the index has of a text: the stems of its terms."""
    return TERMS.analyze(index_text(text))


def holds(terms: Sequence[str], word: str) -> bool:
    """Whether a text of these `indexed_terms` has the word, or the phrase, in one of its forms."""
    return any(_stands_in(terms, form) for form in word_forms(word))


def has_all(sought: Sequence[str], text: str) -> bool:
    """Whether a text has every one of the words."""
    terms = indexed_terms(text)
    return bool(sought) and all(holds(terms, word) for word in sought)


def has_name(typed: str) -> bool:
    """Whether one of the words that were typed has more than letters in it."""
    return any(not word.isalpha() for word in _typed_words(typed))


def is_spelt_in(typed: str, title: str) -> bool:
    """Whether a title has every word that was typed just as it is spelt, in any case."""
    low = title.casefold()
    return all(re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", low) for word in _typed_words(typed))


def _typed_words(typed: str) -> list[str]:
    return [word for raw in typed.split() if (word := raw.strip(".,:;?!()“”"))]


def _shared(title: str, others: Sequence[str]) -> list[str]:
    words = dict.fromkeys(word.casefold() for word in split_words(title) if word.casefold() not in STOP)
    texts = [indexed_terms(other) for other in others]
    return [word for word in words if len(word) > 2 and any(holds(terms, word) for terms in texts)]


def _form(word: str, terms: Sequence[str], *, with_acronyms: bool) -> str:
    """The word, or the long form of an acronym, as a text of these terms has it; empty when it has neither."""
    if holds(terms, word):
        return word
    long = long_forms([word]).get(word, "") if with_acronyms else ""
    return long if long and holds(terms, long) else ""


def _stands_in(terms: Sequence[str], form: Form) -> bool:
    if form[0].endswith("*"):
        return any(term.startswith(form[0][:-1]) for term in terms)
    sought = form_stems(form)
    starts = [at for at, term in enumerate(terms) if term == sought[0]] if sought[0] in terms else []
    return any(terms[at : at + len(sought)] == sought for at in starts)


def _short(title: str) -> str:
    return title if len(title) <= MAX_TITLE_CHARS else title[:MAX_TITLE_CHARS].rsplit(" ", 1)[0] + "…"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4])
