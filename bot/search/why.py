"""Why a paper was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.papers.model import Paper


def why(sought: Sequence[str], paper: Paper | None, *, near: bool) -> tuple[str, ...]:
    """What in a paper answers the words sought."""
    if paper is None:
        return ()
    in_title = [word for word in sought if _has(word, paper.title)]
    by = [word for word in sought if word not in in_title and _has(word, " ".join(paper.authors))]
    in_text = [word for word in sought if word not in in_title and word not in by and _has(word, paper.abstract)]
    told = (("title has", in_title), ("by", by), ("mentions", in_text))
    reasons = [f"{how} {_quoted(words)}" for how, words in told if words]
    return tuple(reasons or (["near in meaning"] if near else []))


def has_all(sought: Sequence[str], text: str) -> bool:
    """Whether a text holds every one of the words."""
    return bool(sought) and all(_has(word, text) for word in sought)


def _has(word: str, text: str) -> bool:
    """At the beginning of a word: `ai` is not in `training`, but `network` is in `networks`."""
    low = word.casefold()
    stem = low[:-1] if low.endswith("s") and len(low) > 3 else low
    return re.search(rf"(?<!\w){re.escape(stem)}", text.casefold()) is not None


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words[:4])
