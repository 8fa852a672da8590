"""Notices of withdrawal are told from papers about withdrawal."""

from __future__ import annotations

import pytest

from bot.papers.withdrawal import is_withdrawn


@pytest.mark.parametrize(
    "notice",
    [
        "This paper has been withdrawn by the author.",
        "The paper has been withdrawn due to an error in Lemma 2.",
        "This submission has been withdrawn by arXiv administrators because it is a duplicate.",
        "Withdrawn by the authors.",
        "Paper withdrawn due to a crucial error in equation 3",
        "This article is withdrawn.",
        "The authors have withdrawn this paper pending approval.",
        "We withdraw this paper because of an error in the main theorem.",
        "arXiv admin note: This paper has been withdrawn by arXiv due to disputed authorship",
        "This manuscript has been temporarily withdrawn by the corresponding author",
        "This version of the paper has been withdrawn",
        "The author has withdrawn this paper.",
        "This paper has now been retracted.",
        "This version withdrawn by arXiv administrators because of a licence",
        "We found an error afterwards, this article is temporarily withdrawn and will be resubmitted.",
        "[Withdrawn]",
        "Withdrawn: the proof is wrong",
    ],
)
def test_a_notice_in_the_abstract_or_the_comment_counts(notice: str) -> None:
    assert is_withdrawn(notice)
    assert is_withdrawn("We study nests.", notice)
    assert is_withdrawn("We study nests.", f"23 pages, 4 figures. {notice}")


@pytest.mark.parametrize(
    "abstract",
    [
        "We study why papers are withdrawn from arXiv.",
        "Withdrawn papers are cited for years after their retraction.",
        "The drug has been withdrawn from the market.",
        "We detect whether a paper has been withdrawn by its authors.",
        "Alcohol withdrawal is a medical condition.",
        "This paper studies withdrawn submissions to arXiv.",
        "In this work, 300 articles that were withdrawn by publishers are analysed.",
        "The paper has been withdrawn from a conference and is under review elsewhere.",
        "This paper presents a dataset of withdrawn papers.",
        "Supersedes an earlier paper, which has been withdrawn",
        "Money was withdrawn by the customers of a bank.",
        "We withdraw the assumption that data are independent.",
    ],
)
def test_a_paper_about_withdrawal_stays(abstract: str) -> None:
    assert not is_withdrawn(abstract)
    assert not is_withdrawn("We study nests.", abstract)
