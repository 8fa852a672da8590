"""The settings: a TOML file, with the environment over it. Nothing else reads the environment.

`PAPERBOY_HOME=/srv/paperboy` sets `home`; `PAPERBOY_SEARCH_THREADS=2` sets `threads` in `[search]`.
An adapter's section also takes the platform's usual names: `SLACK_BOT_TOKEN` is `bot_token` in
`[adapters.slack]`. Names that the adapter doesn't know, such as `SLACK_WEBHOOK_URL`, belong to other programs.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct, field

from bot.errors import ConfigError

Count = Annotated[int, Meta(ge=1)]
POSTGRES = ("postgresql://", "postgres://")


class HuggingFace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[sources.huggingface]"""

    enabled: bool = True
    url: str = "https://huggingface.co"  # or HF_ENDPOINT
    token: str = ""  # or HF_TOKEN; doubles the requests allowed
    searches: tuple[str, ...] = ()  # searches over all its papers, in addition to the daily list


class Arxiv(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[sources.arxiv]"""

    categories: tuple[str, ...] = ()  # empty: arXiv is not read
    cross_lists: bool = True
    feed_url: str = "https://rss.arxiv.org"  # or ARXIV_FEED_URL
    api_url: str = "https://export.arxiv.org/api/query"  # or ARXIV_API_URL
    text_url: str = "https://arxiv.org"  # or ARXIV_TEXT_URL; empty: questions are answered from the abstract


class Sources(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[sources]"""

    every_minutes: Count = 15
    feeds: tuple[str, ...] = ()
    allow_private: bool = False  # whether feeds may be on this network's own addresses
    huggingface: HuggingFace = HuggingFace()
    arxiv: Arxiv = Arxiv()


class StoreSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[store]"""

    url: str = ""  # or DATABASE_URL: a PostgreSQL database; empty: the file paperboy.db in the data folder

    def __post_init__(self) -> None:
        if self.url and not self.url.startswith(POSTGRES):
            raise ValueError(f"url: {self.url.partition(':')[0]!r} isn't a database Paperboy knows; use postgresql://…")


class SearchSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[search]"""

    model: str = ""  # folder of another sentence-embedding ONNX model; empty: the installed one
    semantic: bool = True
    newer_first: bool = True  # newer papers first, among those that match a query equally well
    threads: Count = 1


Money = Annotated[float, Meta(ge=0)]


class Price(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[summaries.prices."MODEL"], per million tokens"""

    input: Money
    output: Money
    cache_read: Money | None = None  # None: a tenth of `input`
    cache_write: Money | None = None  # None: 1.25 times `input`
    batch: Annotated[float, Meta(ge=0, le=1)] = 0.5  # share of the price that batches pay


class Summaries(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[summaries]"""

    api_key: str = ""  # or ANTHROPIC_API_KEY; empty: summaries come from the abstracts
    model: str = "claude-haiku-5-5"
    url: str = ""  # or ANTHROPIC_BASE_URL
    timeout_seconds: Annotated[float, Meta(gt=0, le=300)] = 20.0  # that the model has for one answer
    thinking: bool = False  # think before answering: costs more and takes longer; some models require it
    batch_from: Annotated[int, Meta(ge=0)] = 8  # papers requested at once that make a batch; 0: never
    budget_day: Money = 0.0  # 0: no limit
    budget_month: Money = 0.0
    currency: str = "USD"  # of the prices and the budgets
    prices: dict[str, Price] = field(
        default_factory=lambda: {"claude-haiku-5-5": Price(input=0.10, output=0.50)}  # as published in October 2026
    )


class VoteSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[votes]: the reactions that count, without separators; skin tones make no difference"""

    up: str = "👍⬆🔥❤🚀💯⭐🎉"
    against: str = "👎⬇"
    taste: bool = True  # from twenty votes on, a channel's votes order its papers


class Welcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[welcome]: the schedule that a new installation creates"""

    channel: str = "web:home/papers"  # empty: none
    schedule: str = "weekdays 09:00"


class ZoteroSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[zotero]"""

    url: str = "https://api.zotero.org"


class DeliverySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[delivery]"""

    attempt_seconds: Annotated[float, Meta(gt=0)] = 30.0  # that a platform has to answer a post
    back_off_seconds: Annotated[float, Meta(ge=0)] = 5.0  # after the first failure, doubled each time
    longest_back_off_seconds: Annotated[float, Meta(ge=0)] = 600.0
    look_up_minutes: Annotated[float, Meta(gt=0)] = 30.0  # for finding out whether a post of unknown outcome arrived
    unsure: Literal["gap", "repeat"] = "gap"  # for a post that may have arrived: give it up, or send it again
    spread_minutes: Annotated[float, Meta(ge=0, le=120)] = 0.0  # window over which the posts of one minute are spread


class OperationsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[operations]: /healthz, /readyz, /metrics, and the log"""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0  # 0: off
    logs: Literal["text", "json"] = "text"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings."""

    home: str = "data"  # the data folder
    time_zone: str = "UTC"  # of schedules that name no zone
    store: StoreSettings = StoreSettings()
    sources: Sources = Sources()
    search: SearchSettings = SearchSettings()
    summaries: Summaries = Summaries()
    votes: VoteSettings = VoteSettings()
    welcome: Welcome = Welcome()
    zotero: ZoteroSettings = ZoteroSettings()
    delivery: DeliverySettings = DeliverySettings()
    operations: OperationsSettings = OperationsSettings()
    adapters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.time_zone not in available_timezones():
            near = difflib.get_close_matches(self.time_zone, available_timezones(), 1)
            raise ValueError(f"time_zone: {self.time_zone!r} isn't a time zone" + _meant(near))


Adapters: TypeAlias = Mapping[str, Collection[str]]
"""The installed adapters by name, each with the options it takes."""

_ALIASES = {
    "DATABASE_URL": ("store", "url"),
    "HF_ENDPOINT": ("sources", "huggingface", "url"),
    "HF_TOKEN": ("sources", "huggingface", "token"),
    "ARXIV_API_URL": ("sources", "arxiv", "api_url"),
    "ARXIV_FEED_URL": ("sources", "arxiv", "feed_url"),
    "ARXIV_TEXT_URL": ("sources", "arxiv", "text_url"),
    "ANTHROPIC_API_KEY": ("summaries", "api_key"),
    "ANTHROPIC_BASE_URL": ("summaries", "url"),
}
_PREFIX = "PAPERBOY_"
_NOT_SETTINGS = {"PAPERBOY_CONFIG"}  # names the file itself


def load(file: Path | None, environ: Mapping[str, str], adapters: Adapters = MappingProxyType({})) -> Settings:
    """The settings in `file` (None: `PAPERBOY_CONFIG`, else the defaults), with the environment over them.

    `adapters` are the installed adapters. Raises `ConfigError`.
    """
    named = file or (Path(environ["PAPERBOY_CONFIG"]) if environ.get("PAPERBOY_CONFIG") else None)
    tree = _read(named) if named else {}
    for name, value in environ.items():
        if name == "DATABASE_URL" and not value.startswith(POSTGRES):
            continue  # of another program
        if value and (path := _path(name, adapters)):
            _put(tree, path, value)
    return _settings(tree, str(named or "the environment"))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"The settings file {file} doesn't exist.", "Copy config/paperboy.toml.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file} can't be read: {error}.", "It must be TOML in UTF-8.") from error


def _path(name: str, adapters: Adapters) -> tuple[str, ...] | None:
    """Where the setting of an environment variable is; None: it isn't a setting."""
    if name in _ALIASES:
        return _ALIASES[name]
    rest = name.removeprefix(_PREFIX)
    for adapter in adapters:
        if rest.startswith(f"{adapter.upper()}_"):
            option = rest[len(adapter) + 1 :].lower()
            ours = rest != name or option in adapters[adapter]
            return ("adapters", adapter, option) if ours else None
    if rest == name or name in _NOT_SETTINGS:
        return None
    words = rest.lower().split("_")
    for at in range(min(2, len(words) - 1), 0, -1):  # `sources_arxiv_…` before `sources_…`
        if _section(words[:at]):
            return (*words[:at], "_".join(words[at:]))
    return ("_".join(words),)


def _section(path: Iterable[str]) -> type[Struct] | None:
    """The struct of a section; None: there is no such section."""
    kind: type[Struct] = Settings
    for name in path:
        found = {f.name: f.type for f in msgspec.structs.fields(kind)}.get(name)
        if not (isinstance(found, type) and issubclass(found, Struct)):
            return None
        kind = found
    return kind


def _put(tree: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    known = tree.get(path[-1])
    is_list = isinstance(known, list) or path[-1] in {"categories", "feeds", "searches"}
    tree[path[-1]] = [v.strip() for v in value.split(",")] if is_list else value


def _settings(tree: dict[str, Any], where: str) -> Settings:
    try:
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {_explain(str(error))}", "config/paperboy.toml lists all settings.") from error


def _explain(error: str) -> str:
    """The error of msgspec; for an unknown setting, with the nearest name."""
    unknown = re.search(r"unknown field `(\w+)`(?: - at `\$\.?([^`]*)`)?", error)
    if not unknown:
        return error + "."
    name, section = unknown[1], unknown[2] or ""
    kind = Price if section.startswith("summaries.prices") else _section(filter(None, section.split(".")))
    near = difflib.get_close_matches(name, kind.__struct_fields__ if kind else (), 1)
    return f"there is no setting {name!r}" + (f" in [{section}]" if section else "") + _meant(near)


def _meant(near: list[str]) -> str:
    return f"; did you mean {near[0]!r}?" if near else "."
