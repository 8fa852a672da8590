"""Texts in the current language, with their placeholders filled in."""

import gettext
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from io import BytesIO
from string import Formatter
from typing import TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.languages.current import LANGUAGES, language, locale

T = TypeVar("T")


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
