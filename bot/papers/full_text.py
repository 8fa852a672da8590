"""The text of a whole paper, in passages to quote from. It is never shown as a whole, as it belongs to its authors."""

from typing import Literal

from msgspec import Struct


class Passage(Struct, frozen=True):
    """A paragraph or a part of one."""

    text: str
    where: str  # for people, for example `the abstract`, `section “3 Method”`, `page 4`


class FullText(Struct, frozen=True, kw_only=True):
    """The text of a paper beyond its abstract, as far as it could be read."""

    form: Literal["html", "pdf", "none"]  # none: there is no text to read
    passages: tuple[Passage, ...] = ()


NO_FULL_TEXT = FullText(form="none")
