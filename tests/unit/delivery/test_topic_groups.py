"""Topics among the papers of a day."""

from __future__ import annotations

import numpy as np

from bot.delivery.topic_groups import group_by_topic
from bot.papers.model import Paper
from tests.builders import paper

TOPICS = ("Nest Building", "Feather Diffusion", "Worm Digging")


def day(count: int) -> tuple[list[Paper], dict[str, np.ndarray]]:
    """Papers of three topics in turn, whose vectors are near to those of their topic; the last is of none."""
    random = np.random.default_rng(7)
    papers, vectors = [], {}
    for n in range(count):
        last = n == count - 1
        one = paper(n, f"Study {n} of Clouds" if last else f"{TOPICS[n % 3]} in Practice {n}")
        vector = np.eye(8, dtype=np.float32)[7 if last else n % 3] + random.normal(0, 0.1, 8).astype(np.float32)
        papers.append(one)
        vectors[one.id] = vector / np.linalg.norm(vector)
    return papers, vectors


def test_papers_on_one_topic_have_a_heading_of_their_own_words() -> None:
    papers, vectors = day(16)
    groups = group_by_topic(papers, vectors)
    assert [group.heading for group in groups] == list(TOPICS)
    assert [group.papers for group in groups] == [tuple(p.id for p in papers[n:15:3]) for n in range(3)]
    assert group_by_topic(papers, vectors) == groups


def test_a_short_list_and_one_without_vectors_have_no_headings() -> None:
    papers, vectors = day(11)
    assert group_by_topic(papers, vectors) == ()
    assert group_by_topic(day(16)[0], {}) == ()


def test_papers_that_share_words_but_not_the_subject_have_no_heading() -> None:
    papers, vectors = day(16)
    turned = dict(zip(vectors, np.roll(np.stack(list(vectors.values())), 1, axis=0), strict=True))
    mixed = {id: turned[id] if n % 2 else vector for n, (id, vector) in enumerate(vectors.items())}
    assert all(group.heading in TOPICS for group in group_by_topic(papers, mixed))
