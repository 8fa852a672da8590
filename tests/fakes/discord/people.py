"""What people do that the bot must answer: commands, buttons, menus, modals; and what they then see."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from tests.fakes.discord import wire
from tests.fakes.discord.components import BUTTON, walk
from tests.fakes.discord.modals import inputs
from tests.fakes.discord.model import EPHEMERAL, LOADING, Interaction, Json, Message
from tests.fakes.discord.offers import command_data, context, installed_by, offered
from tests.fakes.discord.ops import NotOffered, Server, op
from tests.fakes.discord.world import World


@op
async def slash(server: Server, user: str, channel: str, name: str, options: Json, wait: float = 10) -> Json:
    """Run a chat command; `name` may go on with a sub-command: `papers schedule`."""
    data = command_data(server.world, user, channel, name, options)
    return await _ask(server, 2, user, channel, data, name=name, wait=wait)


@op
async def complete(
    server: Server, user: str, channel: str, name: str, option: str, text: str, options: Json, wait: float = 5
) -> list[Json]:
    """The choices offered while someone types."""
    data = command_data(server.world, user, channel, name, options | {option: text}, focused=option)
    seen = await _ask(server, 4, user, channel, data, name=name, wait=wait)
    return seen["choices"] or []


@op
async def menu(server: Server, user: str, channel: str, message: str, label: str, wait: float = 10) -> Json:
    """Pick an entry of a message's Apps menu."""
    world = server.world
    command = offered(world, user, channel, label, kind=3)
    target = world.message(channel, message)
    resolved = {"messages": {message: wire.message(world, target)}}
    data = _named(world, channel, command) | {"target_id": message, "resolved": resolved}
    return await _ask(server, 2, user, channel, data, name=label, wait=wait)


