"""What the newest papers are about: one topic is one, however it is spelt."""

from __future__ import annotations

from bot.catalog.topics import count_topics
from tests.builders import paper


def test_plurals_hyphens_and_acronyms_are_one_topic_under_the_commonest_name() -> None:
    spelt = (
        "LLMs",
        "large language model",
        "large-language models (LLMs)",
        "large language models",
        "large language models",
    )
    topics = count_topics(paper(n, keywords=(word,), categories=()) for n, word in enumerate(spelt))
    assert [(topic.name, topic.count) for topic in topics] == [("large language models", 5)]


def test_a_paper_counts_once_for_a_topic_that_it_names_twice() -> None:
    papers = [paper(n, keywords=("RAG", "retrieval-augmented generation"), categories=()) for n in (1, 2)]
    assert [topic.count for topic in count_topics(papers)] == [2]


def test_a_keyword_of_one_paper_or_one_that_says_nothing_is_no_topic() -> None:
    papers = [
        paper(n, keywords=("state-of-the-art performance", f"subject {n}"), categories=("cs.CL",)) for n in (1, 2)
    ]
    assert [topic.name for topic in count_topics(papers)] == ["cs.CL"]
