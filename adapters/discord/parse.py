"""From an interaction to an event. What was pressed says all itself, so it works after any restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import InteractionType
from discord.utils import snowflake_time

from adapters.discord import commands
from adapters.discord.mark import walk
from adapters.discord.modal import filled
from adapters.discord.render import action_of
from bot.chat.adapter import CommandHelp, Core, MenuEntry
from bot.chat.event import ButtonPress, Command, Event, FormSubmission, Person, Place, Ref
from bot.chat.message import Action

PLATFORM = "discord"


def person_of(interaction: discord.Interaction[Any], space: str, *, let_in: bool = False) -> Person:
    """Who acts. Whoever may manage the server sets schedules, or whom the server lets use the command for it
    (`let_in`); in a private conversation, everyone for themselves."""
    user, guild = interaction.user, interaction.guild_id
    return Person(
        platform=PLATFORM,
        space=space,
        id=str(user.id),
        name=user.display_name,
        admin=let_in or guild is None or interaction.permissions.manage_guild,
    )


def typed_text(data: Mapping[str, Any]) -> str:
    """What stands after `/papers`."""
    return str(next((option["value"] for option in data.get("options") or () if option["name"] == commands.OPTION), ""))


def event_of(interaction: discord.Interaction[Any], who: Person, place: Place, core: Core) -> tuple[Event, bool]:
    """The event, and whether its answer is for the asker only."""
    data: Mapping[str, Any] = interaction.data or {}
    heard: dict[str, Any] = {
        "id": str(interaction.id),
        "at": snowflake_time(interaction.id),
        "who": who,
        "place": place,
    }
    match interaction.type, data.get("type"):
        case InteractionType.application_command, commands.ON_MESSAGE:
            return _menu(data, place, core.menu, heard), True
        case InteractionType.application_command, _ if help := _typed(data, core.commands):
            return _filled(data, help, heard), help.private
        case InteractionType.application_command, _:
            text = typed_text(data)
            return Command(text=text, **heard), _is_private(text, core.commands)
        case InteractionType.modal_submit, _:
            return FormSubmission(
                action=action_of(data["custom_id"], []), values=filled(data.get("components")), **heard
            ), True
        case _:
            return _press(interaction, data, place, heard), True


def ref_of(place: Place, channel: str, message: str) -> Ref:
    """A message of a place; the first one of a forum post stands in the forum, as it was posted."""
    top = Place(place.platform, place.space, place.channel)
    return Ref(top if message == channel else place, message)


def words_of(message: Mapping[str, Any]) -> str:
    """All that a message says, with the addresses its pictures and previews lead to."""
    said = [str(message.get("content") or "")]
    said += [str(part["content"]) for part in walk(message.get("components")) if part.get("content")]
    said += [str(embed[name]) for embed in message.get("embeds") or () for name in ("url", "title") if embed.get(name)]
    return "\n".join(filter(None, said))


def is_admins(interaction: discord.Interaction[Any], helps: Sequence[CommandHelp]) -> bool:
    """Whether this is an admin's command: Discord has checked who may use it, by the server's own settings."""
    is_command = interaction.type is InteractionType.application_command
    help = _typed(interaction.data or {}, helps) if is_command else None
    return help is not None and help.admin


def _typed(data: Mapping[str, Any], helps: Sequence[CommandHelp]) -> CommandHelp | None:
    return next((help for help in helps if help.fields and commands.name_of(help) == data.get("name")), None)


def _filled(data: Mapping[str, Any], help: CommandHelp, heard: dict[str, Any]) -> FormSubmission:
    """A command with typed options."""
    given = {option["name"]: str(option["value"]) for option in data.get("options") or ()}
    values = {field.name: given.get(field.name, "") for field in help.fields}
    return FormSubmission(action=Action(help.name), values=values, **heard)


def _menu(data: Mapping[str, Any], place: Place, menu: Sequence[MenuEntry], heard: dict[str, Any]) -> ButtonPress:
    """A message's menu."""
    action = next((entry.action for entry in menu if entry.label[:32] == data.get("name")), Action("unknown"))
    target = str(data.get("target_id", ""))
    message = (data.get("resolved") or {}).get("messages", {}).get(target, {})
    ref = ref_of(place, str(message.get("channel_id", "")), target)
    return ButtonPress(action=action, message=ref, message_text=words_of(message), **heard)


def _press(
    interaction: discord.Interaction[Any], data: Mapping[str, Any], place: Place, heard: dict[str, Any]
) -> ButtonPress:
    action = action_of(str(data.get("custom_id", "")), list(data.get("values") or ()))
    message = interaction.message
    ref = ref_of(place, str(message.channel.id), str(message.id)) if message else None
    parts = {"components": [part.to_dict() for part in message.components]} if message else {}
    said = words_of(parts | {"content": message.content}) if message else ""
    return ButtonPress(action=action, message=ref, message_text=said, **heard)


def _is_private(text: str, helps: Sequence[CommandHelp]) -> bool:
    word = text.split(maxsplit=1)[0].casefold() if text.strip() else ""
    return next((help.private for help in helps if help.name == word), True)
