"""Why a paper was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.papers.model import Paper, PaperId
from bot.search.acronyms import long_forms
from bot.search.query import STOP, WORD

SHORT = 60  # characters of a title that is named as a reason


def why(sought: Sequence[str], paper: Paper | None, *, near: bool) -> tuple[str, ...]:
    """What in a paper answers the words sought."""
    if paper is None:
        return ()
    in_title = [form for word in sought if (form := _form(word, paper.title))]
    by = [word for word in sought if not _form(word, paper.title) and _has(word, " ".join(paper.authors))]
    rest = [word for word in sought if word not in by and not _form(word, paper.title)]
    in_text = [form for word in rest if (form := _form(word, paper.abstract))]
    told = (("title has", in_title), ("by", by), ("mentions", in_text))
    reasons = [f"{how} {_quoted(words)}" for how, words in told if words]
    return tuple(reasons or (["near in meaning"] if near else []))


def near_to(
    paper: Paper | None, to: Mapping[PaperId, Paper], vectors: Mapping[PaperId, NDArray[np.float32]]
) -> tuple[str, ...]:
    """Which of several papers one is nearest to, and what words their titles share."""
    if paper is None:
        return ()
    known = [id for id in to if id in vectors] if paper.id in vectors else []
    nearest = max(known, key=lambda id: float(vectors[id] @ vectors[paper.id]), default=None)
    told = "near in meaning" if nearest else "shares words with it"
    if nearest and len(to) > 1:
        told = f"near “{_short(to[nearest].title)}”"
    shared = _shared(paper.title, [to[nearest].title] if nearest else [other.title for other in to.values()])
    return (told, f"both titles have {_quoted(shared)}") if shared else (told,)


def has_all(sought: Sequence[str], text: str) -> bool:
    """Whether a text holds every one of the words."""
    return bool(sought) and all(_has(word, text) for word in sought)


def _shared(title: str, others: Sequence[str]) -> list[str]:
    words = dict.fromkeys(word.casefold() for word in WORD.findall(title) if word.casefold() not in STOP)
    return [word for word in words if len(word) > 2 and any(_has(word, other) for other in others)]


def _form(word: str, text: str) -> str:
    """The word, or the long form of an acronym, as a text has it; empty when it has neither."""
    if _has(word, text):
        return word
    long = long_forms([word]).get(word, "")
    return long if long and _has(long, text) else ""


def _has(word: str, text: str) -> bool:
    """At the beginning of a word: `ai` is not in `training`, but `network` is in `networks`."""
    low = word.casefold()
    stem = low[:-1] if low.endswith("s") and len(low) > 3 else low
    return re.search(rf"(?<!\w){re.escape(stem)}", text.casefold()) is not None


def _short(title: str) -> str:
    return title if len(title) <= SHORT else title[:SHORT].rsplit(" ", 1)[0] + "…"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4])
