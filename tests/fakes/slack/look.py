"""A place in a payload and what is wrong there: the tool that the checkers share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from tests.fakes.slack.mrkdwn import malformed, mentions

Kind = Literal["limit", "markup", "mention", "advice"]


class Problem(Struct, frozen=True):
    """What is wrong, and where. Slack refuses a `limit`; the other kinds it takes, and they do harm."""

    at: str  # JSON pointer
    says: str
    kind: Kind = "limit"

    def __str__(self) -> str:
        return f"[ERROR] {self.says} [json-pointer:{self.at}]"


class Look:
    """One value of a payload."""

    def __init__(self, value: Any, at: str, found: list[Problem]) -> None:
        self.value = value
        self.at = at
        self.found = found

    def wrong(self, says: str, kind: Kind = "limit") -> None:
        self.found.append(Problem(self.at, says, kind))

    def __getitem__(self, key: str | int) -> Look:
        return Look(self.value[key], f"{self.at}/{key}", self.found)

    def has(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def each(self, most: int, least: int = 1) -> Iterator[Look]:
        """The items of a list that may hold so many."""
        if not isinstance(self.value, list):
            self.wrong("must be an array")
            return
        if len(self.value) > most:
            self.wrong(f"no more than {most} items allowed")
        if len(self.value) < least:
            self.wrong(f"no fewer than {least} items allowed")
        for i in range(len(self.value)):
            yield self[i]

    def object(self, required: str, optional: str = "") -> bool:
        """Is this an object with these keys and no others?"""
        if not isinstance(self.value, Mapping):
            self.wrong("must be an object")
            return False
        needed, known = set(required.split()), {"type", *required.split(), *optional.split()}
        for key in sorted(needed - self.value.keys()):
            self.wrong(f"missing required field: {key}")
        for key in sorted(self.value.keys() - known):
            self.wrong(f"unknown field: {key}")
        return not needed - self.value.keys()

    def string(self, most: int, least: int = 1) -> bool:
        if not isinstance(self.value, str):
            self.wrong("must be a string")
            return False
        if len(self.value) > most:
            self.wrong(f"must be less than {most + 1} characters")
        if len(self.value.strip()) < least:
            self.wrong(f"must be more than {least - 1} characters")
        return True

    def flags(self, *keys: str) -> None:
        for key in keys:
            if self.has(key) and not isinstance(self.value[key], bool):
                self[key].wrong("must be a boolean")

    def one_of(self, *values: str) -> None:
        if self.value not in values:
            self.wrong(f"must be one of {', '.join(values)}")

    def strings(self, **most: int) -> None:
        """Optional strings of this object, and how long each may be."""
        for key, limit in most.items():
            if self.has(key):
                self[key].string(limit)

    def url(self, most: int = 3000) -> None:
        if self.string(most) and not self.value.startswith(("http://", "https://")):
            self.wrong("must be an http(s) address")

    def plain(self, most: int) -> None:
        """A plain_text object."""
        self._text(most, "plain_text")

    def text(self, most: int) -> None:
        """A text object of either kind."""
        self._text(most, "plain_text", "mrkdwn")

    def markup(self, *, link_names: bool = False) -> None:
        """A string that Slack reads as mrkdwn."""
        for tag in mentions(self.value, link_names=link_names):
            self.wrong(f"calls somebody: <{tag[:60]}>", "mention")
        for says in malformed(self.value):
            self.wrong(says, "markup")

    def _text(self, most: int, *kinds: str) -> None:
        if not self.object("type text", "emoji verbatim"):
            return
        self["type"].one_of(*kinds)
        self.flags("emoji", "verbatim")
        other = {"plain_text": "verbatim", "mrkdwn": "emoji"}.get(self.value["type"])
        if other and self.has(other):
            self.wrong(f"a {self.value['type']} text has no field {other}")
        if self["text"].string(most) and self.value["type"] == "mrkdwn":
            self["text"].markup()
