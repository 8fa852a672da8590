"""Application commands, for everywhere and for one guild."""

from __future__ import annotations

from tests.fakes.discord.calls import Call, Reply, endpoint
from tests.fakes.discord.command_limits import check_command, check_commands
from tests.fakes.discord.errors import unknown
from tests.fakes.discord.model import Json

_ALL = "/applications/{application_id}/commands"
_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _held(call: Call) -> dict[str, Json]:
    guild_id = call.path.get("guild_id", "")
    if guild_id:
        call.world.guild(guild_id)
    return call.world.commands.setdefault(guild_id, {})


def _one(call: Call) -> Json:
    found = _held(call).get(call.path["command_id"])
    if found is None:
        raise unknown("application command")
    return found


def _made(call: Call, body: Json, id: str) -> Json:
    """A command as Discord keeps it: with what was left out filled in."""
    granted = body.get("default_member_permissions")
    guild_id = call.path.get("guild_id", "")
    of_global = {"contexts", "integration_types"} if guild_id else set()
    given = {name: value for name, value in body.items() if value is not None and name not in of_global}
    return {
        "type": 1,
        "description": "",
        "nsfw": False,
        **({} if guild_id else {"contexts": None, "integration_types": [0], "dm_permission": True}),
        **given,
        "id": id,
        "application_id": call.world.application_id,
        "version": call.world.new_id(),
        "default_member_permissions": None if granted is None else str(granted),
        **({"guild_id": guild_id} if guild_id else {}),
    }


def _same(held: dict[str, Json], body: Json) -> str:
    """The id of the command with this name and kind, if there is one."""
    wanted = (body.get("name"), body.get("type") or 1)
    return next((id for id, one in held.items() if (one["name"], one["type"]) == wanted), "")


@endpoint("GET", _ALL)
@endpoint("GET", _GUILD)
def listed(call: Call) -> list[Json]:
    return list(_held(call).values())


@endpoint("PUT", _ALL)
@endpoint("PUT", _GUILD)
def overwrite(call: Call) -> list[Json]:
    held, bodies = _held(call), call.body or []
    check_commands(bodies)
    made = [_made(call, body, _same(held, body) or call.world.new_id()) for body in bodies]
    held.clear()
    held.update({command["id"]: command for command in made})
    call.world.syncs.append(call.path.get("guild_id", ""))
    return made


@endpoint("POST", _ALL)
@endpoint("POST", _GUILD)
def create(call: Call) -> Reply:
    held = _held(call)
    check_command(call.form)
    known = _same(held, call.form)
    made = _made(call, call.form, known or call.world.new_id())
    held[made["id"]] = made
    return Reply(200 if known else 201, made)


@endpoint("GET", _ALL + "/{command_id}")
@endpoint("GET", _GUILD + "/{command_id}")
def read(call: Call) -> Json:
    return _one(call)


@endpoint("PATCH", _ALL + "/{command_id}")
@endpoint("PATCH", _GUILD + "/{command_id}")
def change(call: Call) -> Json:
    one = _one(call)
    changed = one | call.form
    check_command(changed)
    _held(call)[one["id"]] = made = _made(call, changed, one["id"])
    return made


@endpoint("DELETE", _ALL + "/{command_id}")
@endpoint("DELETE", _GUILD + "/{command_id}")
def delete(call: Call) -> None:
    del _held(call)[_one(call)["id"]]