def _named(world: World, channel: str, command: Json) -> Json:
    return {"id": command["id"], "name": command["name"], "type": command["type"]} | (
        {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    )


@op
async def press(
    server: Server,
    user: str,
    channel: str,
    message: str,
    button: str,
    values: list[str] | None = None,
    wait: float = 10,
) -> Json:
    """Press a button by its label or `custom_id`, or pick `values` of a select menu."""
    on = _message(server.world, user, channel, message)
    component = _component(on, button)
    data: Json = {"component_type": component["type"], "custom_id": component["custom_id"], "id": component["id"]}
    if component["type"] != BUTTON:
        data["values"] = values or []
    return await _ask(server, 3, user, channel, data, message=on, wait=wait)


def _message(world: World, user: str, channel: str, id: str) -> Message:
    found = world.channels[channel].messages.get(id) or world.private.get(id)
    if found is None or (id in world.private and (found.metadata or {})["user"]["id"] != user):
        raise NotOffered(f"there is no message {id} that this person sees")
    return found


def _component(on: Message, button: str) -> Json:
    found = [one for _, one in walk(on.components) if button in {one.get("custom_id"), one.get("label")}]
    found = [one for one in found if one.get("custom_id") and not one.get("disabled")]
    if not found:
        there = [one.get("label") or one.get("custom_id") for _, one in walk(on.components) if one.get("custom_id")]
        raise NotOffered(f"no button {button!r} that can be pressed; there are {there}")
    return found[0]


@op
async def submit(server: Server, interaction: str, values: dict[str, str | list[str]], wait: float = 10) -> Json:
    """Fill in the modal that an interaction opened, and send it."""
    it = server.world.interactions[interaction]
    if it.modal is None:
        raise NotOffered("no modal is open")
    data = {"custom_id": it.modal["custom_id"], "components": _filled(it.modal["components"], values)}
    return await _ask(server, 5, it.user_id, it.channel_id, data, message=it.message, opened_by=it, wait=wait)


def _filled(components: list[Json], values: dict[str, Any]) -> list[Json]:
    known = {one["custom_id"] for _, one in inputs(components)}
    if unknown := set(values) - known:
        raise NotOffered(f"the modal has no {sorted(unknown)}; it has {sorted(known)}")
    return [_filled_row(n, row, values) for n, row in enumerate(components, 1) if row["type"] != 10]


def _filled_row(n: int, row: Json, values: dict[str, Any]) -> Json:
    if row["type"] == 18:
        return {"type": 18, "id": n, "component": _filled_in(row["component"], values)}
    return {"type": 1, "id": n, "components": [_filled_in(one, values) for one in row["components"]]}


def _filled_in(one: Json, values: dict[str, Any]) -> Json:
    id = one["custom_id"]
    told: Json = {"type": one["type"], "custom_id": id, "id": one.get("id") or 100}
    if one["type"] == 4:
        return told | {"value": values.get(id, one.get("value") or "")}
    chosen = [option["value"] for option in one.get("options") or [] if option.get("default")]
    chosen += [default["id"] for default in one.get("default_values") or []]
    return told | {"values": values.get(id, chosen)}


# asking, and seeing


async def _ask(
    server: Server,
    kind: int,
    user: str,
    channel: str,
    data: Json,
    *,
    name: str = "",
    message: Message | None = None,
    opened_by: Interaction | None = None,
    wait: float,
) -> Json:
    world = server.world
    where = world.channels[channel]
    token = secrets.token_urlsafe(40)
    it = Interaction(
        world.new_id(), token, kind, user, channel, where.guild_id, world.elapsed(), message, name, opened_by
    )
    begun = (message.metadata or {}).get("authorizing_integration_owners") if message else None
    it.owners = begun or installed_by(world, user, where)
    world.interactions[it.id] = world.by_token[token] = it
    world.emit("INTERACTION_CREATE", _payload(world, it, data), guild_id=where.guild_id)
    await _watch(world, it, wait)
    return view(world, it)


async def _watch(world: World, it: Interaction, wait: float) -> None:
    """Until the user has an answer, or Discord gives up on the app, or `wait` seconds are over."""
    while it.answer is None:
        patience = world.settings.first_response if not it.answered else wait
        left = it.started + patience - world.elapsed()
        it.moved.clear()
        try:
            await asyncio.wait_for(it.moved.wait(), max(left, 0))
        except TimeoutError:
            return


@op
async def replay(server: Server, payload: Json, wait: float = 10) -> Json:
    """Send an interaction as it was recorded, from someone and somewhere that is known here."""
    world = server.world
    user = (payload.get("member") or payload)["user"]["id"]
    where, started = world.channels[payload["channel_id"]], world.elapsed()
    it = Interaction(payload["id"], payload["token"], payload["type"], user, where.id, where.guild_id, started)
    world.interactions[it.id] = world.by_token[it.token] = it
    server.gateway.send_event("INTERACTION_CREATE", payload)
    await _watch(world, it, wait)
    return view(world, it)


@op
def seen(server: Server, interaction: str) -> Json:
    """What the user sees of an interaction by now."""
    return view(server.world, server.world.interactions[interaction])


def view(world: World, it: Interaction) -> Json:
    shown = [message for message in it.shown.values() if not message.flags & LOADING]
    return {
        "interaction": it.id,
        "response": it.answered,
        "first": it.first,
        "answer": it.answer,
        "messages": [wire.message(world, message) for message in shown],
        "private": [message.id for message in shown if message.flags & EPHEMERAL],
        "modal": it.modal,
        "choices": it.choices,
    }


def _payload(world: World, it: Interaction, data: Json) -> Json:
    channel = world.channels[it.channel_id]
    payload: Json = {
        "id": it.id,
        "application_id": world.application_id,
        "type": it.kind,
        "token": it.token,
        "version": 1,
        "data": data,
        "channel_id": channel.id,
        "channel": wire.channel(world, channel) | {"permissions": str(world.rights(channel, it.user_id))},
        "app_permissions": str(world.rights(channel)),
        "locale": world.users[it.user_id].locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": 10 << 20,
        "authorizing_integration_owners": it.owners,
        "context": context(channel),
    }
    if it.message:
        payload["message"] = wire.message(world, it.message)
    return payload | _asker(world, it)


def _asker(world: World, it: Interaction) -> Json:
    guild = world.guilds.get(it.guild_id)
    if guild is None:
        return {"user": wire.user(world.users[it.user_id])}
    channel = world.channels[it.channel_id]
    who = wire.member(guild.members[it.user_id]) | {"permissions": str(world.rights(channel, it.user_id))}
    place = {"id": guild.id, "locale": guild.locale, "features": []}
    return {"member": who, "guild_id": guild.id, "guild": place, "guild_locale": guild.locale}
