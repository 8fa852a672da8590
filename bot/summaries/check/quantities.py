"""Numbers with their units, however they are written: `8B`, `8 billion`, `8-billion-parameter` are one. Pure.

A summary's number is supported when the abstract has the same value with the same unit. A summary may leave a unit out;
it may add one only if the unit says nothing new (`7B parameters` for `7B`).
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from bot.summaries.words import pattern, table, word_list

_SMALL, _TENS = word_list("small_numbers"), word_list("tens")
_WORDS = {word: n for n, word in enumerate(_SMALL)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 2, "k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}
_SCALES |= {"t": 12, "trillion": 12}
_MANY = {"dozen": 1, "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}  # powers of ten
_UNITS = table("units")
_SOFT = {"", "fps", "bit", "parameter", "token"}  # what these numbers count goes without saying
_SPELT = "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True)])
_NUMBER = re.compile(
    r"(?=[$€\d]|\b[zotfsen])(?P<money>[$€] ?)?"
    r"(?:(?P<digits>\d+(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    rf"|\b(?P<tens>{'|'.join(_TENS)})-(?P<ones>{'|'.join(_SMALL[1:10])})\b|\b(?P<word>{_SPELT})\b)"
    rf"(?:(?P<letter>bn|mn|[kmbt])\b|[ -]?(?P<scale>hundred|thousand|million|billion|trillion)\b)?\+?"
)
_UNIT = re.compile(r"[ -]?(?:" + "|".join(f"(?P<u{n}>{unit})" for n, unit in enumerate(_UNITS.values())) + ")")
_NAMES = tuple(_UNITS)
_RANGE = re.compile(r" ?(?:-|–|to|and|or|,|/|vs\.?)(?: and| or)? ?(?=[\d$€]|(?:" rf"{_SPELT})\b)")
_FACTOR = re.compile(r"factors? of (?:up to |over |about |around |at least |more than )?$")
_PLURAL = re.compile(r"\b(?P<many>dozen|hundred|thousand|million|billion|trillion)s\b")
_TIMES = re.compile(pattern("times"))
_MANY_OF = "|".join(_MANY)
_COUNTING = re.compile(
    rf"[ -](?:{_SPELT}|(?:{_MANY_OF})s?|hal[fv]\w+|twice|thrice|\w+fold|(?:doubl|tripl|quadrupl)\w+)\b"
)
_MULTIPLE = {"two": 2, "three": 3, "four": 4, "ten": 10}
_UNCOUNTED = {"one", "two", "zero"}  # said without counting: `one of`, `the two`, `zero-shot`


class Quantity(Struct, frozen=True):
    """A number as a text says it."""

    said: str
    value: Decimal
    unit: str = ""

    @property
    def is_counted(self) -> bool:
        return self.unit != "" or self.said not in _UNCOUNTED


def new_numbers(line: str, known: str) -> list[str]:
    """Numbers of the line that `known` does not have, or has with other units; both are plain."""
    if not any(map(str.isdigit, line)) and not _COUNTING.search(f" {line}"):
        return []
    said = [*quantities(line), *multiples(line)]
    there = [*quantities(known), *multiples(known)]
    strange = [one.said for one in said if one.is_counted and not _is_in(one, there)]
    vague = [found[0] for found in _PLURAL.finditer(line) if not _is_about(found["many"], known, there)]
    return list(dict.fromkeys(strange + vague))


def quantities(text: str) -> Iterator[Quantity]:
    """The numbers of a plain text; in `20 to 40%` both are per cent."""
    return (quantity for quantity, _, _ in located_quantities(text))


def located_quantities(text: str) -> Iterator[tuple[Quantity, int, int]]:
    """The same, each with where it starts and ends."""
    waiting: list[tuple[str, Decimal, int, int]] = []
    for found in _NUMBER.finditer(text):
        unit, end = _unit(text, found)
        said, start = text[found.start() : end].strip(), found.start()
        if not unit and _RANGE.match(text, end):
            waiting.append((said, _value(found), start, end))
            yield Quantity(said, _value(found)), start, end
            continue
        yield from ((Quantity(before, value, unit), first, last) for before, value, first, last in waiting if unit)
        waiting.clear()
        yield Quantity(said, _value(found), unit), start, end


def multiples(text: str) -> Iterator[Quantity]:
    """`twice` and `halves`."""
    for found in _TIMES.finditer(text):
        kind = str(found.lastgroup)
        if kind == "half":
            yield Quantity(found[0], Decimal(50), "%")
        yield Quantity(found[0], Decimal(_MULTIPLE.get(kind, 2)), "×")


def _unit(text: str, found: re.Match[str]) -> tuple[str, int]:
    """The unit of a number, and where it ends."""
    if found["money"]:
        return found["money"].strip(), found.end()
    if unit := _UNIT.match(text, found.end()):
        return _NAMES[int(str(unit.lastgroup)[1:])], unit.end()
    return ("×" if _FACTOR.search(text, 0, found.start()) else ""), found.end()


def _value(found: re.Match[str]) -> Decimal:
    scale = Decimal(10) ** _SCALES.get(found["letter"] or found["scale"], 0)
    if digits := found["digits"]:
        is_thousands = re.search(r",\d{3}(?!\d)", digits)  # `95,3` is a fraction in half of Europe
        return Decimal(digits.replace(",", "" if is_thousands else ".")) * scale
    if found["tens"]:
        return (_WORDS[found["tens"]] + _WORDS[found["ones"]]) * scale
    return _WORDS[found["word"]] * scale


def _is_in(one: Quantity, there: list[Quantity]) -> bool:
    units = {other.unit for other in there if other.value == one.value}
    return one.unit in units or (one.unit in _SOFT and "" in units) or (one.unit == "" and bool(units))


def _is_about(many: str, known: str, there: list[Quantity]) -> bool:
    """Whether `thousands` is said, or a number that is some thousands."""
    low = Decimal(10) ** _MANY[many]
    return many in known or any(low <= one.value < low * 1000 for one in there)
