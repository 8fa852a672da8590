"""Every text can be said in every language: none is missing, no placeholder is lost, each fits its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from bot.languages import LANGUAGES, language, mark, number, speaking, supported, tr, tr_count, tr_parts, wanted_by
from tools.catalogues import FOLDER, KEYWORDS, missing, read_catalogue, template

ROOT = Path(__file__).parents[1]
TRANSLATED = [name for name in LANGUAGES if name != "en"]
SAMPLE = "ab2c"  # for a placeholder of a label: an id of a schedule
LIMITS = {  # (what is built, its argument) → characters
    ("Button", "label"): 75,  # Slack's button; Discord's takes 80
    ("LinkButton", "label"): 75,
    ("confirm_button", 1): 75,
    ("Field", "label"): 45,  # Discord's dialog
    ("Field", "hint"): 100,  # Discord's description of an option
    ("Field", "choices"): 75,  # Slack's option; Discord's takes 100
    ("Form", "title"): 24,  # Slack's modal
    ("Form", "submit_label"): 24,
    ("as_command", 1): 100,  # Discord's description of a command
    ("MenuEntry", "label"): 32,  # Discord's name of a command on a message
}
SHOWN = {  # arguments that are read by people: (what is built, position or name)
    ("AskError", 0), ("AskError", 1), ("Unreadable", 0), ("Unreadable", 1), ("note", 0), ("Heading", 0),
    ("Button", "label"), ("LinkButton", "label"), ("Field", "label"), ("Field", "hint"), ("Form", "title"),
    ("Form", "submit_label"), ("as_command", 1), ("MenuEntry", "label"), ("results", 0), ("results", "empty"),
    ("results", "note"), ("list_papers", 1), ("list_results", 1), ("list_results", "empty"),
    ("sheet", 0), ("sheet", "foot"), ("confirm_button", 1),
}  # fmt: skip
NAMES = {"Paperboy", "weekdays 09:00 Europe/Berlin · mon,thu 8:30 · when complete"}  # the same in every language


@cache
def texts() -> Catalog:
    return template()


@cache
def catalogue(name: str) -> Catalog:
    return read_catalogue(FOLDER / f"{name}.po")


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """Each English text and its translation; of plurals, the form for many and each of the translation's."""
    for message in catalogue(name):
        if isinstance(message.id, tuple):
            yield from ((message.id[1], form) for form in message.string if form)
        elif message.id and message.string:
            yield message.id, str(message.string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_catalogue_misses_a_text(name: str) -> None:
    assert not [str(message.id) for message in missing(catalogue(name), texts())]


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_catalogue_has_texts_that_are_gone(name: str) -> None:
    assert not [str(message.id) for message in catalogue(name) if message.id and texts().get(message.id) is None]


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_placeholder_is_in_the_translation(name: str) -> None:
    for english, translated in pairs(name):
        lost = placeholders(english) ^ placeholders(translated)
        assert lost <= {"count"} if "{count}" in english else not lost, (english, translated)


@pytest.mark.parametrize("name", TRANSLATED)
def test_translations_begin_and_end_as_the_text_does(name: str) -> None:
    """A lost space glues two sentences together; commands stay as they are typed."""
    for english, translated in pairs(name):
        assert (english[:1] == " ", english[-1:] == " ") == (translated[:1] == " ", translated[-1:] == " "), translated
        for word in english.split():
            if word.startswith("/papers"):
                assert "/papers" in translated, (english, translated)


@pytest.mark.parametrize("name", TRANSLATED)
def test_labels_fit_where_they_are_shown(name: str) -> None:
    for (call, argument), found in shown_texts().items():
        limit = LIMITS.get((call, argument), 0)
        for english in found if limit else ():
            for text in (english, str(getattr(catalogue(name).get(english), "string", ""))):
                size = len(text.format_map(dict.fromkeys(placeholders(text), SAMPLE)))
                assert size <= limit, f"{text!r} has {size} characters; {call} {argument} takes {limit}"


def test_what_people_read_is_a_text_of_the_catalogues() -> None:
    """No answer, button or form of a core command is written in English only."""
    assert not list(bare_texts("bot/commands"))


def test_a_text_is_written_where_it_is_translated() -> None:
    """What a variable or an f-string holds isn't found by the extraction."""
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]:
        for node in calls(path):
            if name_of(node) in KEYWORDS and node.args:
                assert not isinstance(node.args[0], ast.JoinedStr), f"{path}:{node.lineno}"


def test_a_platforms_language_is_one_of_ours() -> None:
    tags = {"de-AT": "de", "es-419": "es", "pt-BR": "pt_BR", "pt": "pt_BR", "zh-CN": "zh_CN", "zh-Hans": "zh_CN"}
    assert {tag: supported(tag) for tag in tags} == tags
    assert [supported(tag) for tag in ("zh-TW", "nl", "", "en-US")] == ["", "", "", "en"]


def test_a_browsers_first_choice_that_we_have_wins() -> None:
    assert wanted_by("nl, fr-CH;q=0.9, en;q=0.8, *;q=0.5") == "fr"
    assert wanted_by("en-US,en;q=0.9,de;q=0.8") == "en"
    assert [wanted_by(header) for header in ("", "de;q=0", "de;q=high", ";;;,,")] == ["en"] * 4


def test_the_language_ends_with_the_block() -> None:
    with speaking("ja"):
        with speaking("nl"):
            assert language() == "en"
        assert language() == "ja"
    assert language() == "en"


def test_a_text_without_translation_is_english() -> None:
    with speaking("fr"):
        assert tr(mark("A text that no catalogue has, {name}."), name="{x}") == "A text that no catalogue has, {x}."


def test_numbers_are_written_as_in_the_language() -> None:
    assert number(12_040) == "12,040"
    with speaking("de"):
        assert number(12_040) == "12.040"
        assert tr_count("{count} test of {all}", "{count} tests of {all}", 1_204, all=5) == "1.204 tests of 5"


def test_parts_keep_what_is_no_text() -> None:
    assert [*tr_parts("from {person} to {place}", person=1, place=2)] == ["from ", 1, " to ", 2]


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def name_of(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def arguments(call: ast.Call) -> Iterator[tuple[tuple[str, int | str], ast.expr]]:
    name = name_of(call)
    yield from (((name, position), value) for position, value in enumerate(call.args))
    yield from (((name, keyword.arg), keyword.value) for keyword in call.keywords if keyword.arg)


@cache
def shown_texts() -> dict[tuple[str, int | str], set[str]]:
    """The texts by what they are shown in."""
    found: dict[tuple[str, int | str], set[str]] = {}
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "adapters").rglob("*.py")]:
        for call in calls(path):
            for key, value in arguments(call):
                inner = (node for node in ast.walk(value) if isinstance(node, ast.Call) and name_of(node) in KEYWORDS)
                found.setdefault(key, set()).update(
                    str(node.args[0].value) for node in inner if node.args and isinstance(node.args[0], ast.Constant)
                )
    return found


def bare_texts(*folders: str) -> Iterator[str]:
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) or [ROOT / folder]):
        for call in calls(path):
            for key, value in arguments(call):
                if key in SHOWN and any(char.isalpha() for char in _written(value)):
                    yield f"{path.relative_to(ROOT)}:{value.lineno}: {ast.unparse(value)}"


def _written(value: ast.expr) -> str:
    """The words of a text that is written without translation; of an f-string, those between its gaps."""
    pieces = value.values if isinstance(value, ast.JoinedStr) else [value]
    words = "".join(str(piece.value) for piece in pieces if isinstance(piece, ast.Constant))
    return "" if words in NAMES else words.replace("/papers", "")
