"""One paper has one id, however it is written."""

from __future__ import annotations

import pytest

from bot.papers.ids import arxiv_id, find_arxiv_ids, title_id, url_id


@pytest.mark.parametrize(
    "text",
    [
        "2405.15738",
        " arXiv:2405.15738 ",
        "https://arxiv.org/abs/2405.15738",
        "http://www.arxiv.org/pdf/2405.15738.pdf",
        "https://export.arxiv.org/abs/2405.15738?context=cs",
        "https://huggingface.co/papers/2405.15738#comments",
        "https://doi.org/10.48550/arXiv.2405.15738",
        "<https://arxiv.org/html/2405.15738>",
        "oai:arXiv.org:2405.15738",
        "arXiv: 2405.15738",
        "arXiv preprint arXiv:2405.15738",
        "doi:10.48550/arXiv.2405.15738",
        "10.48550/arXiv.2405.15738",
        "https://dx.doi.org/10.48550/arXiv.2405.15738",
        "2405.15738.",
        "[2405.15738]",
        "https://arxiv.org/src/2405.15738",
        "https://arxiv.org/e-print/2405.15738",
        "https://rss.arxiv.org/abs/2405.15738",
        "https://www.alphaxiv.org/overview/2405.15738",
        "https://scirate.com/arxiv/2405.15738",
        "https://ar5iv.labs.arxiv.org/html/2405.15738",
        "https://arxiv.org/abs/2405%2E15738",
    ],
)
def test_every_way_of_naming_a_paper_is_the_same_paper(text: str) -> None:
    assert arxiv_id(text) == ("arxiv:2405.15738", None)


def test_a_version_is_told_apart_from_the_id() -> None:
    assert arxiv_id("https://arxiv.org/abs/2405.15738v3") == ("arxiv:2405.15738", 3)


@pytest.mark.parametrize(
    "text", ["arXiv:2405.15738v3 [cs.PL] 29 Nov 2026", "https://arxiv.org/pdf/2405.15738v3.pdf", "2405.15738v3 [cs.PL]"]
)
def test_the_stamp_on_a_pdf_names_paper_and_version(text: str) -> None:
    assert arxiv_id(text) == ("arxiv:2405.15738", 3)


def test_ids_from_before_2007_are_known_with_and_without_their_subject_class() -> None:
    assert arxiv_id("hep-th/9901001v2") == ("arxiv:hep-th/9901001", 2)
    assert arxiv_id("math.GT/0309136") == arxiv_id("https://arxiv.org/abs/math/0309136") == ("arxiv:math/0309136", None)


def test_running_text_names_papers_in_many_ways() -> None:
    text = (
        "see https://arxiv.org/abs/2405.00001v2, (arXiv:2405.00002), <https://huggingface.co/papers/2405.00003|x>, "
        "arXiv: 2405.00004. doi:10.48550/arXiv.2405.00005; xarxiv:2405.00006, 2405.00007 and arXiv:2405.00001"
    )
    assert find_arxiv_ids(text) == [f"arxiv:2405.0000{n}" for n in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    "text",
    ["", "hypernetworks", "2405", "12345.678901", "https://example.org/2405.15738", "2405.15738 and more", "x" * 9_999],
)
def test_other_texts_name_no_paper(text: str) -> None:
    assert arxiv_id(text) is None


def test_an_address_is_the_same_paper_with_another_case_or_fragment() -> None:
    assert url_id("https://Example.org/a/") == url_id("https://example.org/a#top")
    assert url_id("https://example.org/a") != url_id("https://example.org/b")
    assert url_id("https://example.org/#/paper/1") != url_id("https://example.org/#/paper/2")
    assert url_id("https://example.org/papers#nests") != url_id("https://example.org/papers#eggs")
    assert url_id("https://example.org/a#comments") == url_id("https://example.org/a")
    assert url_id("https://arxiv.org/abs/2405.15738v2") == "arxiv:2405.15738"


def test_a_title_is_the_same_paper_with_other_spacing_and_punctuation() -> None:
    assert title_id("A  House for Birds!") == title_id("a house for birds")
