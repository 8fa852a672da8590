"""One function splits author lists, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.authors import MAX_AUTHORS, authors_from, names_and_affiliations, single_author, split_authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace, Alan Turing, and Grace Hopper", ["Ada Lovelace", "Alan Turing", "Grace Hopper"]),
        ("Ada Lovelace; Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Ada Lovelace & Alan Turing et al.", ["Ada Lovelace", "Alan Turing"]),
        ("Sammy Davis, Jr.", ["Sammy Davis, Jr."]),
        ("Sammy Davis, Jr., Ada Lovelace", ["Sammy Davis, Jr.", "Ada Lovelace"]),
        ("Curie, Marie", ["Marie Curie"]),
        ("Curie, Marie and Curie, Pierre", ["Marie Curie", "Pierre Curie"]),
        ("van Rossum, Guido; King, Jr., Martin Luther", ["Guido van Rossum", "Martin Luther King, Jr."]),
        ("Adleman, L., Bond, J., and Cook, S.", ["L. Adleman", "J. Bond", "S. Cook"]),
        ("The X Collaboration: L. Adleman, J. Bond", ["The X Collaboration", "L. Adleman", "J. Bond"]),
        ("J. Bond on behalf of the ATLAS Collaboration", ["J. Bond", "the ATLAS Collaboration"]),
        ("William (Bill) Smith, Ada Lovelace", ["William (Bill) Smith", "Ada Lovelace"]),
        ("ada@example.org (Ada Lovelace)", ["Ada Lovelace"]),
        ("Ada Lovelace <ada@example.org>, Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        (r"Mu\~noz, Ana; {\L}ukasz Kaiser", ["Ana Muñoz", "Łukasz Kaiser"]),
        ("王小明, 李四", ["王小明", "李四"]),
        ("OpenAI, Inc.", ["OpenAI, Inc."]),
        ("Ada Lovelace (unclosed, Alan Turing", ["Ada Lovelace unclosed", "Alan Turing"]),
        ("", []),
        (", ; and", []),
    ],
)
def test_names_are_told_apart(text: str, names: list[str]) -> None:
    assert [author.name for author in split_authors(text)] == names


def test_affiliations_are_kept_beside_their_names() -> None:
    text = "Ada Lovelace (Analytical Society, London), Alan Turing, C. Babbage and M. Nadolsky (ANL, Argonne)"
    names, affiliations = names_and_affiliations(split_authors(text))
    assert names == ("Ada Lovelace", "Alan Turing", "C. Babbage", "M. Nadolsky")
    assert affiliations == ("Analytical Society, London", "", "", "ANL, Argonne")


def test_numbered_affiliations_are_looked_up_in_the_legend() -> None:
    found = split_authors("A. Aalto (1), B. Bose (1 and 2) ((1) Helsinki, Finland, (2) Kolkata)")
    assert [(a.name, a.affiliation) for a in found] == [
        ("A. Aalto", "Helsinki, Finland"),
        ("B. Bose", "Helsinki, Finland, Kolkata"),
    ]


def test_arxiv_never_turns_names_around() -> None:
    assert [a.name for a in split_authors("Plato, Marie Curie", is_natural=True)] == ["Plato", "Marie Curie"]


def test_a_field_of_its_own_holds_one_person() -> None:
    assert single_author("Sammy Davis, Jr.").name == "Sammy Davis, Jr."
    assert [a.name for a in authors_from(["Curie, Marie", "Sammy Davis, Jr."])] == ["Marie Curie", "Sammy Davis, Jr."]


WORDS = "ada alan grace émile søren lovelace turing hopper straße xu li o'neil jean-luc mbeki ñandú"
word = st.sampled_from(WORDS.split())
name = st.lists(word, min_size=2, max_size=3).map(lambda words: " ".join(w.capitalize() for w in words))
place = st.lists(word, min_size=1, max_size=3).map(", ".join)


@given(st.lists(name, min_size=1, max_size=8), st.sampled_from([", ", "; ", " and ", " & "]))
def test_a_list_with_one_kind_of_separator_gives_its_names(names: list[str], separator: str) -> None:
    assert [author.name for author in split_authors(separator.join(names))] == names


@given(st.lists(name, min_size=3, max_size=8))
def test_the_last_may_follow_and(names: list[str]) -> None:
    assert [a.name for a in split_authors(f"{', '.join(names[:-1])}, and {names[-1]}")] == names


@given(st.lists(st.tuples(name, place), min_size=1, max_size=6))
def test_commas_in_affiliations_split_nothing(people: list[tuple[str, str]]) -> None:
    found = split_authors(", ".join(f"{who} ({where})" for who, where in people))
    assert [(author.name, author.affiliation) for author in found] == people


@given(st.lists(st.tuples(word, word), min_size=1, max_size=6))
def test_family_names_first_are_turned_around(people: list[tuple[str, str]]) -> None:
    text = "; ".join(f"{family.capitalize()}, {given.capitalize()}" for family, given in people)
    assert [a.name for a in split_authors(text)] == [f"{g.capitalize()} {f.capitalize()}" for f, g in people]


@given(st.text(alphabet="Ab .,;:()&@<>$^1{}\\~-", max_size=300))
def test_anything_gives_some_names_and_no_error(text: str) -> None:
    found = split_authors(text)
    assert len(found) <= MAX_AUTHORS
    assert all(author.name.strip() == author.name != "" for author in found)
