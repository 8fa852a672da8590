"""Text and links as Slack takes them where it reads no markup. Pure. https://docs.slack.dev/block-kit"""

import json
import re
from functools import lru_cache
from typing import Any, TypeAlias

from bot.chat.message import Span, Text

Json: TypeAlias = dict[str, Any]

MAX_URL_CHARS = 3_000  # of a button
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(raw: str) -> str:
    """Text with the three characters that have a meaning in any text of Slack as entities."""
    return raw.translate(_ENTITIES)


def without_bidi(raw: str) -> str:
    """Text without the control characters that change the reading direction."""
    return raw if raw.isascii() else raw.translate(_BIDI_CONTROLS)


def is_linkable(url: str) -> bool:
    """Whether Slack takes this address as a link."""
    return url.startswith(("http://", "https://")) and len(url) <= MAX_URL_CHARS and not re.search(r"\s", url)


def plain_text(raw: str) -> Json:
    """A text in which nothing has a meaning, not even `:tada:`."""
    return {"type": "plain_text", "text": without_bidi(raw), "emoji": False}


def element(span: Span) -> Json:
    """A span as an element of rich text, in which Slack reads no markup."""
    words = without_bidi(span.text)
    if span.channel and _CHANNEL.fullmatch(words):
        return {"type": "channel", "channel_id": words}
    shown: Json = {"type": "text", "text": words}
    if is_linkable(span.url):
        shown = {"type": "link", "url": span.url, "text": words}
    styles = {name: True for name in ("bold", "italic", "code") if getattr(span, name)}
    return shown | {"style": styles} if styles else shown


def width(run: Text) -> int:
    """The length of a text's JSON, which counts towards Slack's limit of a message."""
    return sum(map(_size, run))


@lru_cache(maxsize=4096)
def _size(span: Span) -> int:
    """Cached: `fit` measures the same text repeatedly."""
    return len(compact_json(element(span))) + 1


def compact_json(shown: object) -> str:
    """JSON as Slack measures it."""
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
