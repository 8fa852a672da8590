"""chat.*: posting, changing, deleting, unfurling."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.slack import events, shapes
from tests.fakes.slack.blocks import MESSAGE_CHARS, Problem, check_message, check_unfurl, size
from tests.fakes.slack.log import Shown
from tests.fakes.slack.methods.entities import wrong as entities_wrong
from tests.fakes.slack.methods.files import unusable
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Channel, Json, Message
from tests.fakes.slack.world import World


def content(call: Call) -> Json:
    """The checked content of a message, or the error that Slack gives for it."""
    body = {key: call.json(key) for key in ("blocks", "attachments", "metadata")}
    body |= {"text": call.text("text"), "parse": call.text("parse"), "link_names": call.flag("link_names")}
    fail = judge(call.world, call.name, call.token.team or call.text("team_id"), body)
    if fail:
        raise fail
    if not (body["text"].strip() or body["blocks"] or body["attachments"]):
        raise SlackError("no_text")
    return body


def judge(world: World, where: str, team: str, body: Json) -> SlackError | None:
    """Check a message and log what is wrong; the error, if Slack would refuse it."""
    problems = check_message(body)
    over = size(body.get("blocks")) > MESSAGE_CHARS
    if over:
        problems.append(Problem("/blocks", f"more than {MESSAGE_CHARS} characters together"))
    fail = _error(problems, over) or _unseen_picture(world, team, body)
    world.note(where, team, problems, fail.error if fail else "")
    return fail


def _unseen_picture(world: World, team: str, body: Json) -> SlackError | None:
    """Slack fetches every picture before it takes a message; hosts under `.invalid` can't be reached."""
    if ".invalid/" in json.dumps(_pictures(body.get("blocks"))):
        return SlackError("invalid_blocks", errors=["downloading image failed"])
    if reason := unusable(world, team, body.get("blocks")):
        says = {"messages": [f"[ERROR] {reason}"]}
        return SlackError("invalid_blocks", errors=[reason], response_metadata=says)
    return None


def _pictures(blocks: Any) -> list[str]:
    parts = [part for block in blocks or () for part in (block, block.get("accessory") or {})]
    return [str(part["image_url"]) for part in parts if part.get("type") == "image" and "image_url" in part]


def _error(problems: list[Problem], over: bool) -> SlackError | None:
    limits = [p for p in problems if p.kind == "limit"]
    if not limits:
        return None
    says = {"messages": [str(p) for p in limits]}
    if any(p.at == "/text" for p in limits):
        return SlackError("msg_too_long")
    if any(p.at.startswith("/metadata") for p in limits):
        large = any("too large" in p.says for p in limits)
        return SlackError("metadata_too_large" if large else "invalid_metadata_format", response_metadata=says)
    if over:
        return SlackError("msg_blocks_too_long")
    return SlackError("invalid_blocks", errors=[p.says for p in limits], response_metadata=says)


def numbered(world: World, blocks: Any) -> list[Json]:
    """Blocks as Slack keeps them: each with an id, each button with an action id, each text with its flag."""
    kept: list[Json] = flagged(blocks or [])
    for block in kept:
        block.setdefault("block_id", f"b{world.number()}")
        parts = [*block.get("elements", ()), block.get("accessory")]
        for part in parts:
            if isinstance(part, dict) and part.get("type") == "button":
                part.setdefault("action_id", f"a{world.number()}")
    return kept


def flagged(part: Any) -> Any:
    """A copy in which texts say how they are read, as they do in everything that Slack gives back."""
    if isinstance(part, list):
        return [flagged(one) for one in part]
    if not isinstance(part, dict):
        return part
    flags: dict[Any, Json] = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}
    return flags.get(part.get("type"), {}) | {key: flagged(value) for key, value in part.items()}


def build(world: World, channel: Channel, body: Json, **more: Any) -> Message:
    """A message of the bot's, not yet kept anywhere."""
    team = world.teams[channel.team]
    return Message(
        ts=world.ts(),
        team=team.id,
        channel=channel.id,
        user=team.bot,
        bot_id=team.bot_id,
        text=body.get("text") or "",
        blocks=numbered(world, body.get("blocks")),
        attachments=body.get("attachments") or [],
        metadata=body.get("metadata"),
        at=world.now(),
        **more,
    )


def keep(world: World, message: Message, *, trigger: str = "", response_type: str = "") -> None:
    """Put a message where everybody sees it, and tell."""
    channel = world.channels[message.channel]
    channel.messages[message.ts] = message
    if pane := world.panes.get((channel.id, message.thread)):
        pane["status"] = ""
    world.show(Shown(kind="message", at=world.now(), message=message, trigger=trigger, response_type=response_type))
    if channel.partner:
        events.said(world, message)


def writable(call: Call, channel: Channel) -> Channel:
    """A conversation that the bot may post to."""
    if channel.archived:
        raise SlackError("is_archived")
    public = channel.kind == "channel" and "chat:write.public" in call.token.scopes
    if not channel.partner and not call.member(channel) and not public:
        raise SlackError("not_in_channel")
    return channel


