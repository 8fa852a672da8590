"""Which spellings of a name are one person's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.papers.author_names import OurAuthor, is_full_name, is_same_name
from bot.views.card import own_authors
from tests.builders import paper

SAME = [
    ("Ada Lovelace", "Lovelace, Ada"),
    ("Ada Lovelace", "ADA LOVELACE"),
    ("Ada Lovelace", "Ada K. Lovelace"),
    ("Ada King Lovelace", "Ada K. Lovelace"),
    ("Ada King Lovelace", "Lovelace, Ada K."),
    ("Łukasz Müller", "Lukasz Muller"),
    ("Jean-Pierre Dupont", "Jean Pierre Dupont"),
    ("Xiao-Ming Li", "Xiaoming Li"),
    ("Wei Zhang", "Zhang Wei"),
    ("Ana García-López", "Ana Garcia Lopez"),
    ("Sean O'Brien", "Sean O’Brien, Jr."),
    ("Ludwig van Beethoven", "Beethoven, Ludwig van"),
    ("张伟", "张伟"),
]
OTHERS = [
    ("Ada Lovelace", "A. Lovelace"),
    ("Ada Lovelace", "Adam Lovelace"),
    ("Ada Lovelace", "Ada Love"),
    ("Ada Lovelace", "Lovelace"),
    ("Ada King Lovelace", "Ada M. Lovelace"),
    ("Ada Maria Lovelace", "Lovelace Ada Kim"),
    ("Wei Zhang", "Wei Zhao"),
    ("Wei Zhang", "The Zhang Collaboration"),
    ("张伟", "张"),
]


@pytest.mark.parametrize(("name", "written"), SAME)
def test_spellings_of_one_name_agree(name: str, written: str) -> None:
    assert is_same_name(name, written)


@pytest.mark.parametrize(("name", "written"), OTHERS)
def test_a_name_that_may_be_another_persons_does_not(name: str, written: str) -> None:
    assert not is_same_name(name, written)


@pytest.mark.parametrize("name", ["", "Ada", "A. Lovelace", "Ada L.", "42", "…", ","])
def test_a_name_that_many_have_is_not_full(name: str) -> None:
    assert not is_full_name(name)
    assert not is_same_name(name, name)


def test_people_are_found_among_authors_once_however_they_are_written() -> None:
    people = [OurAuthor(tenant="t", name=name) for name in dict.fromkeys(name for name, _ in SAME)]
    written = replace(paper(1), authors=tuple(written for _, written in SAME))
    others = replace(paper(2), authors=("A. Lovelace", "Adam Lovelace", "Lovelace", "Wei Zhao"))
    found = own_authors(people, [written, others])
    assert {id: {span.text for span in ours} for id, ours in found.items()} == {written.id: {p.name for p in people}}
    assert own_authors([], [written]) == {}
