"""Reactions added and removed, plain and super, with the events they send."""

from __future__ import annotations

from tests.fakes.discord import wire
from tests.fakes.discord.model import Channel, Json, Message
from tests.fakes.discord.world import World


def add(world: World, channel: Channel, message: Message, user: str, emoji: str, *, is_super: bool = False) -> None:
    """React; again is the same as once. A plain and a super reaction with one emoji are two."""
    people = _reactions(message, is_super).setdefault(emoji, {})
    if user in people:
        return
    people[user] = None
    _tell_one(world, "MESSAGE_REACTION_ADD", channel, message, user, emoji, is_super)


def take_back(
    world: World, channel: Channel, message: Message, user: str, emoji: str, *, is_super: bool = False
) -> None:
    reactions = _reactions(message, is_super)
    people = reactions.get(emoji, {})
    if user not in people:
        return
    del people[user]
    if not people:
        del reactions[emoji]
    _tell_one(world, "MESSAGE_REACTION_REMOVE", channel, message, user, emoji, is_super)


def clear(world: World, channel: Channel, message: Message, emoji: str = "") -> None:
    """Take off all reactions, or all of one emoji."""
    for reactions in (message.reactions, message.super_reactions):
        if emoji:
            reactions.pop(emoji, None)
        else:
            reactions.clear()
    if emoji:
        _emit(world, "MESSAGE_REACTION_REMOVE_EMOJI", channel, message, {"emoji": wire.emoji(emoji)})
    else:
        _emit(world, "MESSAGE_REACTION_REMOVE_ALL", channel, message, {})


def clear_deleted_emoji(world: World, channel: Channel, message: Message, id: str) -> None:
    """Clear a custom emoji that its server has deleted: Discord sends its id, and null for its name."""
    _emit(world, "MESSAGE_REACTION_REMOVE_EMOJI", channel, message, {"emoji": {"id": id, "name": None}})


def _reactions(message: Message, is_super: bool) -> dict[str, dict[str, None]]:
    return message.super_reactions if is_super else message.reactions


def _tell_one(
    world: World, name: str, channel: Channel, message: Message, user: str, emoji: str, is_super: bool
) -> None:
    told: Json = {"user_id": user, "emoji": wire.emoji(emoji), "burst": is_super, "type": int(is_super)}
    guild = world.guilds.get(channel.guild_id)
    if name == "MESSAGE_REACTION_ADD":
        told["message_author_id"] = message.author_id
        if guild and user in guild.members:
            told["member"] = wire.member(guild.members[user])
    _emit(world, name, channel, message, told)


def _emit(world: World, name: str, channel: Channel, message: Message, told: Json) -> None:
    where = {"channel_id": channel.id, "message_id": message.id}
    world.emit_in(channel, name, told | where, intents=(1 << 10, 1 << 13))
