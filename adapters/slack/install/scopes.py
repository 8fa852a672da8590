"""The scopes Paperboy asks Slack for, why, and what stops working without each: in `scopes.json`."""

from importlib.resources import files

import msgspec
from msgspec import Struct


class Scope(Struct, frozen=True, kw_only=True):
    """One permission of the bot's token."""

    why: str
    without: str  # completes "Without it …"
    setting: str = ""  # that asks for an optional one


class _Scopes(Struct, frozen=True):
    required: dict[str, Scope]
    optional: dict[str, Scope]


_ALL = msgspec.json.decode(files("adapters.slack.install").joinpath("scopes.json").read_bytes(), type=_Scopes)
SCOPES, OPTIONAL_SCOPES = _ALL.required, _ALL.optional
