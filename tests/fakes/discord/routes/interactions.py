"""Answers to interactions: the first response within 3 s, then follow-ups for 15 minutes."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.discord import posting, wire
from tests.fakes.discord.calls import Call, Reply, endpoint
from tests.fakes.discord.errors import ApiError, Form, unknown
from tests.fakes.discord.limits import check_message
from tests.fakes.discord.modals import check_modal
from tests.fakes.discord.model import EPHEMERAL, LOADING, Channel, Interaction, Json, Message
from tests.fakes.discord.world import World

MAX_FOLLOW_UPS = 5  # where only the person has installed the app
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"


@endpoint("POST", "/interactions/{interaction_id}/{interaction_token}/callback", bot=False)
def respond(call: Call) -> Json | Reply:
    world, body = call.world, call.form
    it = world.interactions.get(call.path["interaction_id"])
    if it is None or it.token != call.path["interaction_token"]:
        raise unknown("interaction")
    if it.answered:
        raise ApiError(400, 40060, "Interaction has already been acknowledged.")
    if world.elapsed() - it.started > world.settings.first_response:
        raise unknown("interaction")
    message = _KINDS[_kind(it, body)](call, it, body.get("data") or {})
    it.answered, it.first = body["type"], world.elapsed() - it.started
    if body["type"] not in {5, 6}:
        it.answer = it.first
    it.moved.set()
    return _told(world, it, message) if call.query.get("with_response") in {"1", "true", "True"} else Reply(204)


def _kind(it: Interaction, body: Json) -> int:
    """The response's type, when it suits the interaction."""
    kind = body.get("type")
    suits = {8: it.kind == 4, 9: it.kind in {2, 3}, 6: it.message is not None, 7: it.message is not None}
    if kind not in _KINDS or not suits.get(kind, it.kind != 4):
        form = Form()
        form.wrong("type", "BASE_TYPE_CHOICES", "This response does not suit the interaction.")
        form.done()
    assert isinstance(kind, int)
    return kind


def _told(world: World, it: Interaction, message: Message | None) -> Json:
    told: Json = {"id": it.id, "type": it.kind}
    if message is None:
        return {"interaction": told}
    told |= {
        "response_message_id": message.id,
        "response_message_loading": bool(message.flags & LOADING),
        "response_message_ephemeral": bool(message.flags & EPHEMERAL),
    }
    if it.answered not in {4, 7}:
        return {"interaction": told}
    return {"interaction": told, "resource": {"type": it.answered, "message": wire.message(world, message)}}


def _say(call: Call, it: Interaction, data: Json) -> Message:
    check_message(data, files=len(call.files))
    message = _answer(call, it, data)
    it.original = message.id
    return message


def _defer(call: Call, it: Interaction, data: Json) -> Message:
    message = _answer(call, it, {"flags": data.get("flags", 0)}, loading=LOADING)
    it.original = message.id
    return message


def _defer_change(call: Call, it: Interaction, data: Json) -> Message:
    assert it.message
    it.original = it.message.id
    return it.message


def _change(call: Call, it: Interaction, data: Json) -> Message:
    assert it.message
    check_message(data, files=len(call.files), flags=it.message.flags, partial=True)
    it.original = it.message.id
    it.shown[it.message.id] = it.message
    return posting.change(call.world, call.world.channels[it.message.channel_id], it.message, data, call.files)


def _complete(call: Call, it: Interaction, data: Json) -> None:
    form = Form()
    for i, choice in enumerate(form.most("data.choices", data.get("choices"), 25)):
        form.text(f"data.choices.{i}.name", choice.get("name"), 100, least=1)
        if isinstance(choice.get("value"), str):
            form.text(f"data.choices.{i}.value", choice["value"], 100, least=1)
    form.done()
    it.choices = data.get("choices") or []


def _ask(call: Call, it: Interaction, data: Json) -> None:
    check_modal(data)
    it.modal = data


_KINDS: dict[int, Callable[[Call, Interaction, Json], Message | None]] = {
    4: _say,
    5: _defer,
    6: _defer_change,
    7: _change,
    8: _complete,
    9: _ask,
}


