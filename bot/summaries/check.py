"""What a one-line summary must meet, checked against title and abstract. Pure; nobody is trusted, models least.

A line passes when it is one sentence of at most 160 characters, has no address, mention or markup, is not the
title over again, and claims nothing that title and abstract do not: every number, every name, every superlative.
"""

from __future__ import annotations

import re
import unicodedata

from bot.papers.model import Paper

MOST_CHARS = 160
FEWEST_CHARS = 20

_ADDRESS = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|ai|ru|cn|dev|app|xyz|ly|me)\b", re.I)
_MENTION = re.compile(r"[@<>`*_~|\[\]{}\\]|^#|\s#\w|&(?:lt|gt|amp);")
_SENTENCES = re.compile(r"(?<![A-Z]\.[A-Z])(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bet al)[.!?]\s+(?=[A-Z“\"])")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")
_SUPERLATIVES = {
    "first": ("first", "novel", "pioneer"),
    "best": ("best", "state of the art", "sota", "outperform", "surpass", "superior"),
    "state of the art": ("state of the art", "sota"),
    "sota": ("state of the art", "sota"),
    "unprecedented": ("unprecedented",),
    "record": ("record", "state of the art"),
    "always": ("always",),
    "never": ("never",),
    "guarantees": ("guarantee", "provabl"),
}
_HYPE = re.compile(
    r"\b(groundbreaking|revolutionary|game[- ]chang\w+|amazing|stunning|mind[- ]?blowing|breakthrough|incredible)\b",
    re.I,
)
_SELF = re.compile(r"\bthis (paper|work|study|article)\b|\b(the )?authors?\b|\bwe\b|\bour\b", re.I)
_SPELT = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip


def check(line: str, paper: Paper) -> tuple[str, ...]:
    """What is wrong with a line, each a short clause for people; empty when it passes."""
    known = _plain(f"{paper.title} . {paper.abstract}")
    return tuple(
        filter(
            None,
            (
                *_form(line),
                "repeats the title" if _words(line) == _words(paper.title) else "",
                *(f"has the number {n}, which the abstract does not" for n in _new_numbers(line, known)),
                *(f"names {name}, which the abstract does not" for name in _new_names(line, known)),
                *(f"claims “{claim}”, which the abstract does not" for claim in _new_claims(line, known)),
            ),
        )
    )


def _form(line: str) -> tuple[str, ...]:
    stripped = line.strip()
    return (
        f"is longer than {MOST_CHARS} characters" if len(stripped) > MOST_CHARS else "",
        "is too short to say anything" if len(stripped) < FEWEST_CHARS else "",
        "is more than one sentence" if _SENTENCES.search(stripped) or "\n" in stripped else "",
        "holds an address" if _ADDRESS.search(line) else "",
        "holds a mention or markup" if _MENTION.search(line) else "",
        "holds characters that do not show" if any(unicodedata.category(c) in {"Cc", "Cf", "Co"} for c in line) else "",
        "speaks of the paper itself" if _SELF.search(line) else "",
        "uses hype" if _HYPE.search(line) else "",
    )


def _new_numbers(line: str, known: str) -> list[str]:
    """Numbers of the line that are nowhere in title and abstract; 1,000 and 1000 are one, so are ten and 10."""
    there = {_number(n) for n in _NUMBER.findall(known)} | {_SPELT[w] for w in known.split() if w in _SPELT}
    plain = _plain(line)
    said = _NUMBER.findall(plain) + [_SPELT[w] for w in plain.split() if w in _SPELT and w not in {"one", "two"}]
    return [n for n in dict.fromkeys(said) if _number(n) not in there]


def _number(raw: str) -> str:
    return raw.replace(",", "").rstrip(".").removesuffix(".0")


def _new_names(line: str, known: str) -> list[str]:
    """Words written as names (capitals inside or throughout, digits, or a capital later on) that are not there."""
    words = _NAME.findall(unicodedata.normalize("NFKC", line))
    return [
        word
        for n, word in enumerate(words)
        if _is_name(word, first=n == 0) and not _knows(known, _plain(word).rstrip("."))
    ]


def _is_name(word: str, *, first: bool) -> bool:
    bare = word.rstrip(".")
    capitals = sum(c.isupper() for c in bare)
    if first:
        return capitals > 1
    return capitals > 0 and not bare.isdigit()


def _knows(known: str, word: str) -> bool:
    """Whether a name is there, also in the plural, in parts (`GPT-4`, `GPT 4`) or as an acronym of its words."""
    forms = {word, word.rstrip("s"), word + "s", word.replace("-", " "), word.replace("-", "")}
    if any(form and form in known for form in forms):
        return True
    return all(part in known for part in re.split(r"[-./]", word) if part)


def _new_claims(line: str, known: str) -> list[str]:
    said = _plain(line)
    return [
        claim
        for claim, grounds in _SUPERLATIVES.items()
        if re.search(rf"\b{claim}\b", said) and not any(ground in known for ground in grounds)
    ]


def _plain(text: str) -> str:
    low = unicodedata.normalize("NFKC", text).casefold().replace("state-of-the-art", "state of the art")
    return " ".join(low.replace("‑", "-").replace("–", "-").split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _plain(text))
