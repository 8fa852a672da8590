"""What a text says that another must bear out: numbers with their units, names, claims. Pure."""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UNIT = re.compile(
    r"(\d+(?:[.,]\d+)*)\s*(%|percent\w*|×|x\b|-?fold|times\b|points?\b|[kmb]\b|million|billion|thousand|trillion"
    r"|ms\b|hours?\b|seconds?\b|minutes?\b|gb\b|days?\b)"
)
_UNIT_NAMES = {"percent": "%", "x": "×", "time": "×", "fold": "×", "k": "thousand", "m": "million", "b": "billion"}
_SPELT = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?"
    r"|dozens?|half|halves|halv\w+|quarter|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|twofold|tenfold)\b"
)
_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DIGITS = {word: str(n) for n, word in enumerate(_TO_TEN, 1)}
_COMMON = {"one", "two"}  # said without counting: "one of", "the two"
_CLAIM = re.compile(
    r"\b(first|best|state of the art|sota|unprecedented|unmatched|unrivall?ed|unparalleled|unsurpassed|leading(?! to)"
    r"|superior|outperform\w*|surpass\w*|beats?|strongest|fastest|highest|lowest|largest|smallest|greatest|cheapest"
    r"|simplest|cutting edge|world record|always|never|guarantees?)\b"
)
_BETTER = ("outperform", "surpass", "superior", "beat", "exceed", "better than")
_NAME = re.compile(r"[A-Za-z0-9][\w+-]*(?:\.\d+)*")


def plain(text: str) -> str:
    """A text in one case and one kind of dash and space, so that texts can be compared."""
    low = unicodedata.normalize("NFKC", text).casefold().replace("‑", "-").replace("–", "-")
    return " ".join(low.replace("state-of-the-art", "state of the art").split())


def new_numbers(line: str, known: str) -> list[str]:
    """Numbers of the line that are not in `known` (both plain), or there with other units."""
    there = {_value(n) for n in _NUMBER.findall(known)} | {_DIGITS[w] for w in known.split() if w in _DIGITS}
    said = [n for n in dict.fromkeys(_NUMBER.findall(line)) if _value(n) not in there]
    units = [
        f"{n} {unit}".replace(" %", "%")
        for n, unit in sorted(_units(line) - _units(known))
        if n not in map(_value, said)
    ]
    return said + units + [word for word in _SPELT.findall(line) if not _spelt_in(word, known, there)]


def new_names(line: str, known: str) -> list[str]:
    """Words written as names that `known` (plain) does not have: whole words, so that `ERT` is not in `BERT`."""
    there = set(_NAME.findall(known))
    there |= {part for token in there for part in token.split("-")} | {token.replace("-", "") for token in there}
    words = _NAME.findall(unicodedata.normalize("NFKC", line))
    return [word for n, word in enumerate(words) if _is_name(word, first=n == 0) and not _is_there(word, there, known)]


def new_claims(line: str, known: str) -> list[str]:
    """Superlatives of the line whose own stem is not in `known` (both plain)."""
    return [claim for claim in _CLAIM.findall(line) if not any(ground in known for ground in _grounds(claim))]


def _grounds(claim: str) -> tuple[str, ...]:
    """What in an abstract bears a claim out: its own stem, or for a comparison any word of comparing."""
    return _BETTER if claim.startswith(_BETTER) else (_stem(claim),)


def _value(number: str) -> str:
    return number.replace(",", "").rstrip(".").removesuffix(".0")


def _units(text: str) -> set[tuple[str, str]]:
    found = ((_value(n), unit.strip("-")) for n, unit in _UNIT.findall(text))
    singular = ((n, unit if unit in {"ms", "×"} else unit.rstrip("s")) for n, unit in found)
    return {(n, _UNIT_NAMES.get(unit, "%" if unit.startswith("percent") else unit)) for n, unit in singular}


def _spelt_in(word: str, known: str, numbers: set[str]) -> bool:
    return word in _COMMON or word[:4] in known or _DIGITS.get(word, "") in numbers


def _is_name(word: str, *, first: bool) -> bool:
    """Capitals throughout, inside, or at the start of a later word; a lone capital letter is none."""
    capitals = sum(c.isupper() for c in word)
    return capitals > (1 if first else 0) and len(word) > 1


def _is_there(word: str, there: set[str], known: str) -> bool:
    low = plain(word)
    if {low, low.rstrip("s"), low + "s", low.replace("-", "")} & there or low.replace("-", " ") in known:
        return True
    if any(c.isdigit() for c in low):
        return False  # `X-5` is not borne out by `X-3` and a 5 elsewhere
    return all(part in there or part.rstrip("s") in there for part in low.split("-"))


def _stem(word: str) -> str:
    return re.sub(r"(ed|ing|s)$", "", word)
