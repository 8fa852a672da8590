"""What a Slack holds: workspaces, people, channels, messages, views and tokens."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

Json = dict[str, Any]


class App(Struct, kw_only=True):
    """The one app that this Slack knows."""

    id: str = "A0PAPERBOY"
    name: str = "Paperboy"
    client_id: str = "10000000001.20000000002"
    client_secret: str = "client-secret-of-the-fake"
    signing_secret: str = "signing-secret-of-the-fake"
    verification: str = "verification-token"
    app_token: str = "xapp-1-A0PAPERBOY-fake"


class Enterprise(Struct, kw_only=True):
    """An Enterprise Grid organisation."""

    id: str
    name: str


class Team(Struct, kw_only=True):
    """A workspace; `bot` is the app's user in it."""

    id: str
    name: str
    domain: str
    bot: str
    bot_id: str
    enterprise: str = ""


class User(Struct, kw_only=True):
    """Somebody in a workspace, the app's bot included."""

    id: str
    team: str
    name: str
    admin: bool = False
    owner: bool = False
    bot: bool = False
    tz: str = "Europe/Amsterdam"
    locale: str = "en-US"


class Message(Struct, kw_only=True):
    """One message; an ephemeral one has somebody it is for."""

    ts: str
    team: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str = ""
    thread: str = ""
    broadcast: bool = False
    edited: str = ""  # the ts of the last change
    reactions: dict[str, list[str]] = field(default_factory=dict)
    seen_by: str = ""  # ephemeral: only this user sees it
    via: str = "api"  # api, response_url, ack or user
    at: float = 0.0  # when it was accepted


class Channel(Struct, kw_only=True):
    """A channel, or a direct conversation with one user."""

    id: str
    team: str
    name: str
    private: bool = False
    archived: bool = False
    partner: str = ""  # of a direct conversation
    members: set[str] = field(default_factory=set)
    shared_with: set[str] = field(default_factory=set)  # other workspaces, by Slack Connect
    messages: dict[str, Message] = field(default_factory=dict)
    ephemerals: dict[str, Message] = field(default_factory=dict)
    deleted: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return "im" if self.partner else "group" if self.private else "channel"


class View(Struct, kw_only=True):
    """A modal or a home tab, as it stands."""

    id: str
    team: str
    user: str
    hash: str
    body: Json
    previous: str = ""
    root: str = ""
    open: bool = True
    versions: list[Json] = field(default_factory=list)


class File(Struct, kw_only=True):
    """A file of the app's: announced, then uploaded, then completed."""

    id: str
    team: str
    name: str
    length: int
    body: bytes = b""
    completed: float = 0.0  # when; 0: not yet


class Token(Struct, kw_only=True):
    """A bot token: of a workspace, or of a whole organisation."""

    value: str
    team: str = ""
    enterprise: str = ""
    scopes: tuple[str, ...] = ()
    expires: float = 0.0  # 0: never
    dead: str = ""  # the error it gives: `token_revoked`, `account_inactive`


class Trigger(Struct, kw_only=True):
    """The right to open one view, for three seconds."""

    id: str
    team: str
    user: str
    until: float
    used: bool = False
    view: str = ""  # the modal that was submitted, for views.push


class Hook(Struct, kw_only=True):
    """A response_url: five uses within half an hour."""

    id: str
    team: str
    channel: str
    user: str
    until: float
    trigger: str
    original: str = ""  # ts of the message the button stood on
    thread: str = ""
    uses: int = 0


class Grant(Struct, kw_only=True):
    """What an OAuth code or a refresh token can be exchanged for, once."""

    team: str = ""
    enterprise: str = ""
    user: str = ""
    scopes: tuple[str, ...] = ()
    redirect: str = ""
    until: float = 0.0
    used: bool = False


class SignIn(Struct, kw_only=True):
    """What a code of Sign in with Slack can be exchanged for, once."""

    user: str
    redirect: str
    nonce: str
    until: float
    used: bool = False
