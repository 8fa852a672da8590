"""A delivery key hidden in the message itself: as the ids of its first two components. Pure.

Discord forgets a nonce after some minutes and doesn't promise to return it. The id of a component stays as long as the
message, is not shown, and costs no character. Two ids of 31 bits tell any two keys apart.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_COMPONENT_ID = 2**31 - 1  # Discord's components reference: a 32-bit integer; 0 means none


def ids_of_key(key: str) -> tuple[int, int]:
    """The two ids for a key. They differ, because ids within a message must."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())
    first, second = (1 + part % (MAX_COMPONENT_ID - 1) for part in divmod(number, 2**32))
    return first, second if second != first else first + 1


def mark_components(components: list[dict[str, Any]], ids: Sequence[int]) -> None:
    """Set the ids of the first components."""
    for component, id in zip(walk_components(components), ids, strict=False):
        component["id"] = id


def marked_ids(components: Any) -> tuple[int, ...]:
    """The ids of the first two components: an edit has to keep them."""
    return tuple(int(component.get("id") or 0) for component, _ in zip(walk_components(components), "12", strict=False))


def has_key(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message was posted with this key: by its ids, or by its nonce while Discord returns it."""
    if message.get("nonce") == key:
        return True
    found = marked_ids(message.get("components"))
    return bool(found) and found == ids_of_key(key)[: len(found)]


def walk_components(components: Any) -> Iterator[dict[str, Any]]:
    """All components, each before those inside it."""
    for component in components or ():
        yield component
        yield from walk_components(component.get("components"))
        if inner := component.get("component") or component.get("accessory"):
            yield from walk_components([inner])
