"""One paper has one id, however it is written."""

from __future__ import annotations

import pytest

from bot.papers.ids import arxiv_id, title_id, url_id


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
    ],
)
def test_every_way_of_naming_a_paper_is_the_same_paper(text: str) -> None:
    assert arxiv_id(text) == ("arxiv:2405.15738", None)


def test_a_version_is_told_apart_from_the_id() -> None:
    assert arxiv_id("https://arxiv.org/abs/2405.15738v3") == ("arxiv:2405.15738", 3)


def test_ids_from_before_2007_are_known() -> None:
    assert arxiv_id("hep-th/9901001v2") == ("arxiv:hep-th/9901001", 2)


@pytest.mark.parametrize("text", ["", "hypernetworks", "2405", "12345.678901", "https://example.org/2405.15738"])
def test_other_texts_name_no_paper(text: str) -> None:
    assert arxiv_id(text) is None


def test_an_address_is_the_same_paper_with_another_case_or_fragment() -> None:
    assert url_id("https://Example.org/a/") == url_id("https://example.org/a#top")
    assert url_id("https://example.org/a") != url_id("https://example.org/b")
    assert url_id("https://arxiv.org/abs/2405.15738v2") == "arxiv:2405.15738"


def test_a_title_is_the_same_paper_with_other_spacing_and_punctuation() -> None:
    assert title_id("A  House for Birds!") == title_id("a house for birds")
