"""Titles and abstracts as people read them: LaTeX to Unicode, entities, one kind of space.

Nothing may get lost: what the LaTeX library can't read is shown as it stands, without its backslashes.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache
from typing import Any

MAX_TEXT_CHARS = 20_000  # characters; the longest real abstract is under 4,000, and parsing takes time
_ENTITY = re.compile(r"&#?\w{1,31};")
_MARKUP = re.compile(r"[\\$]|\{|~")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_TIE = re.compile(r"(?<=[^\s\d/])~|(?<=\d)~(?=\D)")  # LaTeX's unbreakable space
_SHIELD = 0xE000  # private characters stand for those that LaTeX would take for syntax
_DASH = re.compile(r"(?<=\s)-{2,3}(?=\s)")
_MATH = re.compile(r"(?<!\\)\$\$?(?P<body>[^$]{1,400}?)(?<!\\)\$\$?(?P<next>\d?)")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*|\\(.)")
_SCRIPT = re.compile(r"(?P<kind>[\^_])(?:\{(?P<group>[^{}]{1,12})\}|(?P<one>[0-9A-Za-z+\-*′]))")
_OPERATOR = re.compile(r"[+\-/*=]")
_UP = str.maketrans("0123456789+-−=()abcdefghijklmnoprstuvwxyz*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ*")
_DOWN = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def readable(raw: str) -> str:
    """`raw` in one line of Unicode; at most `MAX_TEXT_CHARS` characters of it are read."""
    text = (
        _ENTITY.sub(lambda match: html.unescape(match[0]), raw[:MAX_TEXT_CHARS]) if "&" in raw else raw[:MAX_TEXT_CHARS]
    )
    if _MARKUP.search(text):
        text = _without_latex(text)
    return _DASH.sub("–", one_line(text)) or one_line(raw[:MAX_TEXT_CHARS])


def one_line(text: str) -> str:
    """A text without LaTeX in one line, without what can't be seen."""
    seen = _UNSEEN.sub("", text.replace("\t", " ").replace("\n", " "))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _without_latex(text: str) -> str:
    """Mathematics first, each formula on its own, so that one bad formula spoils no other; then the words."""
    pieces: list[str] = []
    end = 0
    at = 0
    while match := _MATH.search(text, at):
        if _is_money(match["body"], match["next"]):
            at = match.start() + 1  # the second sign may open a formula
            continue
        pieces += [_words(text[end : match.start()]), _formula(match["body"])]
        at = end = match.start("next")
    return "".join([*pieces, _words(text[end:])])


def _is_money(body: str, after: str) -> bool:
    """`$5 and $` and `$5-$10` are prices: a formula ends in no space, and no digit follows it."""
    return body[0].isdigit() and (body[-1].isspace() or bool(after))


def _words(text: str) -> str:
    r"""Running text: `\emph{x}`, `\'e`; `%`, `_` and `^` mean themselves here, and so does the tilde of `~10`."""
    text = _TIE.sub(" ", text)
    if "\\" not in text and "{" not in text:
        return text
    return _convert(re.sub(r"(?<!\\)[%_^&#$~]", _shield, text))


def _formula(body: str) -> str:
    scripts = _SCRIPT.sub(_script, body)
    if "\\" not in scripts:
        return scripts.replace("{", "").replace("}", "")
    return _convert(re.sub(r"(?<!\\)[%#&$]", _shield, scripts))


def _script(match: re.Match[str]) -> str:
    """`^2` as `²` where every character has such a form; else it stays."""
    inner = match["group"] or match["one"]
    if inner.startswith("\\"):
        return match[0]
    table = _UP if match["kind"] == "^" else _DOWN
    if all(ord(c) in table for c in inner):
        return "{}" + inner.translate(table)  # the braces end a macro before it: `\\alpha_i`
    return f"{match['kind']}({inner})" if _OPERATOR.search(inner) else f"{match['kind']}{inner}"


def _convert(text: str) -> str:
    """Through the LaTeX library; what it drops or can't read is kept as plain words."""
    from pylatexenc.latexwalker import LatexWalkerError  # noqa: PLC0415 - most texts need none of it

    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    try:
        found: str = _latex().latex_to_text(text, tolerant_parsing=True).replace("<cit.>", "")
    except (LatexWalkerError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
        found = ""
    found = _unshield(found)
    if len(re.findall(r"\w", found)) < len(re.findall(r"\w", _plain(text))) * 0.7:
        found = _unshield(_plain(text))
    return f"{' ' if lead else ''}{found.strip()}{' ' if tail else ''}"


def _shield(match: re.Match[str]) -> str:
    return chr(_SHIELD + ord(match[0]))


def _unshield(text: str) -> str:
    return re.sub("[\ue000-\ue07f]", lambda match: chr(ord(match[0]) - _SHIELD), text)


def _plain(text: str) -> str:
    return re.sub(r"[{}$]", "", _COMMAND.sub(lambda match: match[1] or " ", text))


@cache
def _latex() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415

    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces="based-on-source")