def _answer(call: Call, it: Interaction, body: Json, *, loading: int = 0) -> Message:
    """A message from the app to the interaction: in the channel, or for the asker alone."""
    world, channel = call.world, call.world.channels[it.channel_id]
    message = posting.compose(world, channel, world.bot.id, body, call.files)
    message.type = 20 if it.kind == 2 else 19 if it.message else 0
    message.application_id = world.application_id
    message.flags |= loading
    message.metadata = _metadata(world, it)
    it.shown[message.id] = message
    if message.flags & EPHEMERAL:
        world.private[message.id] = message
    else:
        posting.put(world, channel, message)
    return message


def _metadata(world: World, it: Interaction) -> Json:
    """What an answer says of its cause, back to the command or button that opened a modal."""
    person, owners = wire.user(world.users[it.user_id]), it.owners
    told: Json = {"id": it.id, "type": it.kind, "user": person, "authorizing_integration_owners": owners}
    if it.opened_by:
        told["triggering_interaction_metadata"] = _metadata(world, it.opened_by)
    elif it.message:
        told["interacted_message_id"] = it.message.id
    return told


# after the first response


def _live(call: Call) -> Interaction:
    it = call.world.by_token.get(call.path["webhook_token"])
    if it is None or call.path["webhook_id"] != call.world.application_id or not it.answered:
        raise unknown("Webhook")
    if call.world.elapsed() - it.started > call.world.settings.token_life:
        raise ApiError(*call.world.settings.expired, "Invalid Webhook Token")
    return it


def _asked_for(call: Call, it: Interaction) -> tuple[Channel, Message]:
    id = call.path.get("message_id", "@original")
    id = it.original if id == "@original" else id
    channel = call.world.channels[it.channel_id]
    message = it.shown.get(id) or (it.message if it.message and it.message.id == id else None)
    if message is None or (id not in channel.messages and id not in call.world.private):
        raise unknown("Message")
    return channel, message


def _seen(call: Call, it: Interaction) -> None:
    if it.answer is None:
        it.answer = call.world.elapsed() - it.started
    it.moved.set()


@endpoint("POST", _WEBHOOK, bot=False)
def follow(call: Call) -> Json:
    it = _live(call)
    check_message(call.form, files=len(call.files))
    original = it.shown.get(it.original)
    waiting = original if original and original.flags & LOADING else None
    it.follow_ups += 1
    if "0" not in it.owners and it.follow_ups > MAX_FOLLOW_UPS:
        raise ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages.")
    message = _fulfil(call, it, waiting) if waiting else _answer(call, it, call.form)
    _seen(call, it)
    return wire.message(call.world, message)


def _fulfil(call: Call, it: Interaction, original: Message) -> Message:
    """The first thing said after a deferral takes the place of "is thinking…", private or not as that was."""
    original.flags &= ~LOADING
    return posting.change(call.world, call.world.channels[it.channel_id], original, call.form, call.files)


@endpoint("GET", _WEBHOOK + "/messages/@original", bot=False)
@endpoint("GET", _WEBHOOK + "/messages/{message_id}", bot=False)
def read(call: Call) -> Json:
    return wire.message(call.world, _asked_for(call, _live(call))[1])


@endpoint("PATCH", _WEBHOOK + "/messages/@original", bot=False)
@endpoint("PATCH", _WEBHOOK + "/messages/{message_id}", bot=False)
def edit(call: Call) -> Json:
    it = _live(call)
    channel, message = _asked_for(call, it)
    check_message(call.form, files=len(call.files), flags=message.flags, partial=True)
    message.flags &= ~LOADING
    posting.change(call.world, channel, message, call.form, call.files)
    it.shown[message.id] = message
    _seen(call, it)
    return wire.message(call.world, message)


@endpoint("DELETE", _WEBHOOK + "/messages/@original", bot=False)
@endpoint("DELETE", _WEBHOOK + "/messages/{message_id}", bot=False)
def delete(call: Call) -> None:
    it = _live(call)
    channel, message = _asked_for(call, it)
    it.shown.pop(message.id, None)
    call.world.private.pop(message.id, None)
    if message.id in channel.messages:
        posting.remove(call.world, channel, message)
    _seen(call, it)
