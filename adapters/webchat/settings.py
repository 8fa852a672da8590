"""The section `[adapters.web]` of the settings."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from bot.adapter_settings import read_section


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that can be set."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8420  # 0: any free one


def read_settings(options: Mapping[str, object]) -> Settings | None:
    """The settings; None when turned off. Raises `ConfigError`."""
    found = read_section("web", options, Settings)
    return found if found.enabled else None