@method("chat.postMessage", tier="", scope="chat:write")
def post_message(call: Call) -> Json:
    channel = writable(call, call.channel(person=True))
    body = content(call)
    thread = call.text("thread_ts")
    if thread and thread not in channel.messages:
        raise SlackError("thread_not_found")  # Slack's word for a parent that is gone or never was
    if thread:
        thread = channel.messages[thread].thread or thread
    made = build(call.world, channel, body, thread=thread, broadcast=call.flag("reply_broadcast"))
    keep(call.world, made)
    shown = shapes.message(call.world, made, metadata=True)
    return {"channel": channel.id, "ts": made.ts, "message": shown}


@method("chat.update", tier="3", scope="chat:write")
def update(call: Call) -> Json:
    channel, held = _own(call)
    if channel.archived:
        raise SlackError("is_archived")
    body = content(call)
    if len(body["text"]) > 4_000 and not body["blocks"]:
        raise SlackError("msg_too_long")
    held.text = body["text"]
    if "blocks" in call.args:  # left out, the old ones stay
        held.blocks = numbered(call.world, body["blocks"])
    held.metadata = body["metadata"] if "metadata" in call.args else held.metadata
    held.edited = call.world.ts()
    call.world.show(Shown(kind="update", at=call.world.now(), message=held))
    shown = shapes.message(call.world, held, metadata=True)
    return {"channel": channel.id, "ts": held.ts, "text": held.text, "message": shown}


@method("chat.delete", tier="3", scope="chat:write")
def delete(call: Call) -> Json:
    channel, held = _own(call, "cant_delete_message")
    channel.deleted.append(channel.messages.pop(held.ts))
    call.world.show(Shown(kind="delete", at=call.world.now(), message=held))
    return {"channel": channel.id, "ts": held.ts}


@method("chat.postEphemeral", tier="4", scope="chat:write")
def post_ephemeral(call: Call) -> Json:
    channel = writable(call, call.channel())
    user = call.need("user")
    if user not in call.world.users:
        raise SlackError("user_not_in_channel")
    made = build(call.world, channel, content(call), seen_by=user, thread=call.text("thread_ts"))
    channel.ephemerals[made.ts] = made
    call.world.show(Shown(kind="ephemeral", at=call.world.now(), message=made))
    return {"message_ts": made.ts}


@method("chat.unfurl", tier="3", scope="links:write")
def unfurl(call: Call) -> Json:
    unfurls = call.json("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackError("missing_unfurls")
    problems = [p for url, body in unfurls.items() for p in check_unfurl(body, f"/unfurls/{url}")]
    call.world.note(call.name, call.token.team, problems, "cannot_unfurl_message")
    if any(p.kind == "limit" for p in problems):
        says = {"messages": [str(p) for p in problems]}
        raise SlackError("cannot_unfurl_message", response_metadata=says)
    _attach(call, unfurls)
    entities = (call.json("metadata") or {}).get("entities", [])
    if problems := [problem for entity in entities for problem in entities_wrong(entity)]:
        return {"warning": "invalid_metadata_format", "response_metadata": {"messages": problems}}
    call.world.entities.extend(entities)
    place = {key: call.text(key) for key in ("channel", "ts", "unfurl_id", "source")}
    call.world.log.unfurls.append(place | {"unfurls": unfurls})
    return {}


@method("chat.getPermalink", tier="special")
def permalink(call: Call) -> Json:
    channel = call.channel()
    ts = call.need("message_ts")
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    domain = call.world.teams[channel.team].domain
    place = f"https://{domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": place}


def _own(call: Call, otherwise: str = "cant_update_message") -> tuple[Channel, Message]:
    """A message that the bot wrote itself."""
    channel = call.channel()
    held = channel.messages.get(call.need("ts"))
    if held is None:
        raise SlackError("message_not_found")
    if held.user != call.bot_of(channel):
        raise SlackError(otherwise)
    return channel, held


def _attach(call: Call, unfurls: Json) -> None:
    """Put cards under a message; one that is still being written has only an `unfurl_id`."""
    id = call.text("unfurl_id")
    if id and id not in call.world.unfurling:
        raise SlackError("cannot_find_message")
    channel, ts, text = call.world.unfurling.get(id, (call.text("channel"), call.text("ts"), ""))
    held = call.world.channels[channel].messages.get(ts) if channel in call.world.channels else None
    if held is None and not text:
        raise SlackError("cannot_find_message")
    for url, body in unfurls.items():
        if url not in (held.text if held else text).replace("&amp;", "&"):
            raise SlackError("cannot_unfurl_url")
        if held:
            held.attachments.append({"from_url": url, "is_app_unfurl": True, **body})


__all__ = ["build", "flagged", "judge", "keep", "numbered"]
