"""What Discord offers to whom: the commands it knows, with their options, where a person may use them."""

from __future__ import annotations

from typing import Any

from tests.fakes.discord.model import DM, Channel, Json
from tests.fakes.discord.ops import NotOffered
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.world import World

_SUB, _GROUP = 1, 2
_KINDS: dict[int, type | tuple[type, ...]] = {3: str, 4: int, 5: bool, 6: str, 7: str, 8: str, 10: (int, float)}


def offered(world: World, user: str, channel: str, name: str, *, kind: int = 1) -> Json:
    """The command of this name, when this person sees it here."""
    where = world.channels[channel]
    held = [*world.commands.get(where.guild_id, {}).values(), *world.commands[""].values()]
    known = [command for command in held if command["type"] == kind]
    found = next((command for command in known if command["name"] == name), None)
    if found is None:
        raise NotOffered(f"there is no command {name!r}; there are {sorted(one['name'] for one in known)}")
    _may_use(world, user, where, found)
    return found


def _may_use(world: World, user: str, where: Channel, command: Json) -> None:
    if not installed_by(world, user, where).keys() & {str(one) for one in command.get("integration_types") or [0]}:
        raise NotOffered(f"{command['name']} is not installed here")
    contexts = command.get("contexts") or ([0, 1] if command.get("dm_permission", True) else [0])
    if context(where) not in contexts or (command.get("guild_id") or where.guild_id) != where.guild_id:
        raise NotOffered(f"{command['name']} is not for this kind of place")
    have = world.rights(where, user)
    if not have & Permission.USE_APPLICATION_COMMANDS or not have & Permission.VIEW_CHANNEL:
        raise NotOffered("this person may not use commands here")
    if (
        not where.guild_id
        or not world.guilds[where.guild_id].present
        or (where.guild_id, command["name"], user) in world.permitted
    ):
        return
    wanted = command["default_member_permissions"]
    if wanted is not None and (int(wanted) == 0 or have & int(wanted) != int(wanted)):
        raise NotOffered(f"{command['name']} is not for this person")


def context(where: Channel) -> int:
    """0: a guild, 1: a direct message with the bot, 2: a conversation of others."""
    return 0 if where.guild_id else 1 if where.type == DM else 2


def installed_by(world: World, user: str, where: Channel) -> dict[str, str]:
    """Who installed the app that a person uses here: the guild (`0` in a direct message with the bot), the person."""
    owners = {"1": user} if world.users[user].installed else {}
    if where.guild_id:
        return owners | ({"0": where.guild_id} if world.guilds[where.guild_id].present else {})
    shared = any(guild.present and user in guild.members for guild in world.guilds.values())
    return owners | ({"0": "0"} if where.type == DM and (shared or not owners) else {})


def command_data(world: World, user: str, channel: str, name: str, options: Json, *, focused: str = "") -> Json:
    """A command with its options as an interaction carries them."""
    first, *subs = name.split(" ")
    command = offered(world, user, channel, first)
    shown: Json = {"id": command["id"], "name": first, "type": 1}
    shown |= {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return shown | {"options": _options(command, subs, options, focused)}


def _options(of: Json, subs: list[str], options: Json, focused: str) -> list[Json]:
    known = {option["name"]: option for option in of.get("options") or []}
    if subs:
        if subs[0] not in known or known[subs[0]]["type"] not in {_SUB, _GROUP}:
            raise NotOffered(f"there is no sub-command {subs[0]!r}; there are {sorted(known)}")
        below = _options(known[subs[0]], subs[1:], options, focused)
        return [{"name": subs[0], "type": known[subs[0]]["type"], "options": below}]
    missing = [name for name, option in known.items() if option.get("required") and name not in options]
    if (missing and not focused) or any(option["type"] in {_SUB, _GROUP} for option in known.values()):
        raise NotOffered(f"{of['name']} needs more: {missing or sorted(known)}")
    return [_option(known, name, value, focused) for name, value in options.items()]


def _option(known: dict[str, Json], name: str, value: Any, focused: str) -> Json:
    option = known.get(name)
    if option is None:
        raise NotOffered(f"there is no option {name!r}; there are {sorted(known)}")
    if name == focused:
        if not option.get("autocomplete"):
            raise NotOffered(f"{name} is not completed")
        return {"name": name, "type": option["type"], "value": value, "focused": True}
    _check(option, value)
    return {"name": name, "type": option["type"], "value": value}


def _check(option: Json, value: Any) -> None:
    if not isinstance(value, _KINDS[option["type"]]):
        raise NotOffered(f"{option['name']} does not take {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise NotOffered(f"{option['name']} is one of {choices}")
    if isinstance(value, str) and not option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000):
        raise NotOffered(f"{value!r} is too short or too long for {option['name']}")
