"""Reactions put on and taken off, with the events they send."""

from __future__ import annotations

from tests.fakes.discord import wire
from tests.fakes.discord.model import Channel, Json, Message
from tests.fakes.discord.world import World


def add(world: World, channel: Channel, message: Message, user: str, emoji: str) -> None:
    """React; again is the same as once."""
    people = message.reactions.setdefault(emoji, {})
    if user in people:
        return
    people[user] = None
    _tell_one(world, "MESSAGE_REACTION_ADD", channel, message, user, emoji)


def take_back(world: World, channel: Channel, message: Message, user: str, emoji: str) -> None:
    people = message.reactions.get(emoji, {})
    if user not in people:
        return
    del people[user]
    if not people:
        del message.reactions[emoji]
    _tell_one(world, "MESSAGE_REACTION_REMOVE", channel, message, user, emoji)


def clear(world: World, channel: Channel, message: Message, emoji: str = "") -> None:
    """Take off all reactions, or all of one emoji."""
    if emoji:
        message.reactions.pop(emoji, None)
        _emit(world, "MESSAGE_REACTION_REMOVE_EMOJI", channel, message, {"emoji": wire.emoji(emoji)})
    else:
        message.reactions.clear()
        _emit(world, "MESSAGE_REACTION_REMOVE_ALL", channel, message, {})


def _tell_one(world: World, name: str, channel: Channel, message: Message, user: str, emoji: str) -> None:
    told: Json = {"user_id": user, "emoji": wire.emoji(emoji), "burst": False, "type": 0}
    guild = world.guilds.get(channel.guild_id)
    if name == "MESSAGE_REACTION_ADD":
        told["message_author_id"] = message.author_id
        if guild and user in guild.members:
            told["member"] = wire.member(guild.members[user])
    _emit(world, name, channel, message, told)


def _emit(world: World, name: str, channel: Channel, message: Message, told: Json) -> None:
    where = {"channel_id": channel.id, "message_id": message.id}
    world.emit_in(channel, name, told | where, intents=(1 << 10, 1 << 13))
