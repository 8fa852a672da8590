"""Names in a text that its paper must contain: methods, models, data sets. Pure."""

import re
import unicodedata

from bot.summaries.verbs import TELLING
from bot.summaries.words import table, word_list

_DASH = re.compile("[‐‑‒–]")
_NO_WORD = re.compile(r"[\^{}\\]")
_SAID_SO = table("said_so")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]*(?:\.\d+)*")
_FIGURE = re.compile(r"\d+(?:\.\d+)?[KMBTkmbt]?")
_ENDINGS = frozenset(word_list("name_endings"))
_SHORT = table("short_names")
_KINDS = frozenset({"ai", "1d", "2d", "3d", "sota"})  # of things; no names
_LONG = {short: long.replace("-", " ") for short, long in _SHORT.items()}
_SUBJECTS = frozenset(word_list("subjects"))
_TELLING = frozenset(TELLING)


def plain(text: str) -> str:
    """A text in lower case with one kind of dash and space, for comparison."""
    low = text if text.isascii() else _DASH.sub("-", unicodedata.normalize("NFKC", text))
    low = _NO_WORD.sub("", low).casefold()
    for said, same in _SAID_SO.items():
        low = low.replace(said, same)
    return " ".join(low.split())


def new_names(line: str, known: str, *, english: bool = True) -> list[str]:
    """Words written as names that `known` (plain) does not have: whole words, so that `ERT` is not in `BERT`."""
    words = _NAME.findall(unicodedata.normalize("NFKC", line).replace("^", ""))
    names = [word for at, word in enumerate(words) if _is_name(word, plainly=at == 0 or not english)]
    names += _subject(words) if english else []
    strange = [name for name in names if not _has_word(known, name.lower())]
    there = _words_of(known) if strange else set()
    return [name for name in strange if not _is_there(name, there, known)]


def _has_word(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not _is_in_word(text[at - 1 : at]) and not _is_in_word(text[end : end + 1]):
            return True
        at = text.find(word, end)
    return False


def _is_in_word(letter: str) -> bool:
    return letter.isalnum() or letter in {"-", "_", "+"}


def _words_of(known: str) -> set[str]:
    """The words of a text, with the parts of those that have hyphens."""
    words = set(_NAME.findall(known))
    joined = {word for word in words if "-" in word or "_" in word}
    return words | {part for word in joined for part in re.split("[-_]", word)} | {w.replace("-", "") for w in joined}


def _is_name(word: str, *, plainly: bool) -> bool:
    """Capitals throughout, inside, or at the start of a later word; a lone capital letter is none."""
    if _FIGURE.fullmatch(word):
        return False  # `8B` is a number
    capitals = sum(map(str.isupper, word))
    return len(word) > 1 and (capitals > 1 or (capitals == 1 and (not plainly or any(map(str.isdigit, word)))))


def _subject(words: list[str]) -> list[str]:
    """`Llama outperforms …`: a first word with a capital only, of which something is told."""
    first, second = words[0] if words else "", words[1] if len(words) > 1 else ""
    is_told_of = second in {"is", "can", "has", "does"} or second.removesuffix("s") in _TELLING
    return [first] if is_told_of and first[1:].islower() and not first.endswith(("s", "ing")) else []


def _is_there(word: str, there: set[str], known: str) -> bool:
    parts = [part for part in plain(word).split("-") if part not in _ENDINGS] or [plain(word)]
    whole = "-".join(parts)
    if _is_known(whole, there) or re.search(rf"(?<!\w){re.escape(whole.replace('-', ' '))}(?!\w)", known):
        return True
    if any(part.isdigit() for part in parts):
        return False  # `X-5` is not borne out by `X-3` and a 5 elsewhere
    if _is_spelt_out(word, known):
        return True
    if word[1:].islower() and (word in _SUBJECTS or _is_inflected(word, known)):
        return True
    return all(_FIGURE.fullmatch(part) or _is_known(part, there) or _is_short(part, known) for part in parts)


def _is_inflected(word: str, known: str) -> bool:
    """`Reduction` where `reduced` is said; who is called after what he does (`Transformer`) is not meant so."""
    if word.endswith("ly"):
        return True
    if len(word) < 7 or not word.isalpha() or word.endswith(("er", "or")):
        return False
    return re.search(rf"\b{word.lower()[: max(5, len(word) - 4)]}", known) is not None


def _is_known(word: str, there: set[str]) -> bool:
    forms = {word, word.removesuffix("s"), word.removesuffix("es"), f"{word}s", f"{word}ian", word.replace("-", "")}
    return not forms.isdisjoint(there)


def _is_short(word: str, known: str) -> bool:
    """`LLMs` where the abstract speaks of large language models, and the other way round."""
    stem, spelt = word.removesuffix("s"), known.replace("auto-", "auto").replace("-", " ")
    if stem in _KINDS:
        return True
    if stem in _SHORT:
        return _SHORT[stem].replace("-", " ") in spelt
    return any(word in long.split() and re.search(rf"\b{short}s?\b", known) for short, long in _LONG.items())


def _is_spelt_out(word: str, known: str) -> bool:
    """`MARL` where the abstract has the words of these initials, one after the other."""
    letters = word.removesuffix("s")
    if not letters.isupper() or not letters.isalpha() or len(letters) < 3:
        return False
    words = r"\w{3,}[ -]".join(letters.lower())
    return re.search(rf"\b{words}\w{{3,}}", known) is not None
