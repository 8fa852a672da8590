"""Whether two spellings of an author's name are one person's. Pure.

`Łukasz M. Kaiser`, `Kaiser, Lukasz` and `Lukasz Kaiser` are; `L. Kaiser` could be someone else, so it is not.
"""

import re
from functools import lru_cache

from msgspec import Struct

from bot.analyzer import fold

_WORD = re.compile(r"[^\W\d_]+")
_WITHIN = re.compile(r"['’ʼ‐‑-]")  # joins the parts of a name: `Jean-Pierre`, `O'Brien`
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md"})
_FIRST_CJK = "\u2e80"


class OurAuthor(Struct, frozen=True, kw_only=True):
    """Someone of a community whose papers are marked there."""

    tenant: str
    name: str  # as on their papers
    person: str = ""  # `Person.key`, when they added themselves
    orcid: str = ""  # their page there


@lru_cache(10_000)  # the authors of a day's papers, for one community after the other
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters without accents, the family name last."""
    family, _, given = name.partition(",")
    turned = f"{given} {family}" if given and fold(given).strip(" .") not in _SUFFIXES else name
    return tuple(word for word in _WORD.findall(fold(_WITHIN.sub("", turned))) if word not in _SUFFIXES)


def is_full_name(name: str) -> bool:
    """Whether a name has a given and a family name, neither as an initial."""
    words = name_words(name)
    return min(map(len, (*words[:1], *words[-1:])), default=0) > 1 and (len(words) > 1 or words[0] >= _FIRST_CJK)


def is_same_name(name: str, other: str) -> bool:
    """Whether a full name and another spelling agree: the family name and the first given name in full, in either order
    where there are no others; middle names as far as both have them, in full or as initials."""
    words, others = name_words(name), name_words(other)
    if not others or not is_full_name(name):
        return False
    if "".join(words) == "".join(others) or (len(words) == 2 and words[::-1] == others):
        return True
    is_near = len(others) > 1 and (words[0], words[-1]) == (others[0], others[-1])
    middle = zip(words[1:-1], others[1:-1], strict=False)
    return is_near and all(a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a, b in middle)
