"""True lines of real papers, and the same lines with one false thing planted; for the test and the benchmark.

True lines are other people's: Hugging Face's own (2025–26), shortened as Paperboy shortens them, and SciTLDR's
references in the third person. Nobody's claim to be true was taken from the check: every line of the sample that it
refuses was read beside its abstract, and those that say what the abstract does not are in `untrue.txt`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from bot.papers.model import Paper
from bot.sources.files import read_papers
from bot.summaries.check import MAX_CHARS, check
from bot.summaries.check.claims import plain
from bot.summaries.extract.shortening import split, trims
from tests.builders import SHARED, paper

FORM = ("longer", "too short", "more than one", "link", "mention", "characters", "itself", "reader", "hype", "title")
UNTRUE = Path(__file__).with_name("untrue.txt")
_NAME = re.compile(r"\b(?=\w*[A-Z]\w*[A-Z0-9]|[A-Z][a-z]+[A-Z0-9])[A-Za-z][\w-]*\w\b")
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.-])")
_NUMBERED = re.compile(r"(?<![\w.,-])(\d+(?:\.\d+)?)(%|x\b|×| points?\b| percent\b|[BKM]\b)")
_UNITS = ("%", "x", " points", " hours", "B", "K")
_SUPERLATIVES = (
    ("the first", r"\b[Aa]n? (?:new |novel )?"),
    ("the best", r"\b[Aa]n? (?:new |novel )?"),
    ("the fastest", r"\b[Aa]n? (?:new |novel )?"),
    ("the largest", r"\b[Aa]n? (?:new |novel )?"),
    ("a state-of-the-art", r"\b[Aa]n? (?:new |novel )?"),
    (", achieving state-of-the-art results.", r"\.$"),
    (", reaching the best results so far.", r"\.$"),
    (" for the first time.", r"\.$"),
)


class Said(NamedTuple):
    """A line about a paper; what was planted, where something was."""

    line: str
    paper: Paper
    plant: str = ""

    @property
    def fingerprint(self) -> str:
        """Of the paper: the sample stays when the ways to shorten a line change."""
        return hashlib.sha256(self.paper.title.encode()).hexdigest()[:12]


Plant: TypeAlias = Callable[[Said, random.Random, Sequence[str]], str]


def true_lines(count: int = 500) -> list[Said]:
    """Half of them by each of the two, in an order that means nothing; without those that were found untrue."""
    untrue = {row.split(" ")[0] for row in UNTRUE.read_text("utf-8").splitlines() if row}
    found: list[Said] = []
    for lines in (list(_hugging_face()), list(_scitldr())):
        by_chance = sorted(lines, key=lambda said: said.fingerprint)
        fit = (said for said in by_chance if said.fingerprint not in untrue and _has_form(said))
        found += [said for said, _ in zip(fit, range(count // 2), strict=False)]
    return found


def planted(true: Sequence[Said], count: int = 500) -> list[Said]:
    """As many false lines, each kind of plant as often as the others as far as lines allow it."""
    chance = random.Random(7)
    names = sorted({name for said in true for name in _NAME.findall(said.paper.abstract) if len(name) > 2})
    numbered = list(itertools.islice(_numbered(), count))
    kinds = [_with(plant, numbered if plant in {_number, _unit} else true, chance, names) for plant in PLANTS]
    mixed = (said for kind in itertools.zip_longest(*kinds) for said in kind if said)
    return list(itertools.islice(mixed, count))


def _with(plant: Plant, true: Sequence[Said], chance: random.Random, names: Sequence[str]) -> Iterator[Said]:
    for said in chance.sample(true, len(true)):
        line = plant(said, chance, names)
        if line and line != said.line and len(line) <= MAX_CHARS:
            yield Said(line, said.paper, plant.__name__.strip("_"))


def caught(said: Said) -> bool:
    """Refused for what was planted, and not for its form."""
    return any(not any(word in failure for word in FORM) for failure in check(said.line, said.paper))


def hugging_face() -> Iterator[Paper]:
    """The papers of 2025–26 that Hugging Face has a line for, each once."""
    seen: set[str] = set()
    for batch in read_papers(SHARED / "hf-daily-papers"):
        for listing in batch.listings:
            item = listing.paper
            if listing.day.year >= 2025 and item.offered_summary and item.id not in seen:
                seen.add(item.id)
                yield item


def scitldr(part: str) -> Iterator[tuple[Paper, list[str]]]:
    """Papers with people's summaries of them."""
    for number, row in enumerate((SHARED / "scitldr" / f"{part}.jsonl").read_text("utf-8").splitlines()):
        record = json.loads(row)
        yield paper(number, record["title"], abstract=" ".join(record["source"])), record["target"]


