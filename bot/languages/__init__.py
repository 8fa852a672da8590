"""The reader's language: texts from the catalogues beside this file, English where a catalogue misses one.

A text is written in English where it is used, with named placeholders: `tr("Saved “{title}”.", title=title)`.
docs/writing.md says how to write a text that can be translated.
"""

from bot.languages.current import LANGUAGES, language, locale, speaking, supported, tag, wanted_by
from bot.languages.texts import mark, number, tr, tr_count, tr_parts, translations

__all__ = [
    "LANGUAGES",
    "language",
    "locale",
    "mark",
    "number",
    "speaking",
    "supported",
    "tag",
    "tr",
    "tr_count",
    "tr_parts",
    "translations",
    "wanted_by",
]
