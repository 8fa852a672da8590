"""Is a text well-formed mrkdwn, and does it ping anybody? Knows only what Slack documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAG = re.compile(r"<([^<>]*)>")
_LINK = re.compile(r"(https?://[^\s|<>]+|mailto:[^\s|<>]+)(\|[^<>\n]+)?")
_BARE = re.compile(r"&(?!amp;|lt;|gt;)")
_NAMED = re.compile(r"(?<![\w.])@[A-Za-z]")


def mentions(text: str, *, link_names: bool = False) -> Iterator[str]:
    """Everything in `text` that would call somebody, or links to a channel, or is one of Slack's commands."""
    yield from (tag for tag in _TAG.findall(text) if tag[:1] in {"!", "@", "#"} and len(tag) > 1)
    if link_names:
        yield from (text[m.start() : m.start() + 20] for m in _NAMED.finditer(text))


def malformed(text: str) -> Iterator[str]:
    """Every piece of `text` that is neither plain, nor escaped, nor a link."""
    for tag in _TAG.findall(text):
        if tag[:1] not in {"!", "@", "#"} and not _LINK.fullmatch(tag):
            yield f"<{tag[:60]}> is no link"
    rest = _TAG.sub("", text)
    for line in rest.split("\n"):
        if "<" in line or ">" in line.removeprefix(">>>").removeprefix(">"):
            yield f"a raw angle bracket in {line[:60]!r}"
    if found := _BARE.search(text):
        yield f"a raw ampersand at {text[found.start() : found.start() + 20]!r}"
