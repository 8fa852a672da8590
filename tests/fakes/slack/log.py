"""What this Slack remembers of what went through it, and what it tells whoever looks on."""

from __future__ import annotations

from collections import Counter, deque

from msgspec import Struct, field

from tests.fakes.slack.look import Problem
from tests.fakes.slack.state import Json, Message, View

LOGGED = 50_000


class Request(Struct, kw_only=True):
    """One Web API call."""

    at: float
    method: str
    team: str = ""
    channel: str = ""
    status: int = 200
    error: str = ""
    fault: str = ""
    args: Json = field(default_factory=dict)  # without secrets


class Wrong(Struct, kw_only=True):
    """Something the app sent that Slack refuses, or that would do harm."""

    where: str  # the method
    team: str
    problems: list[Problem]
    error: str = ""


class Delivery(Struct, kw_only=True):
    """One event, command or interaction on its way to the app."""

    id: str
    kind: str  # events_api, slash_commands or interactive
    name: str  # the event's type, the command, the interaction's type
    team: str
    sent: float
    attempt: int = 0
    ack_ms: float | None = None
    status: str = ""  # how it went: `200`, `socket`, `timeout`, `nobody`
    payload: Json | None = None  # what came with the acknowledgement


class Log(Struct, kw_only=True):
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=LOGGED))
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=LOGGED))
    refused: list[Wrong] = field(default_factory=list)  # broke one of Slack's limits
    markup: list[Wrong] = field(default_factory=list)  # mrkdwn that is not well-formed
    mentions: list[Wrong] = field(default_factory=list)  # a mention got through
    advice: list[Wrong] = field(default_factory=list)  # taken, but Slack advises against it
    limited: Counter[str] = field(default_factory=Counter)  # real 429s by method
    faults: Counter[str] = field(default_factory=Counter)  # injected, by kind
    unfurls: list[Json] = field(default_factory=list)


class Shown(Struct, kw_only=True):
    """Something a user gets to see: a message, a change, or a view."""

    kind: str  # message, ephemeral, update, delete or view
    at: float
    message: Message | None = None
    view: View | None = None
    trigger: str = ""  # the interaction it answers, where that is known
    response_type: str = ""
