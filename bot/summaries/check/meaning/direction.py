"""Directions of change and comparison: `reduces` is not `increases`, and who beats whom is not turned. Pure."""

import itertools
import re
from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Number, Sentence, Token
from bot.summaries.words import rows

_FAMILY = [(name, re.compile(rf"(?:{up})\Z"), re.compile(rf"(?:{down})\Z")) for name, up, down in rows("directions")]
_BEATS = re.compile(r"outperform\w*|surpass\w*|exceed\w*|beat(?:s|ing)?|overtak\w*|superior|better|win(?:s|ning)?")
_COMPARATIVE = re.compile(r"\w{2,}er|more|less")
_SETTING = {"on", "in", "for", "at", "by", "with", "while"}  # begins what a comparison's sides have in common
_THAN_TOKENS = 3  # between a comparative and its `than`
_CLAUSE_ENDS = {",", ";", ":", ".", "(", ")", "while", "and", "but"}
_OBJECT_TOKENS = 6
_SIDE_WORDS = 5  # of a comparison, nearest to its verb
_NEAR_TOKENS = 7  # a word of direction so near to a number speaks of it
_LITTLE = {"limited", "insufficient", "little", "lack", "scarce", "few", "minimal"}
_MUCH = {"much", "excessive", "abundant", "ample", "excess", "many", "too"}


def turned_directions(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """Changes, comparisons and amounts that the abstract has the other way round."""
    for number in line.numbers:
        places = [(sentence, x) for sentence in known for x in sentence.numbers if x.is_same(number)]
        if places and all(_is_opposite(line, number, sentence, x) for sentence, x in places):
            yield f"turns the direction of {number.quantity.said}"
    yield from _turned_comparisons(line, known)
    yield from _turned_objects(line, known)
    yield from _turned_amounts(line, known)


def _is_opposite(line: Sentence, number: Number, sentence: Sentence, other: Number) -> bool:
    mine, theirs = _direction(line, number), _direction(sentence, other)
    return any(sign * theirs.get(family, 0) < 0 for family, sign in mine.items())


def _direction(sentence: Sentence, number: Number) -> dict[str, int]:
    """The nearest word of each family around a number: +1 up, -1 down."""
    found: dict[str, tuple[int, int]] = {}
    tokens = sentence.tokens
    for at in range(max(0, number.at - _NEAR_TOKENS), min(len(tokens), number.at + _NEAR_TOKENS)):
        if any(x.at in range(min(at, number.at) + 1, max(at, number.at)) for x in sentence.numbers):
            continue
        for name, up, down in _FAMILY:
            sign = 1 if up.match(tokens[at].low) else -1 if down.match(tokens[at].low) else 0
            distance = abs(at - number.at)
            if sign and distance < found.get(name, (_NEAR_TOKENS + 1,))[0]:
                found[name] = (distance, sign)
    return {name: sign for name, (_, sign) in found.items()}


def _turned_comparisons(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`B outperforms A` where the abstract only says `A outperforms B`."""
    there = [found for sentence in known for found in _comparisons(sentence)]
    for word, winners, losers in _comparisons(line):
        sides = [(a, b) for other, a, b in there if other == word]
        if any(winners & a and losers & b for a, b in sides):
            continue
        if any(winners & b and losers & a for a, b in sides):
            yield "turns a comparison round"


def _comparisons(sentence: Sentence) -> Iterator[tuple[str, set[str], set[str]]]:
    """What beats what: the word (empty for all of winning), and the words of meaning on both sides."""
    for n, token in enumerate(sentence.tokens):
        is_than = any(t.low == "than" for t in sentence.tokens[n + 1 : n + 1 + _THAN_TOKENS])
        wins = _BEATS.fullmatch(token.low) is not None
        if wins or (is_than and _COMPARATIVE.fullmatch(token.low)):
            before = [t for t in sentence.tokens if t.end <= token.start and _is_in_clause(sentence, t, token)]
            after = [t for t in sentence.tokens if t.start >= token.end and _is_in_clause(sentence, token, t)]
            after = list(itertools.takewhile(lambda t: t.low not in _SETTING, after))
            winners = {t.stem for t in [t for t in before if t.is_content][-_SIDE_WORDS:]} - {"time"}
            losers = {t.stem for t in [t for t in after if t.is_content][:_SIDE_WORDS]}
            if winners and losers:
                yield "" if wins else token.low, winners - losers, losers - winners


def _is_in_clause(sentence: Sentence, first: Token, last: Token) -> bool:
    return not any(token.text == ";" for token in sentence.between(first.end, last.start))


def _turned_objects(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`lowers accuracy` where the abstract only raises it: the same words behind a word of the other direction."""
    there = [found for sentence in known for found in _directed(sentence)]
    for family, sign, word, objects in _directed(line):
        same = [s for name, s, _, others in there if name == family and len(objects & others) >= min(2, len(objects))]
        if same and sign not in same and objects:
            yield f"says “{word}”, the abstract the opposite"


def _directed(sentence: Sentence) -> Iterator[tuple[str, int, str, set[str]]]:
    """Each word of direction with its family, its sign, and the words of meaning behind it in its clause."""
    for n, token in enumerate(sentence.tokens):
        for name, up, down in _FAMILY:
            if sign := 1 if up.match(token.low) else -1 if down.match(token.low) else 0:
                scope = itertools.takewhile(
                    lambda t: t.text not in _CLAUSE_ENDS, sentence.tokens[n + 1 : n + 1 + _OBJECT_TOKENS]
                )
                yield name, sign, token.low, {t.stem for t in scope if t.is_content}


def _turned_amounts(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`too much diversity` where the abstract says `limited diversity`."""
    for said, opposite in ((_MUCH, _LITTLE), (_LITTLE, _MUCH)):
        for noun in _nouns_with(line, said):
            if any(noun in _nouns_with(s, opposite) for s in known) and not any(
                noun in _nouns_with(s, said) for s in known
            ):
                yield f"has “{noun}” in the opposite amount"


def _nouns_with(sentence: Sentence, words: set[str]) -> set[str]:
    pairs = zip(sentence.tokens, sentence.tokens[1:], strict=False)
    return {noun.stem for word, noun in pairs if word.low in words and noun.is_content and noun.low not in words}
