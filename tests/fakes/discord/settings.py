"""How this Discord behaves: speeds, windows and limits. A test changes what it is about."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Settings:
    """Every field can be changed while it runs, also over HTTP (`/_control/configure`)."""

    latency: float = 0.0  # seconds before each HTTP answer
    heartbeat: float = 41.25  # seconds between heartbeats that HELLO asks for
    identify_every: float = 0.0  # seconds between two IDENTIFYs of one concurrency key; Discord: 5
    max_concurrency: int = 1
    session_starts: int = 1000  # IDENTIFYs a day, as `/gateway/bot` tells
    shards: int = 1  # what `/gateway/bot` advises
    replay: int = 1000  # events a session keeps for RESUME
    privileged: bool = False  # whether the app was granted the privileged intents (message content)
    first_response: float = 3.0  # seconds an interaction waits
    token_life: float = 900.0  # seconds an interaction's token works
    expired: tuple[int, int] = (401, 50027)  # status and code of a token whose time is over; also 404 10015, 401 0
    nonce_window: float = 300.0  # "the past few minutes"; 0: forgotten at once
    global_limit: int = 50  # requests a second
    default_bucket: tuple[int, float] = (50, 1.0)  # requests, seconds, for routes that are not named here
    buckets: dict[str, tuple[int, float]] = field(
        default_factory=lambda: {
            "POST /channels/{channel_id}/messages": (5, 5.0),
            "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": (1, 0.3),
        }
    )
    hidden: dict[str, tuple[int, float]] = field(  # limits that no header tells of, only the 429
        default_factory=lambda: {"POST /channels/{channel_id}/messages/{message_id}/crosspost": (10, 3600.0)}
    )
    blocked_words: tuple[str, ...] = ()  # AutoMod blocks messages with one of these in every server
    may_ping: list[str] = field(default_factory=list)  # roles whose notification is meant: `&id`
    sign_in_as: str = ""  # the user who says yes to the next OAuth2 sign-in; empty: it is declined
    validate: float = 1.0  # share of bodies checked against the OpenAPI description, after the first of each kind
