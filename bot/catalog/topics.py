"""What the newest papers are about: their keywords and categories, counted. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from importlib.resources import files

from bot.chat.catalog import Topic
from bot.papers.model import Paper
from bot.search.acronyms import shared_form

MIN_PAPERS = 2  # that a keyword stands in before it is a topic
NO_TOPICS = frozenset(files("bot.catalog").joinpath("no_topics.txt").read_text("utf-8").splitlines())
"""Keywords that say nothing of a paper's subject, in the form that `shared_form` gives."""
_EXPLAINED = re.compile(r"\s*\([^()]*\)")  # `large language models (LLMs)`


def count_topics(papers: Iterable[Paper]) -> list[Topic]:
    """Topics by the number of their papers, most first. One topic is one, however it is spelt."""
    categories = Counter[str]()
    spellings = defaultdict[str, Counter[str]](Counter)
    for paper in papers:
        categories.update(paper.categories[:1])
        words = {shared_form(word): word for word in (_EXPLAINED.sub("", raw).casefold() for raw in paper.keywords)}
        for form, word in words.items():
            spellings[form][word] += 1
    topics = [Topic(name=name, query=f"cat:{name}", count=count) for name, count in categories.items()]
    for form, spelt in spellings.items():
        if (count := spelt.total()) >= MIN_PAPERS and form and form not in NO_TOPICS:
            name = max(spelt, key=lambda word: (spelt[word], len(word), word))
            topics.append(Topic(name=name, query=f'"{name}"', count=count))
    return sorted(topics, key=lambda topic: (-topic.count, topic.name))
