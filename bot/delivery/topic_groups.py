"""Two to four topics among the papers of an edition, each named by words that its papers share. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.delivery.time_zones import word_set
from bot.papers.model import Paper, PaperId
from bot.search.query import STOP
from bot.store.records import PaperGroup

Floats = NDArray[np.float32]

MIN_PAPERS = 12  # fewer are read faster without headings
MIN_GROUP_PAPERS = 3
MAX_GROUPS = 4
MAX_SHARE = 0.5  # of the papers, in one group: a larger one says nothing
MIN_LIKENESS = 0.09  # mean cosine within a group, after the mean of all papers is taken off
MIN_LIKENESS_TO_JOIN = 0.14  # of a paper without the group's words
MIN_MENTIONS = 3  # of words in an abstract, from which the paper is about them
_WORD = re.compile(r"[A-Za-z][\w+-]*")
_GENERIC = word_set(files("bot.delivery").joinpath("generic_words.txt").read_text("utf-8"))  # no topics


def group_by_topic(papers: Sequence[Paper], vectors: Mapping[PaperId, Floats]) -> tuple[PaperGroup, ...]:
    """Groups of papers that share words and are near in meaning, the one with the first paper first; empty where there
    are too few papers or fewer than two topics. A paper of no topic is in no group."""
    known = [paper for paper in papers if paper.id in vectors]
    if len(known) < MIN_PAPERS:
        return ()
    matrix = np.stack([vectors[paper.id] for paper in known])
    matrix = matrix - matrix.mean(axis=0)
    near = _cosines(matrix)
    groups: dict[str, list[int]] = {}
    left = set(range(len(known)))
    topics = _topics(known)
    while len(groups) < MAX_GROUPS and (found := _best(topics, left, near, int(MAX_SHARE * len(known)))):
        name, members = found
        groups[name] = members
        left -= set(members)
    if len(groups) < 2:
        return ()
    for paper in sorted(left):
        name, likeness = max(
            ((name, near[paper, members].mean()) for name, members in groups.items()), key=lambda o: o[1]
        )
        if likeness >= MIN_LIKENESS_TO_JOIN:
            groups[name].append(paper)
    ordered = sorted(groups.items(), key=lambda group: min(group[1]))
    return tuple(PaperGroup(heading=name, papers=tuple(known[i].id for i in sorted(ids))) for name, ids in ordered)


def _cosines(matrix: Floats) -> Floats:
    unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit @ unit.T, np.float32)


def _best(topics: Mapping[str, Sequence[int]], left: set[int], near: Floats, most: int) -> tuple[str, list[int]] | None:
    """The topic that holds most papers nearest to each other; None: there is none left."""

    def worth(members: Sequence[int]) -> float:
        block = near[np.ix_(members, members)]
        likeness = (float(block.sum()) - len(members)) / (len(members) * (len(members) - 1))
        return likeness * len(members) if likeness >= MIN_LIKENESS else 0.0

    open_topics = {name: [i for i in members if i in left] for name, members in topics.items()}
    worths = {name: worth(ids) for name, ids in open_topics.items() if MIN_GROUP_PAPERS <= len(ids) <= most}
    name = max(worths, key=lambda name: (worths[name], name.count(" ")), default="")
    return (name, open_topics[name]) if name and worths[name] > 0 else None


def _topics(papers: Sequence[Paper]) -> dict[str, list[int]]:
    """Words of titles and keywords, as most papers write them, and the papers that are about them."""
    written = defaultdict[str, Counter[str]](Counter)
    for paper in papers:
        written_here = {words[:1].upper() + words[1:] for words in _candidates(paper)}
        for words in sorted(written_here):
            if not _is_generic(key := _key(words)):
                written[key][words] += 1
    texts = [(_padded(_key(f"{p.title} | {' | '.join(p.keywords)}")), _padded(_key(p.abstract))) for p in papers]
    found = defaultdict[str, list[int]](list)
    for key, spellings in written.items():
        name = spellings.most_common(1)[0][0]
        for i, (about, abstract) in enumerate(texts):
            if _padded(key) in about or abstract.count(_padded(key)) >= MIN_MENTIONS:
                found[name].append(i)
    return {name: members for name, members in found.items() if len(members) >= MIN_GROUP_PAPERS}


def _candidates(paper: Paper) -> list[str]:
    title = _WORD.findall(paper.title)
    pairs = [f"{one} {two}" for one, two in pairwise(title) if f"{one} {two}" in paper.title]
    return [*paper.keywords, *pairs, *title]


def _key(words: str) -> str:
    """Without capitals, hyphens and plurals, so that spellings count as one."""
    parts = re.split(r"[^\w+|]+", words.casefold())
    return " ".join(part.removesuffix("s") if len(part) > 3 else part for part in parts if part)


def _padded(key: str) -> str:
    return f" {key} "


def _is_generic(key: str) -> bool:
    parts = key.split()
    return len(key) < 2 or parts[0] in STOP or parts[-1] in STOP or all(part in _GENERIC for part in parts)
