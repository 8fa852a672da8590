"""What Discord holds. Ids are texts, as on the wire; times are ISO texts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TEXT, DM, GROUP_DM, ANNOUNCEMENT, ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 3, 5, 10, 11, 12, 15
VOICE, STAGE = 2, 13
THREAD_CREATED, THREAD_STARTER = 18, 21  # kinds of messages that Discord writes itself
EPHEMERAL, LOADING, HAS_THREAD, COMPONENTS_V2, CROSSPOSTED = 1 << 6, 1 << 7, 1 << 5, 1 << 15, 1 << 0
REQUIRE_TAG = 1 << 4  # a forum's flag


@dataclass(slots=True)
class User:
    id: str
    name: str
    bot: bool = False
    takes_direct: bool = True
    installed: bool = False  # has the app on their account
    locale: str = "en-US"


@dataclass(slots=True)
class Role:
    id: str
    name: str
    permissions: int
    position: int = 0
    managed: bool = False
    mentionable: bool = False


@dataclass(slots=True)
class Member:
    user: User
    joined_at: str
    pending: bool = False  # has not agreed to the guild's rules
    nick: str | None = None
    roles: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Guild:
    id: str
    name: str
    owner_id: str
    roles: dict[str, Role]
    members: dict[str, Member]
    channels: list[str] = field(default_factory=list)
    present: bool = True  # the bot is in it
    available: bool = True
    locale: str = "en-US"


@dataclass(slots=True)
class Overwrite:
    id: str
    kind: int  # 0: a role, 1: a member
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Thread:
    owner_id: str
    created_at: str
    changed_at: str
    auto_archive: int = 4320
    archived: bool = False
    locked: bool = False
    members: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    total: int = 0


@dataclass(slots=True)
class Channel:
    id: str
    type: int
    name: str
    guild_id: str = ""
    parent_id: str = ""
    position: int = 0
    topic: str | None = None
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    tags: list[Json] = field(default_factory=list)
    flags: int = 0
    slow: int = 0  # rate_limit_per_user
    auto_archive: int = 1440
    recipients: list[str] = field(default_factory=list)
    thread: Thread | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    last_message_id: str | None = None


@dataclass(slots=True)
class Message:
    id: str
    channel_id: str
    author_id: str
    at: str
    type: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    edited_at: str | None = None
    reference: Json | None = None
    application_id: str | None = None  # set on answers to interactions: they are webhook messages
    metadata: Json | None = None  # of the interaction that it answers
    mentions: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)  # whom it woke: `everyone`, `here`, `@id`, `&id`
    reactions: dict[str, dict[str, None]] = field(default_factory=dict)  # emoji → ids of people, in order
    super_reactions: dict[str, dict[str, None]] = field(default_factory=dict)  # a person may have both


@dataclass(slots=True)
class Interaction:
    """Something a user did that the app must answer."""

    id: str
    token: str
    kind: int  # 2 command, 3 component, 4 autocomplete, 5 modal
    user_id: str
    channel_id: str
    guild_id: str
    started: float  # by the loop's clock
    message: Message | None = None  # the one whose button was pressed
    name: str = ""
    opened_by: Interaction | None = None  # the one whose modal was sent
    owners: Json = field(default_factory=dict)  # who installed the app: `0` the guild, `1` a person
    follow_ups: int = 0
    answered: int = 0  # the type of the first response; 0: none yet
    original: str = ""  # id of the answer
    modal: Json | None = None
    choices: list[Json] | None = None
    first: float | None = None  # seconds to the first response, which may only say that an answer comes
    answer: float | None = None  # seconds to something the user can read
    shown: dict[str, Message] = field(default_factory=dict)  # the answers by id, also the pressed message if changed
    moved: asyncio.Event = field(default_factory=asyncio.Event)  # set whenever the user sees something new


@dataclass(slots=True)
class SignIn:
    """What an OAuth2 code can be exchanged for, once."""

    user: str
    redirect: str
    challenge: str
    scopes: tuple[str, ...]
    used: bool = False
