"""One HTTP call as a handler sees it, and the table of handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.errors import ApiError, Form
from tests.fakes.discord.model import Json
from tests.fakes.discord.world import World


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and a path as the OpenAPI description writes it."""

    method: str
    path: str
    handle: Callable[[Call], Any]
    bot: bool = True  # needs the bot's token, and counts in its global limit

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Call:
    world: World
    endpoint: Endpoint
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    files: tuple[Json, ...] = ()
    bearer: str = ""  # a person's token

    @property
    def form(self) -> Json:
        """The body, when it must be an object."""
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body

    def number(self, name: str, default: int, most: int) -> int:
        """A count from the query."""
        raw = self.query.get(name, "")
        if not raw:
            return default
        if not raw.isdigit() or not 1 <= int(raw) <= most:
            form = Form()
            form.wrong(name, "NUMBER_TYPE_MAX", f"int value should be between 1 and {most}.")
            form.done()
        return int(raw)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is not simply 200 with a body or 204 without."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


ENDPOINTS: list[Endpoint] = []
_Handler = Callable[[Call], Any]


def endpoint(method: str, path: str, *, bot: bool = True) -> Callable[[_Handler], _Handler]:
    """Put a handler into the table."""

    def add(handle: _Handler) -> _Handler:
        ENDPOINTS.append(Endpoint(method, path, handle, bot))
        return handle

    return add
