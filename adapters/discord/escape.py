"""Text in Discord's Markdown: its styles and links come from spans, everything else is escaped. Pure."""

import re
from urllib.parse import quote, urlsplit

from bot.chat.message import Span, Text

MAX_URL_CHARS = 512  # components reference: the address of a link button
SPAN_OVERHEAD_CHARS = 8  # per span, for what surrounds it: `### `, `- `, a line break, a seam
SEAM = "\u200b"  # between two styled spans, whose marks would merge

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ALWAYS = re.compile(r"[\\`*_~|<\[\]@]|:(?=/|$|[^\s:]+:)")  # `:` in addresses, which become links, and in `:100:`
_LINE_START = re.compile(r"^([^\S\n]*\d*)([.)]|(?<!\d)[#>+-])", re.MULTILINE)  # any span may start a line
_SPACES = re.compile(r"[^\S\u00a0]+")  # a no-break space stays: `▲ 250`
_STAR = re.compile(r"[*\\]")
_PAIR = re.compile(r"\[[^\[\]]*\]")
_KEPT = "/:?#@!$&+,;=%~-._"  # of an address; brackets, quotes and `*` could end a link or a style


def markdown(run: Text) -> str:
    """A text as Markdown; may contain line breaks. Code of several lines is a block."""
    if len(run) == 1 and run[0].code and "\n" in run[0].text.strip() and "`" not in run[0].text:
        return f"```\n{without_controls(run[0].text)}\n```"
    parts: list[str] = []
    closed = False  # whether the last part ends with a mark
    for span in run:
        part, opens, closes = _span(span)
        parts.append(SEAM + part if closed and opens else part)
        closed = closes if part else closed
    return "".join(parts)


def one_line(run: Text) -> str:
    """A text in one line: for headings, list items and footnotes."""
    return _SPACES.sub(" ", markdown(run)).strip()


def plain(words: str) -> str:
    """The text escaped, so that Discord shows it unchanged."""
    escaped = _ALWAYS.sub(r"\\\g<0>", without_controls(words))
    return _LINE_START.sub(r"\1\\\2", escaped)


def without_controls(words: str) -> str:
    """Without control characters and those that change the reading direction."""
    return _UNSEEN.sub("", words.replace("\t", " "))


def utf16_units(wire: str) -> int:
    """Length in UTF-16 code units, the strictest way a client counts it."""
    return len(wire) + sum(char > "\uffff" for char in wire)


def width(run: Text) -> int:
    """Upper bound of a text's UTF-16 units on the wire, with what its block adds around it."""
    return sum(utf16_units(_span(span)[0]) + SPAN_OVERHEAD_CHARS for span in run)


def href(url: str) -> str:
    """The address encoded for a link; empty when it isn't a web address or is too long."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    link = quote(url, safe=_KEPT, errors="replace")
    return link if len(link) <= MAX_URL_CHARS else ""


def _span(span: Span) -> tuple[str, bool, bool]:
    """A span on the wire, and whether it begins and ends with a mark; spaces stay outside the marks."""
    words = without_controls(span.text)
    inner = words.strip()
    if not inner:
        return words, False, False
    before, _, after = words.partition(inner)
    shown, marked = _styled(span, inner)
    return f"{before}{shown}{after}", marked and not before, marked and not after


def _styled(span: Span, words: str) -> tuple[str, bool]:
    if span.channel and words.isdecimal():
        return f"<#{words}>", False
    if span.role and words.isdecimal():  # nor does this: only the role of `Message.ping` is in `allowed_mentions`
        return f"<@&{words}>", False
    if span.person and words.isdecimal():  # notifies no one: `allowed_mentions` is empty
        return f"<@{words}>", False
    marked = span.code and "`" not in words  # between backticks nothing is interpreted
    shown = f"`{words}`" if marked else plain(words)
    link = href(span.url)
    if link and words == span.url:
        shown = f"<{link}>"
    elif link and _may_link(words):
        shown = f"[{shown}]({link})"
    stars = "*" * (2 * span.bold + span.italic)
    if marked and _STAR.search(words):  # between backticks a star can't be escaped, and would end the style
        stars = ""
    return f"{stars}{shown}{stars}", marked or bool(stars)


def _may_link(words: str) -> bool:
    """Discord shows no link when its text looks like an address or has an unclosed bracket."""
    return "://" not in words and "[" not in _PAIR.sub("", words)
