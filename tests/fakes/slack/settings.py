"""How this Slack behaves: limits, faults, speed, and what the app subscribed to."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
)
EVENTS = (
    "app_context_changed",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "assistant_thread_context_changed",
    "assistant_thread_started",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "entity_details_requested",
    "function_executed",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "team_access_granted",
    "team_access_revoked",
    "tokens_revoked",
)


class Limits(Struct, kw_only=True, forbid_unknown_fields=True):
    """Rate limits. `scale` makes the fake's minutes shorter: 10 turns a minute into six seconds."""

    on: bool = True
    scale: float = 1.0
    tiers: dict[str, int] = field(default_factory=lambda: {"1": 5, "2": 20, "3": 50, "4": 100, "special": 600})
    posts_per_second: float = 1.0  # in one channel
    post_burst: int = 3
    workspace_posts: int = 0  # a minute in one workspace; Slack publishes no number, 0 is no limit
    history_restricted: bool = False  # 1 call a minute, 15 messages: an app sold outside the Marketplace


class Faults(Struct, kw_only=True, forbid_unknown_fields=True):
    """Rates between 0 and 1 of what goes wrong with a Web API call, and with an event."""

    seed: int = 0
    methods: list[str] = field(default_factory=lambda: ["chat.postMessage"])  # or `response_url`; `*`: all
    rate_limited: float = 0.0
    error_before: float = 0.0  # 5xx, nothing was done
    error_after: float = 0.0  # 5xx, but it was done
    hang_after: float = 0.0  # done, and no answer comes
    drop_before: float = 0.0  # the connection breaks, nothing was done
    drop_after: float = 0.0  # the connection breaks, but it was done
    revoked: float = 0.0  # the token is revoked, once and for all
    duplicate_event: float = 0.0
    late_event: float = 0.0
    lateness: float = 2.0  # seconds
    hang: float = 60.0  # seconds
    retry_after: int = 1  # what an injected 429 asks for


class Settings(Struct, kw_only=True, forbid_unknown_fields=True):
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    latency: tuple[float, float] = (0.0, 0.0)  # least and most seconds that a Web API call takes
    request_url: str = ""  # where events go over HTTP; empty: Socket Mode
    signature: Literal["good", "bad", "missing"] = "good"  # of what is sent over HTTP
    stale: float = 0.0  # seconds that its time stamp is old
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_delays: list[float] = field(default_factory=lambda: [0.0, 60.0, 300.0])  # of an event nobody acknowledged
    rotation: bool = False  # tokens live twelve hours and come with a refresh token
    events: list[str] = field(default_factory=lambda: list(EVENTS))  # what the app subscribed to
    commands: list[str] = field(default_factory=lambda: ["/papers"])
    shortcuts: list[str] = field(default_factory=list)  # callback ids; empty: any
    domains: list[str] = field(default_factory=lambda: ["arxiv.org", "huggingface.co"])  # whose links it hears of
    install_as: str = ""  # the team or organisation that the next install is for
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    sign_in_as: str = ""  # the user who says yes to the next Sign in with Slack; nobody: says no
    claims: dict[str, Any] = field(default_factory=dict)  # what the next id tokens say instead; None: nothing
    file_delay: float = 0.0  # seconds after which an uploaded file may be shown
    shift: float = 0.0  # seconds that this Slack's clock is ahead
