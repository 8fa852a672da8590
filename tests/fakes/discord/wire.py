"""What Discord holds, as it shows on the wire."""

from __future__ import annotations

from tests.fakes.discord.model import (
    DM,
    FORUM,
    GROUP_DM,
    THREAD_STARTER,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Role,
    Thread,
    User,
)
from tests.fakes.discord.world import World

_NO_PICTURES = dict.fromkeys(("icon", "splash", "discovery_splash", "home_header", "banner"))
_NO_CHANNELS = dict.fromkeys(
    f"{kind}_channel_id" for kind in ("afk", "system", "widget", "rules", "safety_alerts", "public_updates")
)


def user(of: User) -> Json:
    shown: Json = {
        "id": of.id,
        "username": of.name.lower().replace(" ", "_"),
        "discriminator": "0",
        "global_name": None if of.bot else of.name,
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return shown | ({"bot": True} if of.bot else {})


def member(of: Member) -> Json:
    return {
        "user": user(of.user),
        "nick": of.nick,
        "avatar": None,
        "banner": None,
        "roles": list(of.roles),
        "joined_at": of.joined_at,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": of.pending,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def role(of: Role) -> Json:
    return {
        "id": of.id,
        "name": of.name,
        "permissions": str(of.permissions),
        "position": of.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": of.managed,
        "mentionable": of.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild(of: Guild) -> Json:
    return {
        "id": of.id,
        "name": of.name,
        "description": None,
        "features": [],
        "owner_id": of.owner_id,
        "application_id": None,
        "region": "us-central",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "roles": [role(found) for found in of.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": of.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
        **_NO_PICTURES,
        **_NO_CHANNELS,
    }


def guild_create(world: World, of: Guild, *, joined: bool = False) -> Json:
    """The guild with its channels, running threads and, as without the members intent, only the bot.

    One that the bot was just put in says nothing of being available: so discord.py tells it from one that is back.
    """
    channels = [world.channels[id] for id in of.channels]
    available = {} if joined else {"unavailable": False}
    return (
        guild(of)
        | available
        | {
            "large": False,
            "joined_at": of.members[world.bot.id].joined_at,
            "member_count": len(of.members),
            "members": [member(of.members[world.bot.id])],
            "channels": [channel(world, found) for found in channels if not found.thread],
            "threads": [channel(world, found) for found in channels if found.thread and not found.thread.archived],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    )


def channel(world: World, of: Channel) -> Json:
    if of.type in {DM, GROUP_DM}:
        return _direct(world, of)
    if of.thread:
        return _thread(world, of, of.thread)
    shown: Json = {
        "id": of.id,
        "type": of.type,
        "guild_id": of.guild_id,
        "name": of.name,
        "position": of.position,
        "flags": of.flags,
        "topic": of.topic,
        "nsfw": False,
        "parent_id": None,
        "last_message_id": of.last_message_id,
        "rate_limit_per_user": of.slow,
        "default_auto_archive_duration": of.auto_archive,
        "permission_overwrites": [
            {"id": o.id, "type": o.kind, "allow": str(o.allow), "deny": str(o.deny)} for o in of.overwrites.values()
        ],
    }
    if of.type == FORUM:
        shown |= {"available_tags": of.tags, "default_reaction_emoji": None, "default_sort_order": None}
    return shown


def _direct(world: World, of: Channel) -> Json:
    people = [user(world.users[id]) for id in of.recipients]
    return {"id": of.id, "type": of.type, "flags": 0, "last_message_id": of.last_message_id, "recipients": people}


def _thread(world: World, of: Channel, state: Thread) -> Json:
    shown: Json = {
        "id": of.id,
        "type": of.type,
        "guild_id": of.guild_id,
        "parent_id": of.parent_id,
        "name": of.name,
        "owner_id": state.owner_id,
        "flags": of.flags,
        "last_message_id": of.last_message_id,
        "rate_limit_per_user": of.slow,
        "message_count": sum(m.type != THREAD_STARTER and m.id != of.id for m in of.messages.values()),
        "total_message_sent": state.total,
        "member_count": len(state.members),
        "applied_tags": list(state.tags),
        "thread_metadata": {
            "archived": state.archived,
            "archive_timestamp": state.changed_at,
            "auto_archive_duration": state.auto_archive,
            "locked": state.locked,
            "create_timestamp": state.created_at,
        },
    }
    return shown | ({"member": thread_member(of, world.bot.id)} if world.bot.id in state.members else {})


def thread_member(of: Channel, user_id: str) -> Json:
    assert of.thread
    return {"id": of.id, "user_id": user_id, "join_timestamp": of.thread.created_at, "flags": 0}


def message(world: World, of: Message, *, nonce: bool = False) -> Json:
    """A message. Its nonce shows only when it was just made: Discord does not keep it."""
    shown: Json = {
        "id": of.id,
        "channel_id": of.channel_id,
        "type": of.type,
        "content": of.content,
        "author": user(world.users[of.author_id]),
        "timestamp": of.at,
        "edited_timestamp": of.edited_at,
        "tts": False,
        "pinned": False,
        "flags": of.flags,
        "mention_everyone": bool({"everyone", "here"} & set(of.pings)),
        "mentions": [user(world.users[id]) for id in of.mentions if id in world.users],
        "mention_roles": [ping[1:] for ping in of.pings if ping.startswith("&")],
        "attachments": [file for file in of.attachments if file["filename"] not in str(of.components)],
        "embeds": of.embeds,
        "components": of.components,
    }
    if emojis := dict.fromkeys([*of.reactions, *of.super_reactions]):
        shown["reactions"] = [_reaction(world, of, one) for one in emojis]
    if of.application_id:
        shown |= {"application_id": of.application_id, "webhook_id": of.application_id}
    if of.id in world.channels and world.channels[of.id].type != FORUM and of.id != of.channel_id:
        shown["thread"] = channel(world, world.channels[of.id])
    optional: Json = {"message_reference": of.reference, "interaction_metadata": of.metadata}
    optional["nonce"] = of.nonce if nonce else None
    return shown | {key: value for key, value in optional.items() if value is not None}


def emoji(of: str) -> Json:
    """An emoji in Unicode, or a guild's own as `name:id`."""
    name, _, id = of.partition(":")
    return {"id": id or None, "name": name}


def _reaction(world: World, of: Message, name: str) -> Json:
    plain, super_ = of.reactions.get(name, {}), of.super_reactions.get(name, {})
    return {
        "emoji": emoji(name),
        "count": len(plain) + len(super_),
        "count_details": {"burst": len(super_), "normal": len(plain)},
        "burst_colors": [],
        "me": world.bot.id in plain,
        "me_burst": False,
    }
