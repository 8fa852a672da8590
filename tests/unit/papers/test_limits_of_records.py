"""Authors, ids, labels and merged records at their limits: the last value that is taken and the first that isn't."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from bot.papers.authors import Author, authors_from, single_author, split_authors
from bot.papers.ids import arxiv_id, find_arxiv_ids, title_id, url_id
from bot.papers.latex_macros import script
from bot.papers.merge import merge
from bot.papers.model import Counts
from bot.papers.text import html_to_text, label, one_line, readable
from tests.builders import paper


@pytest.mark.parametrize(("written", "taken"), [(499, 499), (500, 500), (501, 500)])
def test_500_authors_are_taken(written: int, taken: int) -> None:
    names = [f"Ada Nr{n}" for n in range(written)]
    assert len(split_authors(", ".join(names))) == taken
    assert len(authors_from(names)) == taken


def test_a_name_takes_300_characters() -> None:
    assert single_author("A" * 300).name == "A" * 300
    assert single_author("A" * 301).name == "A" * 300
    [author] = split_authors(f"Ada Lovelace ({'a' * 301})")
    assert author == Author("Ada Lovelace", "a" * 300)


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("Curie, Marie; Bose", [("Marie Curie", ""), ("Bose", "")]),
        ("Lovelace, Ada Augusta King; Turing, Alan", [("Ada Augusta King Lovelace", ""), ("Alan Turing", "")]),
        ("Team, Ada B. C. King; Turing, Alan", [("Team", ""), ("Ada B. C. King", ""), ("Turing", ""), ("Alan", "")]),
        ("de la Cruz, Ana; van der Berg, Jan", [("Ana de la Cruz", ""), ("Jan van der Berg", "")]),
        ("Curie (Paris), Marie (Sorbonne)", [("Curie", "Paris"), ("Marie", "Sorbonne")]),
        ("Curie, Marie (Paris); Bose, Ana", [("Marie Curie", "Paris"), ("Ana Bose", "")]),
        ("Cook, S. (Toronto), Bond, J. (London)", [("S. Cook", "Toronto"), ("J. Bond", "London")]),
        ("Ada Lovelace (A) (B), Alan Turing", [("Ada Lovelace", "A, B"), ("Alan Turing", "")]),
        ("Ada (x) and Alan (y)", [("Ada", "x"), ("Alan", "y")]),
        ("A. Aalto (1), B. Bose (3) ((1) Oslo (2) Rome)", [("A. Aalto", "Oslo"), ("B. Bose", "")]),
        ("OpenAI (SF), Inc.", [("OpenAI, Inc.", "SF")]),
        ("A ((B) C), D", [("A", "(B) C"), ("D", "")]),
        ("by Ada Lovelace*, Alan Turing†", [("Ada Lovelace", ""), ("Alan Turing", "")]),
        ("Anonymous Authors", []),
    ],
)
def test_names_and_where_they_work(text: str, authors: list[tuple[str, str]]) -> None:
    assert [(author.name, author.affiliation) for author in split_authors(text)] == authors


def test_fields_of_a_record_name_one_author_each_unless_they_are_lists() -> None:
    assert [a.name for a in authors_from(["Curie, Marie", "King, Jr., Martin"])] == ["Marie Curie", "Martin King, Jr."]
    assert [a.name for a in authors_from(["Ada and Alan", "Grace", "Ada"])] == ["Ada", "Alan", "Grace"]
    assert [a.name for a in authors_from(["Ada, Alan, Grace", "Bo"])] == ["Ada", "Alan", "Grace", "Bo"]
    assert [a.name for a in authors_from([" ", "Ada; Alan"])] == ["Ada", "Alan"]


def test_an_id_is_looked_for_in_up_to_300_characters() -> None:
    assert arxiv_id("2503.00001" + " " * 290) == ("arxiv:2503.00001", None)
    assert arxiv_id("2503.00001" + " " * 291) is None
    assert arxiv_id("xx 2503.00001") is None
    assert arxiv_id("https://arxiv.org/abs/2503.00001v12") == ("arxiv:2503.00001", 12)
    assert arxiv_id("math.GT/0309136") == ("arxiv:math/0309136", None)
    assert find_arxiv_ids("see arXiv:2503.00002, arXiv:2503.00001 and arXiv:2503.00002") == [
        "arxiv:2503.00002", "arxiv:2503.00001",
    ]  # fmt: skip


def test_addresses_and_titles_that_differ_in_nothing_that_matters_are_one() -> None:
    assert url_id("HTTPS://Lab.example/a/#top") == url_id("https://lab.example/a")
    assert url_id("https://lab.example/a#item-2") != url_id("https://lab.example/a")
    assert title_id("A House, for Birds!") == title_id("a  house for BIRDS")
    assert len(title_id("A House")) == len("text:") + 16


def test_a_label_takes_200_characters() -> None:
    assert label("a" * 200) == "a" * 200
    assert label("a" * 201) == "a" * 200
    assert label("a" + " " * 398 + "bc") == "a b"  # 400 are looked at
    assert label(5) == ""


@pytest.mark.parametrize(
    ("sign", "inner", "is_glued", "shown"),
    [
        ("^", "1" * 12, False, "¹" * 12),
        ("^", "1" * 13, False, "^" + "1" * 13),
        ("_", "ab", False, "_ab"),
        ("_", "ab", True, "_(ab)"),
        ("_", "b", True, "_b"),
        ("^", "A B", False, "^(A B)"),
        ("^", "A+B", False, "^(A+B)"),
        ("^", "", False, "^"),
    ],
)
def test_short_scripts_are_raised_and_others_marked(sign: str, inner: str, is_glued: bool, shown: str) -> None:
    assert script(sign, inner, is_glued=is_glued) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("~10 birds", "~10 birds"),
        ("5~apples", "5 apples"),
        ("a/~b and c~ d", "a/~b and c d"),
        (r"\(x^2\) and \[y^2\]", "x² and y²"),
        (r"an open \( stays", "an open ( stays"),
        (r"\c{c} \d{u} \b{foo} \b x", "ç ụ foo b x"),
        (r"$\left. x \right| $ and \| b", "x | and | b"),
        (r"\'{e} \'e \' e \'1", "é é é '1"),
        ("{" * 99 + "a" + "}" * 99, "a"),
        ("{" * 150 + "a" + "}" * 150 + "b", "ab"),
        (r"a\frac{1}{2}b", "a 1/2b"),
        (r"\sqrt{ab} \sqrt{a+b} \sqrt[5]{x} \sqrt x", "√ab √(a+b) ⁵√x √x"),
        (r"$\bar{x}$ $\overline{xy}$", "x̄ xy"),
        (r"5\deg and \deg", "5° and deg"),
        ("x --- y", "x – y"),
        ("&#97;&#x62;", "ab"),
    ],
)
def test_latex_at_its_edges(raw: str, shown: str) -> None:
    assert readable(raw) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("a<script>x</script>b<style>y</style>c", "abc"),
        ("a<script/>b", "ab"),
        ("a<script>b", "a"),
        ("a<!-- x -->b<!-- y -->c<!-- z", "abc<!-- z"),
        ("a<!-->b", "a<!-->b"),
        ("x<sub>1</sub>y<sup> </sup>z", "x₁y z"),
        ("x<sub>a<sup>2</sub>b</sup>", "xa²ᵇ"),
    ],
)
def test_html_at_its_edges(markup: str, shown: str) -> None:
    assert html_to_text(markup) == shown


def test_joiners_stay_only_where_they_shape_what_is_seen() -> None:
    assert one_line("a\u200db") == one_line("\u200dab") == one_line("ab\u200d") == "ab"
    assert one_line("می\u200cخ") == "می\u200cخ"
    assert one_line("می\u200c") == "می"
    assert one_line("👩\u200c🔬") == "👩🔬"


OLD, NEW = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 9, tzinfo=UTC)


def test_the_later_version_wins_then_an_abstract_then_the_later_list() -> None:
    first, second = paper(1, "One", version=1), paper(1, "Two", version=2)
    assert merge(first, second).title == merge(second, first).title == "Two"
    bare, told = paper(1, "Bare", abstract="", as_of=date(2025, 3, 9)), paper(1, "Told", as_of=date(2025, 3, 1))
    assert merge(bare, told).title == merge(told, bare).title == "Told"
    early, late = paper(1, "Early", as_of=date(2025, 3, 1)), paper(1, "Late", as_of=date(2025, 3, 9))
    merged = merge(early, late)
    assert merged == merge(late, early)
    assert (merged.title, merged.as_of) == ("Late", date(2025, 3, 9))


def test_the_earliest_publication_the_last_update_and_the_highest_counts_are_kept() -> None:
    one = replace(paper(1, published=OLD, updated=OLD), counts=Counts(upvotes=3, comments=1, stars=9))
    two = replace(paper(1, published=NEW, updated=NEW), counts=Counts(upvotes=2, comments=4, stars=1))
    merged = merge(one, two)
    assert merged == merge(two, one)
    assert (merged.published, merged.updated) == (OLD, NEW)
    assert merged.counts == Counts(upvotes=3, comments=4, stars=9)
    unknown = paper(1, published=None, updated=None)
    assert (merge(unknown, two).published, merge(two, unknown).updated) == (NEW, NEW)


def test_the_longer_list_of_categories_is_kept_and_a_withdrawal_of_the_same_version() -> None:
    one, two = paper(1, categories=("cs.CL",), version=1), paper(1, categories=("cs.CL", "cs.LG"), version=2)
    assert merge(one, two).categories == ("cs.CL", "cs.LG")
    assert merge(replace(one, categories=("cs.CV", "cs.AI")), two).categories == ("cs.CL", "cs.LG")
    assert merge(replace(one, withdrawn=True), two).withdrawn is False
    assert merge(replace(two, withdrawn=True), two).withdrawn is True
