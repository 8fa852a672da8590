"""The tags of a forum post, by what its papers are about. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.papers.categories import CATEGORIES

MAX_TAGS = 5  # of a post: Discord's limit
NEEDS_TAG = 1 << 4  # channel flag
_WORD = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")  # `cs.CL` and `text-to-image` are one word each


def forum_tags(forum: Mapping[str, Any], topics: Sequence[str]) -> list[str]:
    """The ids of the tags named after papers, then of those that name one of the topics or arXiv categories; any one
    tag where the forum requires one and none fits. Tags that only moderators may use are left out."""
    free = [tag for tag in forum.get("available_tags") or () if not tag.get("moderated")]
    named = [tag for tag in free if "paper" in str(tag.get("name", "")).casefold()]
    fitting = [tag for tag in free if tag not in named and _names_any(str(tag.get("name", "")), topics)]
    required = int(forum.get("flags") or 0) & NEEDS_TAG
    return [str(tag["id"]) for tag in ([*named, *fitting] or (free[:1] if required else []))[:MAX_TAGS]]


def _names_any(name: str, topics: Sequence[str]) -> bool:
    """Whether all words of the tag are in a topic, or the other way round."""
    words = _words(name)
    known = [_words(text) for topic in topics for text in (topic, CATEGORIES.get(topic, ""))]
    return bool(words) and any(topic and (words <= topic or topic <= words) for topic in known)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
