"""assistant.threads.*, chat.*Stream and functions.*: the pane beside channels, streamed answers, workflow steps."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack import shapes
from tests.fakes.slack.log import Shown
from tests.fakes.slack.methods.chat import build, judge, keep, numbered, writable
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Json, Message

MOST_PROMPTS, MOST_BLOCKS = 4, 50


@method("assistant.threads.setSuggestedPrompts", tier="3", scope="assistant:write")
def prompts(call: Call) -> Json:
    thread, offered = _thread(call), call.json("prompts")
    if not isinstance(offered, list) or not 1 <= len(offered) <= MOST_PROMPTS:
        raise SlackError("invalid_arguments")
    if any(set(prompt) != {"title", "message"} or not all(prompt.values()) for prompt in offered):
        raise SlackError("invalid_arguments")
    thread["prompts"] = [dict(prompt) for prompt in offered]
    return {}


@method("assistant.threads.setStatus", tier="special", scope="assistant:write")
def status(call: Call) -> Json:
    """An empty status takes it away; so does an answer."""
    call.need("thread_ts")
    thread = _thread(call)
    thread["status"] = call.text("status")
    thread["statuses"].append(thread["status"])
    return {}


@method("chat.startStream", tier="2", scope="chat:write")
def start(call: Call) -> Json:
    channel = writable(call, call.channel())
    if call.text("thread_ts") not in channel.messages:
        raise SlackError("invalid_thread_ts")
    if not channel.partner and not (call.text("recipient_user_id") and call.text("recipient_team_id")):
        raise SlackError("missing_recipient_user_id")
    made = build(call.world, channel, {"blocks": _pieces(call)}, thread=call.text("thread_ts"), via="stream")
    call.world.streams[made.ts] = made
    keep(call.world, made)
    return {"channel": channel.id, "ts": made.ts}


@method("chat.appendStream", tier="4", scope="chat:write")
def append(call: Call) -> Json:
    held = _streaming(call)
    held.blocks += numbered(call.world, _pieces(call))
    call.world.show(Shown(kind="update", at=call.world.now(), message=held))
    return {"channel": held.channel, "ts": held.ts}


@method("chat.stopStream", tier="2", scope="chat:write")
def stop(call: Call) -> Json:
    held = _streaming(call)
    last = call.json("blocks") or []
    if fail := judge(call.world, call.name, held.team, {"blocks": last} if last else {"text": "x"}):
        raise fail
    held.blocks += numbered(call.world, last)
    del call.world.streams[held.ts]
    call.world.show(Shown(kind="update", at=call.world.now(), message=held))
    return {"channel": held.channel, "ts": held.ts, "message": shapes.message(call.world, held)}


@method("functions.completeSuccess", tier="3")
def success(call: Call) -> Json:
    return _complete(call, "ok")


@method("functions.completeError", tier="3")
def error(call: Call) -> Json:
    return _complete(call, call.need("error"))


def _complete(call: Call, outcome: str) -> Json:
    steps = call.world.steps
    step = steps.get(call.need("function_execution_id"))
    if step is None:
        raise SlackError("function_execution_not_found")
    if step != "running":
        raise SlackError("execution_not_in_running_state")
    steps[call.text("function_execution_id")] = outcome
    return {}


def _thread(call: Call) -> Json:
    """A thread of the pane, or the conversation itself, in which any message begins a thread."""
    channel, ts = call.channel("channel_id"), call.text("thread_ts")
    if ts and ts not in channel.messages:
        raise SlackError("invalid_thread_ts")
    new = {"channel": channel.id, "ts": ts, "prompts": [], "status": "", "statuses": []}
    return call.world.panes.setdefault((channel.id, ts), new)


def _pieces(call: Call) -> list[Json]:
    """The blocks of chunks. What is written in `markdown_text` would be read as markup: this app sends none."""
    chunks: Any = call.json("chunks")
    if call.text("markdown_text") or not isinstance(chunks, list) or not chunks:
        raise SlackError("invalid_chunks")
    if any(set(chunk) != {"type", "blocks"} or chunk["type"] != "blocks" for chunk in chunks):
        raise SlackError("invalid_chunks")
    found = [block for chunk in chunks for block in chunk["blocks"]]
    if fail := judge(call.world, call.name, call.token.team, {"blocks": found}):
        raise fail
    return found


def _streaming(call: Call) -> Message:
    held = call.world.streams.get(call.need("ts"))
    if held is None or held.channel != call.channel().id:
        raise SlackError("message_not_in_streaming_state")
    if len(held.blocks) > MOST_BLOCKS:
        raise SlackError("invalid_blocks")
    return held
