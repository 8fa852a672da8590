"""Spans in Discord's Markdown: styles and links are ours, everything else only shows. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from bot.chat.message import Span, Text

MOST_URL = 512  # components reference: the address of a link button
SPARE = 8  # characters a span may cost beside itself: `### `, `- `, a line break, a seam
SEAM = "\u200b"  # between two styled spans: their marks would run together

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ALWAYS = re.compile(r"[\\`*_~|<\[\]@]|:(?=/|$)")  # `:` keeps an address from becoming a link
_LINE_START = re.compile(r"^([^\S\n]*\d*)([.)]|(?<!\d)[#>+-])", re.MULTILINE)  # any span may start a line
_STAR = re.compile(r"[*\\]")
_PAIR = re.compile(r"\[[^\[\]]*\]")
_KEPT = "/:?#@!$&+,;=%~-._"  # of an address; brackets, quotes and `*` could end a link or a style


def markdown(run: Text) -> str:
    """A text as Discord shows it; may hold line breaks."""
    parts: list[str] = []
    closed = False  # whether what stands last ends with a mark
    for span in run:
        part, opens, closes = _span(span)
        parts.append(SEAM + part if closed and opens else part)
        closed = closes if part else closed
    return "".join(parts)


def one_line(run: Text) -> str:
    """A text where a line break would end it: headings, list items, small print."""
    return " ".join(markdown(run).split())


def plain(words: str) -> str:
    """Words that only show."""
    escaped = _ALWAYS.sub(r"\\\g<0>", seen(words))
    return _LINE_START.sub(r"\1\\\2", escaped)


def seen(words: str) -> str:
    """Without control characters and those that turn the reading direction."""
    return _UNSEEN.sub("", words.replace("\t", " "))


def units(wire: str) -> int:
    """Length as the strictest reader counts it: in UTF-16."""
    return len(wire) + sum(char > "\uffff" for char in wire)


def width(run: Text) -> int:
    """Upper bound of what a text takes on the wire, with what its block adds around it."""
    return sum(units(_span(span)[0]) + SPARE for span in run)


def href(url: str) -> str:
    """An address that may be linked to; empty for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    link = quote(url, safe=_KEPT, errors="replace")
    return link if len(link) <= MOST_URL else ""


def _span(span: Span) -> tuple[str, bool, bool]:
    """A span on the wire, and whether a mark stands at its beginning and at its end; spaces stay outside of marks."""
    words = seen(span.text)
    inner = words.strip()
    if not inner:
        return words, False, False
    before, _, after = words.partition(inner)
    shown, marked = _styled(span, inner)
    return f"{before}{shown}{after}", marked and not before, marked and not after


def _styled(span: Span, words: str) -> tuple[str, bool]:
    if span.channel and words.isdecimal():
        return f"<#{words}>", False
    if span.person and words.isdecimal():  # a name that calls nobody: `allowed_mentions` lets none through
        return f"<@{words}>", False
    shown, marked = _code(words) if span.code else (plain(words), False)
    link = href(span.url)
    if link and words == span.url:
        shown = f"<{link}>"
    elif link and _may_link(words):
        shown = f"[{shown}]({link})"
    stars = "*" * (2 * span.bold + span.italic)
    if marked and _STAR.search(words):  # between backticks a star can't be escaped, and would end ours
        stars = ""
    return f"{stars}{shown}{stars}", marked or bool(stars)


def _may_link(words: str) -> bool:
    """Discord shows no link whose text looks like another address, or has a bracket that is not closed."""
    return "://" not in words and "[" not in _PAIR.sub("", words)


def _code(words: str) -> tuple[str, bool]:
    """Between backticks nothing is read; words with one of their own are shown as words."""
    return (plain(words), False) if "`" in words else (f"`{words}`", True)
