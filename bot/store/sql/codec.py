"""Moments and records as the database holds them."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


def stamp(at: datetime) -> str:
    """An aware moment as text that sorts by time."""
    if at.tzinfo is None:
        raise ValueError("the store takes aware moments only")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def pack(record: object) -> bytes:
    """A record as JSON."""
    return msgspec.json.encode(record)


def unpack(doc: bytes, kind: type[T]) -> T:
    """The record of a JSON text; fields of a newer version are ignored."""
    return msgspec.json.decode(doc, type=kind)


def record(row: tuple[object, ...], kind: type[R]) -> R:
    """The record whose fields are the columns of a row, in their order."""
    return msgspec.convert(dict(zip(kind.__struct_fields__, row, strict=False)), kind, strict=False)


def marks(count: int) -> str:
    """`?,?,?`: places for that many bound values."""
    return ",".join("?" * count)
