"""The text of a whole paper, in passages that can be quoted from. It is never shown as a whole: it is its authors'."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Passage(Struct, frozen=True):
    """A paragraph or less."""

    text: str
    where: str  # for people: `the abstract`, `section “3 Method”`, `page 4`


class FullText(Struct, frozen=True, kw_only=True):
    """What could be read of a paper beyond its abstract."""

    form: Literal["html", "pdf", "none"]  # none: there is nothing to read
    passages: tuple[Passage, ...] = ()


NO_FULL_TEXT = FullText(form="none")
