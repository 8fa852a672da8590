"""The section `[adapters.discord]` of the settings, read once."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from bot.errors import ConfigError

DISCORD = "https://discord.com/api/v10"
NAMES = ("token", "api_url", "guilds", "message_content", "crosspost", "shards", "enabled")
NO = frozenset({"", "0", "false", "no", "off"})
YES = frozenset({"1", "true", "yes", "on"})


class Settings(Struct, frozen=True, kw_only=True):
    """What can be chosen. The token is kept out of every text."""

    token: str
    api_url: str = DISCORD
    guilds: tuple[str, ...] = ()  # servers that get the commands at once; empty: all servers
    message_content: bool = False  # cards for pasted links: needs the privileged intent
    crosspost: bool = False  # publish posts in announcement channels to the channels that follow
    shards: int = 0  # 0: as many as Discord advises

    def __repr__(self) -> str:
        return f"Settings(api_url={self.api_url!r}, guilds={self.guilds!r})"


def read(options: Mapping[str, object]) -> Settings | None:
    """The settings; None without a token, or when turned off."""
    unknown = sorted(set(options) - set(NAMES))
    if unknown:
        raise _wrong(f"has no setting {unknown[0]!r}.", f"It has {', '.join(NAMES)}.")
    token = str(options.get("token") or "").strip().removeprefix("Bot ")
    if not token or not _yes(options, "enabled", default=True):
        return None
    return Settings(
        token=token,
        api_url=_url(str(options.get("api_url") or DISCORD)),
        guilds=_guilds(options.get("guilds", ())),
        message_content=_yes(options, "message_content"),
        crosspost=_yes(options, "crosspost"),
        shards=_count(str(options.get("shards") or 0)),
    )


def _yes(options: Mapping[str, object], name: str, *, default: bool = False) -> bool:
    said = str(options.get(name, default)).strip().casefold()
    if said not in NO | YES:
        raise _wrong(f"{name}: {said!r} is neither yes nor no.", "Write true or false.")
    return said in YES


def _url(raw: str) -> str:
    if not raw.startswith(("http://", "https://")):
        raise _wrong(f"api_url: {raw!r} is no address.", "Leave it out, except for tests.")
    return raw.rstrip("/")


def _guilds(raw: object) -> tuple[str, ...]:
    """Ids of servers, as a list or with commas between."""
    given = raw if isinstance(raw, list | tuple) else str(raw).split(",")
    ids = tuple(text for one in given if (text := str(one).strip()))
    if bad := [id for id in ids if not id.isdecimal()]:
        raise _wrong(f"guilds: {bad[0]!r} is no server id.", "Copy it with Discord's developer mode: it is a number.")
    return ids


def _count(raw: str) -> int:
    if not raw.isdecimal():
        raise _wrong(f"shards: {raw!r} is no number.", "Leave it out: Discord says how many it needs.")
    return int(raw)


def _wrong(what: str, hint: str) -> ConfigError:
    return ConfigError(f"[adapters.discord] {what}", hint)
