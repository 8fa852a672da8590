"""The section `[adapters.web]` of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot.errors import ConfigError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8420  # 0: any free one


OPTIONS = frozenset(Settings.__struct_fields__)


def read_settings(options: Mapping[str, object]) -> Settings:
    """The settings as typed values. Raises `ConfigError` for an unknown name or a wrong value."""
    try:
        return msgspec.convert(dict(options), Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"I can't read [adapters.web]: {error}.", f"The settings are {', '.join(Settings.__struct_fields__)}."
        ) from None
