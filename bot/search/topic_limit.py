"""At most so many papers on one topic. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from bot.papers.model import Paper, PaperId
from bot.search.vector_index import Floats

MIN_COSINE = 0.55  # MiniLM's, from which two papers are on one topic: 5 to 15 in 100 pairs of a day


def beyond_topic_limit(papers: Sequence[Paper], most: int, vectors: Mapping[PaperId, Floats]) -> set[PaperId]:
    """The papers that have `most` others on their topic before them: near in meaning, or where one of the two has no
    vector, of the same main category. 0: any number is fine."""
    if not most or not papers:
        return set()
    categories = np.array([next(iter(paper.categories), paper.id) for paper in papers])
    alike = categories[:, None] == categories
    known = [n for n, paper in enumerate(papers) if paper.id in vectors]
    if known:
        matrix = np.stack([vectors[papers[n].id] for n in known])
        alike[np.ix_(known, known)] = matrix @ matrix.T >= MIN_COSINE
    kept: list[int] = []
    for n in range(len(papers)):
        if alike[n, kept].sum() < most:
            kept.append(n)
    return {paper.id for paper in papers} - {papers[n].id for n in kept}
