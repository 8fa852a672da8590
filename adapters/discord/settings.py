"""The settings in `[adapters.discord]`."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from bot.adapter_settings import read_section
from bot.errors import ConfigError

DISCORD = "https://discord.com/api/v10"


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of this adapter. Its `repr` does not show the token."""

    enabled: bool = True
    token: str = ""
    api_url: str = DISCORD
    guilds: tuple[str, ...] = ()  # servers that get the commands at once; empty: all servers
    message_content: bool = False  # cards for pasted links: needs the privileged intent
    crosspost: bool = False  # publish posts in announcement channels to the channels that follow
    shards: Annotated[int, Meta(ge=0)] = 0  # 0: as many as Discord advises

    def __repr__(self) -> str:
        return f"Settings(api_url={self.api_url!r}, guilds={self.guilds!r})"


def read_settings(options: Mapping[str, object]) -> Settings | None:
    """The settings; None without a token, or when turned off. Raises `ConfigError`."""
    found = read_section("discord", options, Settings)
    token = found.token.strip().removeprefix("Bot ")
    if not token or not found.enabled:
        return None
    if not found.api_url.startswith(("http://", "https://")):
        raise ConfigError(f"[adapters.discord] api_url: {found.api_url!r} isn't a web address.", "Leave it out.")
    if bad := [id for id in found.guilds if not id.isdecimal()]:
        hint = "A server id is a number; copy it with Discord's developer mode."
        raise ConfigError(f"[adapters.discord] guilds: {bad[0]!r} isn't a server id.", hint)
    return replace(found, token=token, api_url=found.api_url.rstrip("/") or DISCORD)
