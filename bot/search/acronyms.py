"""Short and long forms of the field's names: `LLM` is `large language model`. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

MAX_WORDS = 6  # of a long form


def long_forms(words: Sequence[str]) -> dict[str, str]:
    """The long form of each word that is an acronym."""
    known = _long()
    return {word: known[short] for word in words if (short := _singular(word)) in known and _meant(word)}


def concepts(words: Sequence[str]) -> dict[str, str]:
    """What the index has for each word that is an acronym: a term that stands for its long form, and is never typed."""
    return {word: _concept(word) for word in long_forms(words)}


def concepts_in(terms: Sequence[str]) -> list[str]:
    """The same for each long form that stands in these terms, as often as it does."""
    begun = [(at, forms[term]) for forms in [_beginnings()] for at, term in enumerate(terms) if term in forms]
    return [
        _concept(short)
        for at, candidates in begun
        for form, short in candidates
        if form == tuple(map(_singular, terms[at : at + len(form)]))
    ]


def with_long(text: str, words: Sequence[str]) -> str:
    """A text with the long form behind each acronym: an embedding model knows words better than abbreviations."""
    for word, form in long_forms(words).items():
        if form not in text.casefold():
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f"{word} ({form})", text, count=1)
    return text


def shortened(said: Sequence[str], telling: Sequence[str]) -> tuple[str, ...] | None:
    """The telling words of what was said, each long form replaced by its acronym; None where there is no long form."""
    found: list[str] = []
    shorts: set[str] = set()
    at = 0
    while at < len(said):
        length, short = _form_at(said, at)
        if short or said[at] in telling:
            found.append(short or said[at])
            shorts.add(short)
        at += length
    return tuple(dict.fromkeys(found)) if any(shorts) else None


def shared_form(name: str) -> str:
    """What `LLMs`, `large-language models` and `large language model` have in common: `llm`."""
    key = _key(name)
    return _short().get(key, key).casefold()


def _form_at(words: Sequence[str], at: int) -> tuple[int, str]:
    """The length and the acronym of the longest long form that begins there; else one word."""
    for length in range(min(MAX_WORDS, len(words) - at), 0, -1):
        if short := _short().get(_key(" ".join(words[at : at + length]))):
            return length, short
    return 1, ""


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    lines = files("bot.search").joinpath("acronyms.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((short, form) for short, form in pairs)


@cache
def _long() -> Mapping[str, str]:
    return {_singular(short): form for short, form in _pairs()}


@cache
def _short() -> Mapping[str, str]:
    return {_key(form): short for short, form in _pairs()}


@cache
def _beginnings() -> Mapping[str, list[tuple[tuple[str, ...], str]]]:
    """Long forms and their acronyms by the first word."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for short, form in _pairs():
        words = form.casefold().replace("-", " ").split()
        found.setdefault(words[0], []).append((tuple(map(_singular, words)), short))
    return found


def _concept(short: str) -> str:
    return f"={_singular(short)}"


def _meant(word: str) -> bool:
    """Two letters are an acronym only in capitals: `il` and `dp` are words somewhere."""
    return len(word) > 2 or word.isupper()


def _singular(word: str) -> str:
    low = word.casefold()
    return low[:-1] if low.endswith("s") and len(low) > 3 else low


def _key(form: str) -> str:
    """A long form without hyphens and plurals."""
    return " ".join(map(_singular, form.replace("-", " ").split()))
