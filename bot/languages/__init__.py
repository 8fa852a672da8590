"""The reader's language: texts from the catalogues beside this file, English where a catalogue misses one.

A text is written in English where it is used, with named placeholders: `tr("Saved “{title}”.", title=title)`.
docs/writing.md says how to write a text that can be translated.
"""

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import TypeVar

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

T = TypeVar("T")

LANGUAGES = ("en", "de", "fr", "es", "pt_BR", "zh_CN", "ja", "ko")
TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})  # Chinese that isn't written in simplified characters

_current: ContextVar[str] = ContextVar("language", default="en")
_PT, _ZH = "pt_BR", "zh_CN"
_LOCALES = {name: Locale.parse("en_GB" if name == "en" else name) for name in LANGUAGES}


def language() -> str:
    """The language that texts are written in now, one of `LANGUAGES`."""
    return _current.get()


def tag() -> str:
    """The current language as it is typed after `lang:` in a schedule: `pt-br`."""
    return _current.get().replace("_", "-").casefold()


def locale() -> Locale:
    """The rules of the current language for dates, numbers and lists."""
    return _LOCALES[_current.get()]


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Write texts in the language of a tag (`de-AT`, `pt-br`; empty: English) until the block ends."""
    token = _current.set(supported(tag) or "en")
    try:
        yield
    finally:
        _current.reset(token)


def supported(tag: str) -> str:
    """The catalogue for a language tag, as a platform or a browser names it; empty when there is none."""
    first, *rest = tag.replace("_", "-").casefold().split("-")
    if first == "zh":
        return "" if TRADITIONAL & set(rest) else _ZH
    name = _PT if first == "pt" else first
    return name if name in LANGUAGES else ""


def wanted_by(accept_language: str) -> str:
    """The language that a browser prefers among ours, from its `Accept-Language` header (RFC 9110, 12.5.4)."""
    ranked = []
    for part in accept_language[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        ranked.append((_quality(quality), supported(tag)))
    best = max((item for item in ranked if item[0] > 0 and item[1]), key=lambda item: item[0], default=(0, "en"))
    return best[1]


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0


def mark(text: str) -> str:
    """A text for the catalogues that is translated later, where it is shown: `tr(…)` of the same text."""
    return text


def tr(text: str, /, **values: str | int) -> str:
    """A text in the current language. What the values hold is never read as a placeholder."""
    found = catalogue(language()).gettext(text) if text else text
    return found.format_map(_written(values)) if values else found


def tr_count(one: str, many: str, count: int, /, **values: str | int) -> str:
    """A text with a number, `{count}`, in the plural form that the language has for it."""
    return catalogue(language()).ngettext(one, many, count).format_map(_written({"count": count, **values}))


def tr_parts(text: str, /, **values: T) -> Iterator[str | T]:
    """A text in the current language, in the parts between its placeholders and what fills them: links, names."""
    for before, name, *_ in Formatter().parse(catalogue(language()).gettext(text)):
        yield before
        if name:
            yield values[name]


def number(value: int) -> str:
    """`1,204`, as the current language writes it."""
    return f"{value:,}" if language() == "en" else format_decimal(value, locale=locale())


def translations(text: str) -> dict[str, str]:
    """A text in every language that has it, for platforms that choose themselves."""
    found = {name: catalogue(name).gettext(text) for name in LANGUAGES if name != "en"}
    return {name: translated for name, translated in found.items() if translated != text}


@cache
def catalogue(name: str) -> gettext.NullTranslations:
    """The texts of a language; the English ones are in the code."""
    if name == "en":
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (resources.files(__package__) / f"{name}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=name))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _written(values: Mapping[str, str | int]) -> dict[str, str]:
    return {name: number(value) if isinstance(value, int) else value for name, value in values.items()}
