"""Titles and abstracts as people read them: LaTeX and HTML to Unicode, entities, one kind of space."""

import html
import re
import unicodedata
from importlib.resources import files

import msgspec

from bot.papers.latex import latex_to_text
from bot.papers.latex_macros import script

MAX_TEXT_CHARS = 20_000  # the longest real abstract is under 4,000
MAX_LABEL_CHARS = 200  # of a category, a keyword, a name of an organisation
_ENTITY = re.compile(r"&#?\w{1,31};")
_LATEX = re.compile(r"[\\${]|\S~\S|``")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_JOINER = re.compile("[\u200c\u200d]+")
_DASH = re.compile(r"(?<=\s)-{2,3}(?=\s)")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)(?P<more>(?:[\s/][^<>]{0,5000})?)>")
_TAGS = msgspec.json.decode(files("bot.papers").joinpath("html_tags.json").read_bytes(), type=dict[str, str])
_BLOCKS, _UNREAD = (frozenset(_TAGS[kind].split()) for kind in ("blocks", "unread"))
_FORMATTING = _BLOCKS | set(_TAGS["inline"].split())


def readable(raw: str) -> str:
    """`raw` in one line of Unicode; at most `MAX_TEXT_CHARS` characters of it are read."""
    raw = raw[:MAX_TEXT_CHARS]
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), raw) if "&" in raw else raw
    if _LATEX.search(text):
        text = latex_to_text(text)
    return _DASH.sub("–", one_line(text)) or one_line(raw)


def label(raw: object) -> str:
    """A short text without LaTeX, such as a category, within `MAX_LABEL_CHARS`; empty when it isn't a text."""
    return one_line(raw[: 2 * MAX_LABEL_CHARS])[:MAX_LABEL_CHARS].strip() if isinstance(raw, str) else ""


def one_line(text: str) -> str:
    """A text without LaTeX in one line, without invisible characters: bidirectional controls, control characters.

    Joiners stay where they shape what is seen: between letters of Persian, Hindi and the like, and within an emoji.
    """
    seen = _INVISIBLE.sub("", text.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    if "\u200c" in seen or "\u200d" in seen:
        seen = _JOINER.sub(_joiner, seen)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def html_to_text(markup: str, *, formatting_only: bool = False) -> str:
    """The words of a piece of HTML: what is marked within a word joins, blocks part. Entities stay as they are.

    `formatting_only`: it may be plain text, so a tag that doesn't format text is part of it.
    """
    if "<" not in markup:
        return markup
    markup = _without_comments(markup)
    pieces: list[str] = []
    raised: list[tuple[str, int]] = []  # open <sup> and <sub>, and how many pieces came before each
    unread = ""
    end = 0
    for match in _TAG.finditer(markup):
        name = match["name"].lower()
        if formatting_only and name not in _FORMATTING:
            continue
        if not unread:
            pieces.append(markup[end : match.start()])
        end = match.end()
        if name in _UNREAD:
            unread = "" if match["end"] else name if not match["more"].endswith("/") else ""
        elif name in _BLOCKS:
            pieces.append(" ")
        elif name in {"sup", "sub"}:
            _raise(pieces, raised, name, is_end=bool(match["end"]))
    return "".join([*pieces, "" if unread else markup[end:]])


def _raise(pieces: list[str], raised: list[tuple[str, int]], name: str, *, is_end: bool) -> None:
    """`H<sub>2</sub>O` as `H₂O`."""
    if not is_end:
        raised.append((name, len(pieces)))
    elif raised and raised[-1][0] == name:
        _, start = raised.pop()
        inner = "".join(pieces[start:])
        pieces[start:] = [script("^" if name == "sup" else "_", inner)] if inner.strip() else [inner]


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _joiner(match: re.Match[str]) -> str:
    before, after = match.string[match.start() - 1 : match.start()], match.string[match.end() : match.end() + 1]
    joined = match[0][0]
    if _is_shaped(before) and (_is_shaped(after) or unicodedata.combining(before) == 9):  # 9: a virama
        return joined
    return joined if joined == "\u200d" and _is_pictured(before) and _is_pictured(after) else ""


def _is_shaped(char: str) -> bool:
    """Whether a character is of a script whose letters join: Arabic to Mongolian."""
    return "\u0600" <= char <= "\u18af" and unicodedata.category(char)[0] in "LM"


def _is_pictured(char: str) -> bool:
    return char != "" and (unicodedata.category(char) in {"So", "Sk"} or char == "\ufe0f")