def _hugging_face() -> Iterator[Said]:
    for item in hugging_face():
        yield from (Said(line, item) for line in trims(item.offered_summary)[:1])


def _numbered() -> Iterator[Said]:
    """Sentences of abstracts with figures in them: true as they stand."""
    for item in hugging_face():
        lines = [line for sentence in split(item.abstract) for line in trims(sentence)[:1] if _NUMBERED.search(line)]
        yield from (said for line in lines[:1] if _has_form(said := Said(line, item)))


def _scitldr() -> Iterator[Said]:
    for part in ("train", "dev"):
        for item, references in scitldr(part):
            yield from (Said(line, item) for line in trims(references[0])[:1])


def _has_form(said: Said) -> bool:
    failures = check(said.line, said.paper)
    return not any(word in failure for failure in failures for word in FORM)


def _number(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """Another number in a number's place."""
    found = _NUMBER.search(said.line)
    return _NUMBER.sub(_strange_number(said, chance), said.line, count=1) if found else ""


def _figure(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """A result that nobody measured."""
    way = chance.choice(
        (", by {}%.", ", {}x faster than before.", " in {} hours.", " on {} tasks.", " with {}B parameters.")
    )
    return said.line.removesuffix(".") + way.format(_strange_number(said, chance))


def _unit(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """A number in another unit."""
    known = plain(f"{said.paper.title} {said.paper.abstract}")
    found = _NUMBERED.search(said.line)
    fit = [unit for unit in _UNITS if found and unit.strip()[:5] != found[2].strip()[:5]]
    fit = [
        unit for unit in fit if found and not re.search(rf"{re.escape(found[1])}[ -]?{unit.strip().lower()[:4]}", known)
    ]
    return _NUMBERED.sub(found[1] + chance.choice(fit), said.line, count=1) if found and fit else ""


def _name(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """Another paper's name in a name's place."""
    found = _NAME.search(said.line)
    return said.line.replace(found[0], _strange_name(said, chance, names), 1) if found else ""


def _rival(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """A name that the abstract does not have, added."""
    way = chance.choice((" on {}.", ", unlike {}.", " with {}.", ", built on {}."))
    return said.line.removesuffix(".") + way.format(_strange_name(said, chance, names))


def _version(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """A name with another number or letter."""
    found = _NAME.search(said.line)
    if not found:
        return ""
    new = found[0] + chance.choice(("-2", "3", "-XL", "Net", "++"))
    return said.line.replace(found[0], new, 1) if plain(new) not in plain(said.paper.abstract) else ""


def _superlative(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    """A claim that the abstract does not make."""
    claim, place = chance.choice(_SUPERLATIVES)
    known = plain(f"{said.paper.title} {said.paper.abstract}")
    word = re.findall(r"first|best|fastest|largest|state.of.the.art", claim)[0]
    if word[:4] in known or "sota" in known or not re.search(place, said.line):
        return ""
    return re.sub(place, claim if claim[0] in " ," else f"{claim} ", said.line, count=1)


PLANTS: tuple[Plant, ...] = (
    _number, _figure, _unit, _name, _rival, _version, _superlative,
)  # fmt: skip


def _strange_number(said: Said, chance: random.Random) -> str:
    known = plain(f"{said.paper.title} {said.paper.abstract}")
    return next(n for _ in range(1_000) if (n := str(chance.randint(3, 97))) not in known)


def _strange_name(said: Said, chance: random.Random, names: Sequence[str]) -> str:
    known = plain(f"{said.paper.title} {said.paper.abstract}")
    return next(name for _ in range(1_000) if plain(name := chance.choice(names)) not in known)
