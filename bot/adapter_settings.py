"""An adapter's section of the settings, read into the struct that declares it.

An adapter's `settings.py` declares a `msgspec.Struct` (`forbid_unknown_fields` is not needed) and calls

    settings = read_section("slack", setup.options, Settings)
"""

import difflib
from collections.abc import Mapping
from typing import TypeVar, get_origin

import msgspec
from yarl import URL

from bot.errors import ConfigError

S = TypeVar("S", bound=msgspec.Struct)

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})


def read_section(name: str, options: Mapping[str, object], kind: type[S]) -> S:
    """The section `[adapters.NAME]` as a `kind`. Text from the environment is converted: yes and no, numbers, and lists
    with commas between their items. Raises `ConfigError` for an unknown setting or a wrong value."""
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    for option in options:
        if option not in types:
            near = difflib.get_close_matches(option, types, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Its settings are {', '.join(types)}."
            raise ConfigError(f"[adapters.{name}] has no setting {option!r}.", hint)
    values = {option: _converted(value, types[option]) for option, value in options.items()}
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"[adapters.{name}] can't be read: {error}.", "config/paperboy.toml lists the settings."
        ) from None


def is_web_address(url: str, *, is_origin: bool = False) -> bool:
    """Whether a setting is an address of http or https without a query. `is_origin`: and without a path or a user."""
    try:
        parts = URL(url)
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(" <>\"'{}")
    is_bare = not is_origin or (parts.path in {"", "/"} and not parts.user)
    return (
        is_plain
        and is_bare
        and parts.scheme in {"http", "https"}
        and bool(parts.host)
        and not (parts.query_string or parts.fragment)
    )


def _converted(value: object, kind: object) -> object:
    """A text as a list or a truth value where the setting is one; anything else as it is."""
    if not isinstance(value, str):
        return value
    if get_origin(kind) is tuple:
        return [part.strip() for part in value.split(",") if part.strip()]
    if kind is bool and value.strip().casefold() in YES | NO:
        return value.strip().casefold() in YES
    return value
