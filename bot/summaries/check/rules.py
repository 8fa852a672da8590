"""The rules for a summary, checked against title and abstract. Pure; no author is trusted, models least.

A summary passes when it is one sentence of at most 160 characters, has no link, mention or markup, is not the title
again, is about what the abstract is about, and claims nothing that title and abstract don't: every number with its
unit, every name, every superlative, and what it says of them (`meaning/`).
"""

import re
import unicodedata
from functools import lru_cache

from bot.papers.model import Paper
from bot.summaries.check.claims import new_claims, new_names, new_numbers, plain
from bot.summaries.check.meaning import meaning_faults
from bot.summaries.words import pattern

MAX_CHARS = 160
MIN_CHARS = 20
HOSTILE_CHARS = 400  # a longer text is refused without a closer look
OWN_WORDS = 1 / 3  # share of a summary's longer words that title or abstract must contain

_ADDRESS = re.compile(pattern("address"), re.IGNORECASE)
_MENTION = re.compile(r"(?<![A-Za-z])@|@(?!\d+\b|[kKnN]\b)|[<>`*_~|\[\]{}\\]|^#|\s#\w|&(?:lt|gt|amp);|:\w+:")
_SENTENCES = re.compile(pattern("sentence_end"))
_HYPE = re.compile(pattern("hype"), re.IGNORECASE)
_SELF = re.compile(r"\b(this|the) (paper|work|study|article|authors?)\b|\bwe\b|\bour\b|\bI\b|\bmy\b", re.IGNORECASE)
_TO_READER = re.compile(pattern("to_reader"), re.IGNORECASE)
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "So"}


def check(line: str, paper: Paper, language: str = "en", *, meaning: bool = True) -> tuple[str, ...]:
    """The faults of a summary, each a short clause; empty when it passes.

    In a language other than English only numbers and names are compared with the abstract. `meaning=False` leaves out
    the comparison of meaning (about 2 ms), for sentences taken from the abstract word for word.
    """
    stripped = line.strip()
    if len(stripped) > HOSTILE_CHARS:
        return (f"is longer than {MAX_CHARS} characters",)
    known, said, english = _known(paper.title, paper.abstract), plain(line), language.startswith("en")
    failures = (
        *_form(stripped),
        "repeats the title" if _repeats(said, plain(paper.title)) else "",
        "is about something else" if english and _is_foreign(said, known) else "",
        *(f"has the number {n}, which the abstract does not" for n in new_numbers(said, known)),
        *(f"names {name}, which the abstract does not" for name in new_names(line, known, english=english)),
        *(f"claims “{claim}”, which the abstract does not" for claim in new_claims(said, known)),
    )
    found = tuple(filter(None, failures))
    if found or not (meaning and english):
        return found
    return tuple(meaning_faults(stripped, paper.title, paper.abstract))


@lru_cache(maxsize=64)  # a paper's candidates are checked one after another
def _known(title: str, abstract: str) -> str:
    return plain(f"{title} . {abstract}")


def _form(line: str) -> tuple[str, ...]:
    return (
        f"is longer than {MAX_CHARS} characters" if len(line) > MAX_CHARS else "",
        "is too short" if len(line) < MIN_CHARS else "",
        "is more than one sentence" if _SENTENCES.search(line) or "\n" in line else "",
        "contains a link" if _has_address(line) else "",
        "contains a mention or markup" if _MENTION.search(line) else "",
        "contains characters that don't belong" if _has_unseen(line) else "",
        "talks about the paper itself" if _SELF.search(line) else "",
        "speaks to the reader" if speaks_to_reader(line) else "",
        "uses hype" if _HYPE.search(line) else "",
    )


def speaks_to_reader(text: str) -> bool:
    """Whether a text addresses the reader or tells them to do something, as no sentence about a paper does."""
    return bool(_TO_READER.search(text))


def _has_address(line: str) -> bool:
    """Most summaries have no colon or dot before their end and need no closer look."""
    return (":" in line or "." in line[:-1] or " com" in line.casefold()) and _ADDRESS.search(line) is not None


def _has_unseen(line: str) -> bool:
    if line.isascii() and line.isprintable():
        return False
    return any(unicodedata.category(letter) in _UNSEEN for letter in line)


def _repeats(line: str, title: str) -> bool:
    """Whether a summary repeats the title, perhaps with a word or two added."""
    said, given = re.findall(r"\w+", line), re.findall(r"\w+", title)
    return bool(given) and len(said) - len(given) <= 2 and set(given) <= set(said)


def _is_foreign(line: str, known: str) -> bool:
    """Whether most of a summary's longer words are missing from title and abstract: an answer to something else."""
    words = set(re.findall(r"[^\W\d_]{5,}", line))
    shared = sum(word[:5] in known for word in words)
    return len(words) >= 3 and shared < OWN_WORDS * len(words)
