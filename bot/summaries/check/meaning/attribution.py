"""Which number belongs to which name or measure: `59% in Qiskit` is not `59% in PennyLane`. Pure."""

from collections.abc import Iterator, Sequence

from bot.summaries.check.meaning.sentences import Number, Sentence, Token, stem
from bot.summaries.words import word_list

_CLOSE_TOKENS = 4  # a name so near before the first number of a sentence is what the number belongs to
_BREAKS = {";", ":", "(", ")"}
_CONDITIONS = {"before", "after", "without", "with"}
_UNIT_STEMS = {stem(word) for word in word_list("units_of_results")}
_BOUND_WORDS = {"nearly", "almost", "about", "around", "over", "up", "approximately", "roughly", "only", "just"}


def misplaced_numbers(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """Numbers that the abstract gives to another name or measure, or in another order."""
    for number in line.numbers:
        places = [(sentence, n) for sentence in known for n, x in enumerate(sentence.numbers) if x.is_same(number)]
        if not places:
            continue
        reasons = [_misplaced(line, number, sentence, n) for sentence, n in places]
        if all(reasons):
            yield f"gives {number.quantity.said} to {reasons[0]}, which the abstract does not"
    yield from _turned_spans(line, known)


def _misplaced(line: Sentence, number: Number, sentence: Sentence, index: int) -> str:
    """What the summary gives a number to that this sentence gives to another of its numbers; empty: nothing."""
    if len(sentence.numbers) < 2:
        return ""
    rest = [n for n, other in enumerate(sentence.numbers) if not other.is_same(sentence.numbers[index])]
    said, owners = _context_of(line, number), owners_of(sentence)
    stolen = {owners[n] for n in rest} & _names(said) - {owners[index]}
    if stolen and owners[index] and owners[index] not in {token.low for token in said}:
        return min(stolen)
    for is_before in (True, False):  # words before a number are compared with words before
        side = [token for token in said if (token.end <= number.start) == is_before]
        own, *others = (_segment(sentence, n, is_before=is_before) for n in (index, *rest))
        if measure := _taken_measure(side, own, others):
            return measure
    return ""


def _taken_measure(said: Sequence[Token], mine: Sequence[Token], others: Sequence[Sequence[Token]]) -> str:
    """The same for measures (`accuracy`, `length`) and conditions (`before`, `after`)."""
    words, own = _words(said), _words(mine)
    for other in map(_words, others):
        only_own, only_other = own - other, other - own
        if len(words & only_other) > len(words & only_own) and not words & only_own and only_own:
            return f"“{min(words & only_other)}”"
    return ""


def _names(tokens: Sequence[Token]) -> set[str]:
    return {token.low.removesuffix("'s") for token in tokens if _is_proper(token)}


def _is_proper(token: Token) -> bool:
    word = token.text.removesuffix("'s")
    return word[0].isalpha() and (sum(map(str.isupper, word)) > 1 or (word[0].isupper() and len(word) > 3))


def _words(tokens: Sequence[Token]) -> set[str]:
    meant = (token for token in tokens if token.is_content or token.low in _CONDITIONS)
    return {token.stem for token in meant if token.stem not in _UNIT_STEMS and not _is_proper(token)}


def owners_of(sentence: Sentence) -> list[str]:
    """The name that each number of a sentence belongs to, in lower case; empty where none stands near."""
    numbers = sentence.numbers
    if ordered := _respectively(sentence):
        return ordered
    near = sentence.tokens[max(0, numbers[0].at - _CLOSE_TOKENS) : numbers[0].at]
    is_before = bool(_names(near)) or not _names(sentence.between(numbers[0].end, numbers[1].start))
    segments = (_segment(sentence, n, is_before=is_before) for n in range(len(numbers)))
    closest_first = (segment[::-1] if is_before else segment for segment in segments)
    return [next((token.low.removesuffix("'s") for token in s if _is_proper(token)), "") for s in closest_first]


def _segment(sentence: Sentence, index: int, *, is_before: bool) -> list[Token]:
    number, later = sentence.numbers[index], sentence.numbers[index + 1 :]
    if is_before:
        return sentence.between(_group_end(sentence, index), number.start)
    end = next((n.start for n in later if not _is_span(sentence, number, n)), len(sentence.text))
    return sentence.between(number.end, end)


def _group_end(sentence: Sentence, index: int) -> int:
    """Where the words before a number begin: after the number before it, or before both of `from 8 to 3`."""
    while index and _is_span(sentence, sentence.numbers[index - 1], sentence.numbers[index]):
        index -= 1
    return sentence.numbers[index - 1].end if index else 0


def _is_span(sentence: Sentence, first: Number, second: Number) -> bool:
    between = [word for word in sentence.low[first.end : second.start].split() if word not in _BOUND_WORDS]
    return " ".join(between) in {"to", "and", "-", ",", ", and", "vs", "vs.", "versus"}


def _respectively(sentence: Sentence) -> list[str]:
    """The names by position, where the sentence says `respectively` and has as many of them as numbers."""
    if "respectively" not in sentence.low:
        return []
    numbers = sentence.numbers
    names = [token for token in sentence.names if _is_proper(token) and token.start > numbers[-1].end]
    if len(names) != len(numbers):
        before = [token for token in sentence.names if _is_proper(token) and token.end < numbers[0].start]
        names = before[-len(numbers) :]
    return [token.low.removesuffix("'s") for token in names] if len(names) == len(numbers) else []


def _context_of(line: Sentence, number: Number) -> list[Token]:
    """The words of a summary around a number, up to its other numbers and the ends of the clause."""
    index = line.numbers.index(number)
    start = _group_end(line, index)
    end = next((n.start for n in line.numbers[index + 1 :] if not _is_span(line, number, n)), len(line.text))
    tokens = line.between(start, end)
    breaks = [n for n, token in enumerate(tokens) if token.text in _BREAKS]
    low = max((n for n in breaks if tokens[n].end <= number.start), default=-1)
    high = min((n for n in breaks if tokens[n].start >= number.end), default=len(tokens))
    inside = tokens[low + 1 : high]
    if index == len(line.numbers) - 1:
        return inside
    # Words after `while`, `and` or a comma already speak of the next number.
    ends = (n for n, token in enumerate(inside) if token.start >= number.end and token.low in {"and", "while", ","})
    return inside[: next(ends, len(inside))]


def _turned_spans(line: Sentence, known: Sequence[Sentence]) -> Iterator[str]:
    """`from 51 to 33` where the abstract goes from 33 to 51."""
    there = [span for sentence in known for span in _spans(sentence)]
    for first, last in _spans(line):
        same = any(first.is_same(a) and last.is_same(b) for a, b in there)
        turned = any(first.is_same(b) and last.is_same(a) for a, b in there)
        if turned and not same:
            yield f"goes from {first.quantity.said} to {last.quantity.said}, the abstract the other way round"


def _spans(sentence: Sentence) -> Iterator[tuple[Number, Number]]:
    for first, last in zip(sentence.numbers, sentence.numbers[1:], strict=False):
        if sentence.low[first.end : last.start].strip() == "to" and "from" in sentence.low[: first.start][-25:].split():
            yield first, last
