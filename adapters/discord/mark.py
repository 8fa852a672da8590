"""A delivery key, kept in the message itself where nobody sees it: as the ids of its first two components. Pure.

Discord forgets a nonce after some minutes and does not promise to give it back; the id of a component is kept for as
long as the message is, shows nowhere, and costs no character. Two of 31 bits tell any two keys apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_ID = 2**31 - 1  # components reference: a 32-bit integer; 0 means none


def marks(key: str) -> tuple[int, int]:
    """The two ids of a key; they differ, as ids in one message must."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
    first, second = (1 + part % (MOST_ID - 1) for part in divmod(number, 2**32))
    return first, second if second != first else first + 1


def stamp(components: list[dict[str, Any]], ids: Sequence[int]) -> None:
    """Mark a message with the ids of a key."""
    for component, mark in zip(walk(components), ids, strict=False):
        component["id"] = mark


def stamped(components: Any) -> tuple[int, ...]:
    """The ids a message is marked with: to be kept when it is changed."""
    return tuple(int(component.get("id") or 0) for component, _ in zip(walk(components), "12", strict=False))


def bears(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message has this key: by its marks, or by its nonce while Discord still tells it."""
    if message.get("nonce") == key:
        return True
    found = stamped(message.get("components"))
    return bool(found) and found == marks(key)[: len(found)]


def walk(components: Any) -> Iterator[dict[str, Any]]:
    """All components, each before those it holds."""
    for component in components or ():
        yield component
        yield from walk(component.get("components"))
        if inner := component.get("component") or component.get("accessory"):
            yield from walk([inner])
