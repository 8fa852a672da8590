"""The settings of `[adapters.slack]`, environment included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bot.errors import ConfigError

Port = Annotated[int, Meta(ge=0, le=65_535)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Not shown in logs: it holds secrets."""

    enabled: bool = True
    bot_token: str = ""  # xoxb-…: one workspace
    app_token: str = ""  # xapp-…: Socket Mode
    mode: Literal["socket", "http"] = "socket"
    signing_secret: str = ""  # HTTP mode
    host: str = "127.0.0.1"  # HTTP mode
    port: Port = 3000  # HTTP mode
    client_id: str = ""  # many workspaces
    client_secret: str = ""
    redirect_url: str = ""  # https://HOST/slack/oauth_redirect
    secret_keys: str = ""  # comma-separated, newest first; seal the tokens of many workspaces
    forget_unreadable: bool = False
    admins: tuple[str, ...] = ()  # user ids that may set schedules beside the workspace's admins
    api_url: str = "https://slack.com/api/"

    def __repr__(self) -> str:
        return f"Settings(mode={self.mode!r})"


def read_settings(given: Mapping[str, object]) -> Settings:
    """The options as given. Raises `ConfigError` for one that there is not, or that can't be read_settings."""
    values = {name: _many(value) if name == "admins" else value for name, value in given.items()}
    unknown = sorted(set(values) - set(Settings.__struct_fields__))
    if unknown:
        names = ", ".join(Settings.__struct_fields__)
        raise ConfigError(f"[adapters.slack] has no setting {unknown[0]!r}.", f"It has {names}.")
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"[adapters.slack]: {error}.", "docs/slack.md lists what can be set.") from None


def _many(value: object) -> object:
    """A list; the environment has it with commas."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
