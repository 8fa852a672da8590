"""Creating, editing and deleting messages, with the events each sends."""

from __future__ import annotations

from tests.fakes.discord import wire
from tests.fakes.discord.components import numbered
from tests.fakes.discord.mentions import pings
from tests.fakes.discord.model import COMPONENTS_V2, DM, EPHEMERAL, THREAD_STARTER, Channel, Json, Message
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.world import World

_INTENTS = (1 << 9, 1 << 12)
SETTABLE = COMPONENTS_V2 | EPHEMERAL | 1 << 2 | 1 << 12  # suppress embeds, suppress notifications


def compose(world: World, channel: Channel, author_id: str, body: Json, files: tuple[Json, ...] = ()) -> Message:
    """A message that is nowhere yet."""
    found = [
        ping for ping in pings(body) if not ping.startswith("&") or _may_mention(world, channel, author_id, ping[1:])
    ]
    return Message(
        id=world.new_id(),
        channel_id=channel.id,
        author_id=author_id,
        at=world.now(),
        content=body.get("content") or "",
        embeds=[_embed(embed) for embed in body.get("embeds") or []],
        components=numbered(body.get("components") or []),
        attachments=[_attachment(world, channel, file) for file in files],
        flags=(body.get("flags") or 0) & SETTABLE,
        nonce=body.get("nonce"),
        pings=found,
        mentions=[ping[1:] for ping in found if ping.startswith("@")],
    )


def _may_mention(world: World, channel: Channel, author_id: str, role: str) -> bool:
    """Whether a role is notified: when anyone may mention it, or the author has the permission; else it only shows."""
    guild = world.guilds.get(channel.guild_id)
    found = guild.roles.get(role) if guild else None
    if found is None:
        return True  # a made-up id in a text counts as an attempt
    return found.mentionable or bool(world.rights(channel, author_id) & Permission.MENTION_EVERYONE)


def _embed(embed: Json) -> Json:
    """An embed with what Discord fills in."""
    fields = {"fields": [{"inline": False} | field for field in embed["fields"]]} if embed.get("fields") else {}
    return embed | {"type": "rich"} | fields


def _attachment(world: World, channel: Channel, file: Json) -> Json:
    id = world.new_id()
    url = f"https://cdn.discordapp.com/attachments/{channel.id}/{id}/{file['filename']}"
    return {"id": id, "filename": file["filename"], "size": file["size"], "url": url, "proxy_url": url}


def put(world: World, channel: Channel, message: Message) -> Message:
    """Place a message in its channel and tell of it; an answer only one person sees is nowhere else."""
    channel.messages[message.id] = message
    channel.last_message_id = message.id
    if channel.thread and message.type != THREAD_STARTER and message.id != channel.id:  # as Discord counts
        channel.thread.total += 1
    tell(world, "MESSAGE_CREATE", channel, message)
    return message


def change(world: World, channel: Channel, message: Message, body: Json, files: tuple[Json, ...] = ()) -> Message:
    """Edit a message: what the body leaves out stays."""
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = [_embed(embed) for embed in body["embeds"] or []]
    if "components" in body:
        message.components = numbered(body["components"] or [])
    if files:
        message.attachments = message.attachments + [_attachment(world, channel, file) for file in files]
    message.flags |= (body.get("flags") or 0) & COMPONENTS_V2
    message.pings = list(dict.fromkeys([*message.pings, *(pings(body) if "content" in body else [])]))
    message.edited_at = world.now()
    if message.id in channel.messages:
        tell(world, "MESSAGE_UPDATE", channel, message)
    return message


def remove(world: World, channel: Channel, message: Message) -> None:
    del channel.messages[message.id]
    world.emit_in(channel, "MESSAGE_DELETE", {"id": message.id, "channel_id": channel.id}, _INTENTS)


def tell(world: World, name: str, channel: Channel, message: Message) -> None:
    """Tell the bot of a message; what others wrote is blank without the content intent, but for mentions."""
    data = wire.message(world, message, nonce=name == "MESSAGE_CREATE")
    guild = world.guilds.get(channel.guild_id)
    if guild and message.author_id in guild.members and not message.application_id:
        author = wire.member(guild.members[message.author_id])
        data |= {"member": {key: value for key, value in author.items() if key != "user"}}
    data["channel_type"] = channel.type
    mine = message.author_id == world.bot.id or world.bot.id in message.mentions or channel.type == DM
    world.emit_in(channel, name, data, _INTENTS, content_free=mine)
