"""Author lists as people write them, split into names and affiliations. Pure; one pass, whatever the length.

`A, B, and C`, `A; B`, `Curie, Marie`, `Sammy Davis, Jr.`, `A (Institute, City), B`, `The X Collaboration: A, B`, and
the lists of arXiv's metadata, whose affiliations follow at the end: `A (1), B (2) ((1) Here, (2) There)`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from bot.papers.text import html_to_text, one_line, readable

MAX_AUTHORS = 500
MAX_NAME_CHARS = 300
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d|dr|inc|ltd|llc|gmbh|corp|co)\.?(?=$|\s)", re.IGNORECASE | re.ASCII
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
_AND = re.compile(r"\s+(?:and|&|on behalf of)\s+|^\s*(?:and|&)\s+", re.IGNORECASE)
_NOTE = re.compile(r"\s*\$?\^\{?[\d,*†‡§ ]+\}?\$?|[*†‡§¹²³⁴-⁹]+$")
_NUMBERS = re.compile(r"(?:\d|[\s,&*]|and)+")
_NUMBERED = re.compile(r"\((\d{1,3})\)\s*([^()]*)")
_MAIL = re.compile(r"<?[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?")
_ET_AL = re.compile(r"(?:^|\s)et\.? al\.?$", re.IGNORECASE)
PARTICLES = frozenset(
    "van von der den de del della di da dos du la le el al bin ibn ten ter zu zur".split()  # noqa: SIM905
)
_NO_NAMES = frozenset({"and", "&", "others", "anonymous authors"})


class Author(Struct, frozen=True):
    """One author; a collaboration is one too."""

    name: str
    affiliation: str = ""


class _Item(Struct, frozen=True):
    """What stands between two separators: a name and what follows it in brackets."""

    text: str
    bracket: str = ""
    after: str = ""  # the separator that ended it: `,`, `;`, `and`, `:`


def split_authors(text: str, *, is_natural: bool = False) -> tuple[Author, ...]:
    """The authors that one field lists, in order, at most `MAX_AUTHORS`.

    `is_natural`: the source never writes `Curie, Marie` (arXiv's feeds).
    """
    items, legend = _items(readable(html_to_text(text)))
    items = _with_suffixes(items)
    if not is_natural:
        items = _family_first(items)
    authors = (_author(item, legend) for item in items)
    return tuple(islice((author for author in authors if author.name), MAX_AUTHORS))


def authors_from(fields: Iterable[str]) -> tuple[Author, ...]:
    """The authors of fields that name one each, as most structured data does; one alone may be a list."""
    names = [name for name in fields if name.strip()]
    if len(names) == 1:
        return split_authors(names[0])
    found = (author for name in names[: 2 * MAX_AUTHORS] for author in _one_or_more(name))
    return tuple(dict.fromkeys(found))[:MAX_AUTHORS]


def single_author(name: str) -> Author:
    """An author whose field holds exactly one name, as written: `Sammy Davis, Jr.` is one person."""
    return Author(_tidy(readable(html_to_text(name))))


def names_and_affiliations(authors: Sequence[Author]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both as a paper holds them: side by side; no affiliations at all where none is known."""
    affiliations = tuple(author.affiliation for author in authors)
    return tuple(author.name for author in authors), affiliations if any(affiliations) else ()


def _one_or_more(field: str) -> tuple[Author, ...]:
    field = " ".join(field.split())  # the time that `_AND` takes grows with the square of a run of spaces
    if ";" in field or _AND.search(field) or field.count(",") > 1:
        return split_authors(field)
    items = _family_first(_with_suffixes(_items(readable(html_to_text(field)))[0]))
    return tuple(author for author in (_author(item, {}) for item in items) if author.name)


# ---- into items


def _items(text: str) -> tuple[list[_Item], dict[str, str]]:
    """The items of a list and its numbered affiliations. What is in brackets is not split."""
    items: list[_Item] = []
    legend: dict[str, str] = {}
    piece: list[str] = []
    bracket = ""

    def end(separator: str) -> None:
        nonlocal bracket
        parts = _AND.split(re.sub(r"\s+", " ", "".join(piece)))
        items.extend(_Item(part, after="and") for part in parts[:-1])
        items.append(_Item(parts[-1], bracket, separator))
        piece.clear()
        bracket = ""

    for part in _tokens(text):
        if part[0] == "(":
            if numbered := _NUMBERED.findall(part[1:-1]):
                legend |= {number: name.strip(" ,;") for number, name in numbered}
            else:
                bracket = f"{bracket}, {part[1:-1]}"[:MAX_NAME_CHARS] if bracket else part[1:-1]
        elif part in ",;" or (part == ":" and not items and _AND.search("".join(piece)) is None):
            end(part)
        elif bracket and part.strip() and _AND.match(part) is None:
            piece.append(f"({bracket}){part}")  # `William (Bill) Smith`
            bracket = ""
        elif bracket and (joint := _AND.match(part)):
            end("and")
            piece.append(part[joint.end() :])
        else:
            piece.append(part)
    end("")
    return [item for item in items if item.text.strip() or item.bracket], legend


def _tokens(text: str) -> Iterable[str]:
    """Separators, bracketed parts as a whole, and what is between them. A bracket without its partner is left out."""
    partners = _partners(text)
    at = start = 0
    while at < len(text):
        if text[at] in ",;" or text.startswith(": ", at):
            yield from filter(None, (text[start:at], text[at]))
            start = at = at + 1
        elif text[at] == "(":
            end = partners.get(at, at)
            yield from filter(None, (text[start:at], text[at : end + 1] if end > at else ""))
            start = at = end + 1
        else:
            at += 1
    if text[start:]:
        yield text[start:]


def _partners(text: str) -> dict[int, int]:
    """Where each bracket that opens is closed."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for at, char in enumerate(text):
        if char == "(":
            opened.append(at)
        elif char == ")" and opened:
            partners[opened.pop()] = at
    return partners


# ---- what belongs together


def _with_suffixes(items: list[_Item]) -> list[_Item]:
    """`Davis` and `Jr.` are one item, and so are a company and its `Inc.`."""
    found: list[_Item] = []
    for item in items:
        text = item.text.strip()
        suffix = _SUFFIX.match(text)
        if suffix and suffix.end() == len(text) and found and found[-1].after == ",":
            before = found.pop()
            found.append(replace(item, text=f"{before.text.strip()}, {text}", bracket=item.bracket or before.bracket))
        else:
            found.append(item)
    return found


def _family_first(items: list[_Item]) -> list[_Item]:
    """`Curie, Marie` as `Marie Curie`, where the whole list is written so."""
    groups = _groups(items)
    if all(_is_turned(group) for group in groups):
        return [
            _Item(f"{group[1].text.strip()} {group[0].text.strip()}", group[1].bracket, group[1].after)
            if len(group) == 2
            else group[0]
            for group in groups
        ]
    pairs = [items[at : at + 2] for at in range(0, len(items), 2)]
    if all(len(pair) == 2 and _is_initials(pair[1].text) and not _is_initials(pair[0].text) for pair in pairs):
        return [_Item(f"{given.text.strip()} {family.text.strip()}", given.bracket) for family, given in pairs]
    return items


def _groups(items: list[_Item]) -> list[list[_Item]]:
    """What stands between semicolons, or between `and`s."""
    groups: list[list[_Item]] = [[]]
    for item in items:
        groups[-1].append(item)
        if item.after in {";", "and", ""}:
            groups.append([])
    return [group for group in groups if group]


def _is_turned(group: list[_Item]) -> bool:
    """Whether a group is a family name and given names; a lone name fits such a list as well."""
    if len(group) == 1:
        return True
    if len(group) != 2 or group[0].after != "," or group[0].bracket or "@" in group[0].text:
        return False
    family, given = group[0].text.partition(",")[0].split(), group[1].text.split()
    *particles, name = family or [""]
    return (
        name[:1].isupper()
        and all(word.lower() in PARTICLES for word in particles)
        and 1 <= len(given) <= 3
        and given[0][:1].isupper()
    )


def _is_initials(text: str) -> bool:
    return "." in text and _INITIALS.fullmatch(text.strip()) is not None


# ---- one name


def _author(item: _Item, legend: dict[str, str]) -> Author:
    bracket = one_line(item.bracket)
    if _MAIL.fullmatch(item.text.strip()):  # RSS: `ada@example.org (Ada Lovelace)`
        return Author(_tidy(bracket))
    if bracket and _NUMBERS.fullmatch(bracket):
        places = [legend[number] for number in re.findall(r"\d+", bracket) if number in legend]
        return Author(_tidy(item.text), ", ".join(places))
    return Author(_tidy(item.text), bracket[:MAX_NAME_CHARS])


def _tidy(name: str) -> str:
    name = name[: 2 * MAX_NAME_CHARS]
    name = _NOTE.sub("", _MAIL.sub("", name)).strip(" ,;:\"'<>[]-–|•")
    name = _ET_AL.sub("", name.removeprefix("by ").removeprefix("By ").removeprefix("and ")).strip()
    return "" if name.casefold().strip(" .") in _NO_NAMES else name[:MAX_NAME_CHARS]
