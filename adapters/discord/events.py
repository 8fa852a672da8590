"""From a gateway payload to an event. Pure: a pressed button carries all it needs, so it works after a restart."""

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import InteractionType
from discord.utils import snowflake_time

from adapters.discord.commands import FOR_SERVER, ON_MESSAGE, OPTION, typed_name
from adapters.discord.delivery_mark import walk_components
from adapters.discord.modals import submitted
from adapters.discord.render import action_of
from bot.chat.adapter import CommandHelp, Core, MenuEntry
from bot.chat.event import ButtonPress, Command, Event, FormSubmission, Person, Place, Ref
from bot.chat.message import Action

PLATFORM = "discord"
OWN_TENANT = "@"  # begins the space of a person alone: direct messages that belong to no server


def is_own_tenant(place: Place) -> bool:
    """Whether the data here is one person's alone: a direct message that was not opened for a server."""
    return place.space.startswith(OWN_TENANT)


def is_installed_by_person(interaction: discord.Interaction[Any]) -> bool:
    """Whether only a person has installed Paperboy, on their account, and not the server or conversation."""
    owners = interaction._integration_owners  # the library's own tests of it take a missing field for "not installed"
    return bool(owners) and FOR_SERVER not in owners


def is_guest(interaction: discord.Interaction[Any]) -> bool:
    """Whether Paperboy isn't in the place: a server that has not installed it, or a conversation between others."""
    if interaction.guild_id is not None:
        return is_installed_by_person(interaction)
    return interaction.context.private_channel or isinstance(interaction.channel, discord.GroupChannel)


def parse_person(interaction: discord.Interaction[Any], place: Place, *, may_schedule: bool = False) -> Person:
    """Who acts, and whether as an admin.

    In a server: with Manage Server, or (`may_schedule`) where the server lets them use an admin's command. In a direct
    message only over their own data: it tells nothing of their rights in the server it was opened for. Nowhere where
    Paperboy is a guest.
    """
    user = interaction.user
    in_server, guest = interaction.guild_id is not None, is_guest(interaction)
    is_admin = (may_schedule or interaction.permissions.manage_guild) if in_server else is_own_tenant(place)
    return Person(
        platform=PLATFORM,
        space=place.space,
        id=str(user.id),
        name=str(user.display_name),
        language=str(interaction.locale),
        admin=is_admin and not guest,
        guest=guest,
    )


def parse_query(data: Mapping[str, Any]) -> str:
    """The text after `/papers`."""
    return next((str(option["value"]) for option in data.get("options") or () if option["name"] == OPTION), "")


def parse_interaction(
    interaction: discord.Interaction[Any], who: Person, place: Place, core: Core
) -> tuple[Event, bool]:
    """The event, and whether only the person who asked sees the answer."""
    data: Mapping[str, Any] = interaction.data or {}
    at = snowflake_time(interaction.id)
    base: dict[str, Any] = {"id": str(interaction.id), "at": at, "who": who, "place": place}
    match interaction.type, data.get("type"):
        case InteractionType.application_command, kind if kind == ON_MESSAGE:
            return _menu_entry(data, place, core.menu, base), True
        case InteractionType.application_command, _ if help := _typed_command(data, core.commands):
            return _typed_options(data, help, base), help.private
        case InteractionType.application_command, _:
            query = parse_query(data)
            return Command(text=query, **base), _is_private(query, core.commands)
        case InteractionType.modal_submit, _:
            action, values = action_of(str(data["custom_id"]), []), submitted(data.get("components"))
            return FormSubmission(action=action, values=values, **base), True
        case _:
            return _button(interaction, data, place, base), True


def ref_of(place: Place, channel: str, message: str) -> Ref:
    """A message of a place. The first message of a forum post belongs to the forum, where it was posted."""
    top = Place(place.platform, place.space, place.channel)
    return Ref(top if message == channel else place, message)


def message_text(message: Mapping[str, Any]) -> str:
    """All text of a message, and the addresses of its previews."""
    texts = [str(message.get("content") or "")]
    texts += [str(part["content"]) for part in walk_components(message.get("components")) if part.get("content")]
    texts += [str(embed[name]) for embed in message.get("embeds") or () for name in ("url", "title") if embed.get(name)]
    return "\n".join(filter(None, texts))


def is_admin_command(interaction: discord.Interaction[Any], helps: Sequence[CommandHelp]) -> bool:
    """Whether this is an admin's command. Discord has checked who may use it here, by the server's own settings."""
    is_command = interaction.type is InteractionType.application_command
    help = _typed_command(interaction.data or {}, helps) if is_command else None
    return help is not None and help.admin


def _typed_command(data: Mapping[str, Any], helps: Sequence[CommandHelp]) -> CommandHelp | None:
    return next((help for help in helps if help.fields and typed_name(help) == data.get("name")), None)


def _typed_options(data: Mapping[str, Any], help: CommandHelp, base: dict[str, Any]) -> FormSubmission:
    given = {option["name"]: str(option["value"]) for option in data.get("options") or ()}
    values = {field.name: given.get(field.name, "") for field in help.fields}
    return FormSubmission(action=Action(help.name), values=values, **base)


def _menu_entry(data: Mapping[str, Any], place: Place, menu: Sequence[MenuEntry], base: dict[str, Any]) -> ButtonPress:
    action = next((entry.action for entry in menu if entry.label[:32] == data.get("name")), Action("unknown"))
    target = str(data.get("target_id", ""))
    message = (data.get("resolved") or {}).get("messages", {}).get(target, {})
    ref = ref_of(place, str(message.get("channel_id", "")), target)
    return ButtonPress(action=action, message=ref, message_text=message_text(message), **base)


def _button(
    interaction: discord.Interaction[Any], data: Mapping[str, Any], place: Place, base: dict[str, Any]
) -> ButtonPress:
    action = action_of(str(data["custom_id"]), [str(value) for value in data.get("values") or ()])
    message = interaction.message
    if message is None:
        return ButtonPress(action=action, **base)
    parts = {"content": message.content, "components": [part.to_dict() for part in message.components]}
    ref = ref_of(place, str(message.channel.id), str(message.id))
    return ButtonPress(action=action, message=ref, message_text=message_text(parts), **base)


def _is_private(query: str, helps: Sequence[CommandHelp]) -> bool:
    word = query.split(maxsplit=1)[0].casefold() if query.strip() else ""
    return next((help.private for help in helps if help.name == word), True)
