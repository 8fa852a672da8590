"""Lies of meaning: every number and name is the abstract's, and the sentence still says something else. Pure.

Each rule compares a summary's clause with the abstract's clauses that share its numbers, names or verbs, and refuses
only where it can point at words that contradict each other. What can't be aligned passes: the rules see a turned
negation or a swapped name, not every paraphrase that misses the point (docs/summaries.md says what they can't see).
"""

from functools import lru_cache

from bot.summaries.check.meaning.attribution import misplaced_numbers
from bot.summaries.check.meaning.bounds import changed_bounds
from bot.summaries.check.meaning.cause import new_causes
from bot.summaries.check.meaning.direction import turned_directions
from bot.summaries.check.meaning.polarity import turned_negations
from bot.summaries.check.meaning.scope import widened_scope
from bot.summaries.check.meaning.sentences import Sentence, read_sentences
from bot.summaries.check.meaning.strength import lost_hedges

_RULES = (
    changed_bounds,
    misplaced_numbers,
    turned_directions,
    turned_negations,
    lost_hedges,
    widened_scope,
    new_causes,
)


def meaning_faults(line: str, title: str, abstract: str) -> list[str]:
    """What a summary says that its abstract contradicts; each a short clause."""
    said, known = read_sentences(line), _known(title, abstract)
    return list(dict.fromkeys(fault for rule in _RULES for one in said for fault in rule(one, known)))


@lru_cache(maxsize=64)  # a paper's candidates are checked one after another
def _known(title: str, abstract: str) -> tuple[Sentence, ...]:
    return read_sentences(f"{title.rstrip('.')}.\n{abstract}")
