"""Papers as files of other programs, each from a template: BibTeX, RIS, CSL-JSON, Markdown, Zotero's items. Pure.

BibTeX is UTF-8, as biber and LaTeX since 2018 read it: letters stay as they are, signs and Greek become macros. A paper
on arXiv is a `@misc` with its number, as arXiv exports it. The key is the paper's id, so it is the same in every file,
also after the title or the authors were corrected.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from jinja2 import Environment, PackageLoader
from msgspec import Struct

from bot.papers.authors import PARTICLES
from bot.papers.model import Paper
from bot.papers.text import one_line

FORMATS = {  # by the ending of a file: its name and content type
    "bib": ("BibTeX", "application/x-bibtex"),
    "ris": ("RIS", "application/x-research-info-systems"),
    "json": ("CSL-JSON", "application/vnd.citationstyles.csl+json"),
}
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d)\.?", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:collaboration|consortium|team|group|project|committee)\b|,", re.IGNORECASE)
_SENTENCE_CASE = re.compile(  # a longer word that a headline would capitalise
    r"(?<=\s)(?!(?:through|between|without|towards?|against|beyond|within)\b)[a-z]{6,}\b"
)
_BRACES = {"{": "\\ensuremath{\\lbrace}", "}": "\\ensuremath{\\rbrace}"}  # `\{` would upset programs that count braces
_SIGNS = ("GREEK", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER")  # letters that text fonts lack


class Name(Struct, frozen=True, omit_defaults=True):
    """An author's name in parts; a group has only a `family`."""

    family: str
    suffix: str = ""
    given: str = ""


def cite(papers: Iterable[Paper], ending: str) -> str:
    """The text of a file with the citations of these papers."""
    text = render(f"citations.{ending}", papers=list(papers))
    return text.replace("\n", "\r\n") if ending == "ris" else text  # as the format says


def render(template: str, **values: object) -> str:
    """A file from its template."""
    return _environment().get_template(template).render(values)


def split_name(author: str) -> Name:
    """`Ludwig van Beethoven` as `van Beethoven` and `Ludwig`; one word, and the name of a group, stay whole."""
    before, _, last = one_line(author).rpartition(", ")
    name, suffix = (before, last) if _SUFFIX.fullmatch(last) else (one_line(author), "")
    words = name.split()
    if len(words) < 2 or _GROUP.search(name):
        return Name(one_line(author))
    start = len(words) - 1
    while start > 1 and words[start - 1] in PARTICLES:
        start -= 1
    return Name(" ".join(words[start:]), suffix, " ".join(words[:start]))


def _bibtex_name(author: str) -> str:
    name = split_name(author)
    parts = [latex(part) for part in msgspec.structs.astuple(name) if part]
    return ", ".join(f"{{{part}}}" if not name.given or re.search(r"(?i)\band\b", part) else part for part in parts)


def _zotero_name(name: Name) -> dict[str, str]:
    parts = {"firstName": name.given, "lastName": ", ".join(filter(None, (name.family, name.suffix)))}
    return {"creatorType": "author"} | (parts if name.given else {"name": name.family})


def latex(text: str) -> str:
    """A text for LaTeX: its special characters, signs and Greek as macros."""
    return "".join(map(_latex_char, text))


@cache
def _latex_char(char: str) -> str:
    from pylatexenc.latexencode import unicode_to_latex  # noqa: PLC0415 - most texts need none of it

    is_sign = unicodedata.category(char) in {"Sm", "No"} or unicodedata.name(char, "").startswith(_SIGNS)
    if char in "#$%&<>\\^_~" or (is_sign and not char.isascii()):
        return str(unicode_to_latex(char, unknown_char_policy="keep", unknown_char_warning=False))
    return _BRACES.get(char, char)


def _protect(title: str) -> str:
    """A title with braces around the words whose capitals must stay: BibTeX styles lower the case of all others.

    Those are words such as `GPT-4` and `LoRA`; where only names are capitalised, all that are, but the first.
    """
    are_names, words = _SENTENCE_CASE.search(title) is not None, title.split(" ")
    keeps = [_keeps_case(word, is_name=are_names and at > 0) for at, word in enumerate(words)]
    return " ".join(f"{{{latex(word)}}}" if keep else latex(word) for word, keep in zip(words, keeps, strict=True))


def _keeps_case(word: str, *, is_name: bool) -> bool:
    first, *others = [char for char in word if char.isalpha()] or [""]
    return any(char.isupper() for char in others) or (first.isupper() and (is_name or not others))


@cache
def _environment() -> Environment:
    found = Environment(  # noqa: S701 - no HTML, and BibTeX is full of braces
        loader=PackageLoader("bot.papers"),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = {"line": one_line, "latex": latex, "protect": _protect, "bibtex_name": _bibtex_name}
    filters |= {"name": split_name, "json": lambda value: msgspec.json.encode(value).decode()}
    filters |= {"csl_name": lambda name: name if name.given else {"literal": name.family}}
    filters |= {"zotero_name": _zotero_name}
    filters |= {"address": lambda url: quote(url, safe="%/:?#@!$&'()*+,;=~[]-._")}  # nothing in it ends a field
    filters |= {"tags": lambda names: [re.sub(r"[^\w/]+", "-", name) for name in dict.fromkeys(names)]}
    filters |= {"plain": lambda text: re.sub(r"([\\`*_{}\[\]<>#+!|~$=-])", r"\\\1", text)}  # no markup in Markdown
    found.filters |= filters
    return found
