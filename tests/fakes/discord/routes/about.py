"""The bot itself, its application, the gateway's address, people and guilds."""

from __future__ import annotations

from tests.fakes.discord import wire
from tests.fakes.discord.calls import Call, endpoint
from tests.fakes.discord.errors import Form, unknown
from tests.fakes.discord.model import DM, Channel, Json
from tests.fakes.discord.world import World


@endpoint("GET", "/users/@me")
def me(call: Call) -> Json:
    return wire.user(call.world.bot) | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


@endpoint("GET", "/users/{user_id}")
def person(call: Call) -> Json:
    found = call.world.users.get(call.path["user_id"])
    if found is None:
        raise unknown("User")
    return wire.user(found)


@endpoint("GET", "/oauth2/applications/@me")
@endpoint("GET", "/applications/@me")
def application(call: Call) -> Json:
    world = call.world
    granted = 1 << 19 if world.settings.privileged else 0  # message content, for an app in few guilds
    return {
        "id": world.application_id,
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": wire.user(world.bot),
        "bot_public": True,
        "integration_types_config": {"0": {}, "1": {}},
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": granted,
        "flags_new": str(granted),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": wire.user(world.bot),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


@endpoint("GET", "/gateway/bot")
def gateway(call: Call) -> Json:
    settings = call.world.settings
    left = max(0, settings.session_starts - call.world.identified)
    limit = {"total": settings.session_starts, "remaining": left, "reset_after": 86_400_000}
    limit["max_concurrency"] = settings.max_concurrency
    return {"url": call.world.gateway_url, "shards": settings.shards, "session_start_limit": limit}


@endpoint("POST", "/users/@me/channels")
def direct(call: Call) -> Json:
    asked = str(call.form.get("recipient_id"))
    if asked not in call.world.users:
        form = Form()
        form.wrong("recipient_id", "NUMBER_TYPE_COERCE", "Value is not a known user.")
        form.done()
    return wire.channel(call.world, conversation(call.world, asked))


def conversation(world: World, user_id: str) -> Channel:
    """The direct messages between the bot and someone."""
    if user_id not in world.directs:
        made = Channel(world.new_id(), DM, "", recipients=[user_id])
        world.channels[made.id] = made
        world.directs[user_id] = made.id
    return world.channels[world.directs[user_id]]


@endpoint("GET", "/guilds/{guild_id}")
def guild(call: Call) -> Json:
    return wire.guild(call.world.guild(call.path["guild_id"]))


@endpoint("GET", "/guilds/{guild_id}/channels")
def channels(call: Call) -> list[Json]:
    found = call.world.guild(call.path["guild_id"])
    return [wire.channel(call.world, c) for id in found.channels if not (c := call.world.channels[id]).thread]


@endpoint("GET", "/guilds/{guild_id}/roles")
def roles(call: Call) -> list[Json]:
    return [wire.role(role) for role in call.world.guild(call.path["guild_id"]).roles.values()]


@endpoint("GET", "/guilds/{guild_id}/members/{user_id}")
def member(call: Call) -> Json:
    found = call.world.guild(call.path["guild_id"]).members.get(call.path["user_id"])
    if found is None:
        raise unknown("Member")
    return wire.member(found)


@endpoint("GET", "/guilds/{guild_id}/threads/active")
def active(call: Call) -> Json:
    """The guild's threads that run, with the bot's memberships."""
    world = call.world
    found = [c for c in world.threads(world.guild(call.path["guild_id"])) if c.thread and not c.thread.archived]
    mine = [wire.thread_member(c, world.bot.id) for c in found if c.thread and world.bot.id in c.thread.members]
    return {"threads": [wire.channel(world, c) for c in found], "members": mine, "has_more": False}
