"""conversations.*: reading channels."""

from __future__ import annotations

from typing import TypeVar

from tests.fakes.slack import shapes
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Channel, Json, Message

T = TypeVar("T")
KINDS = {"im": "im", "group": "groups", "channel": "channels"}


def readable(call: Call, right: str = "history") -> Channel:
    """A conversation that the bot may read, with the scope that its kind needs."""
    channel = call.channel()
    call.scope(f"{KINDS[channel.kind]}:{right}")
    if right == "history" and not call.member(channel):
        raise SlackError("not_in_channel")
    return channel


@method("conversations.history", tier="3")
def history(call: Call) -> Json:
    channel = readable(call)
    tops = [m for m in channel.messages.values() if not m.thread or m.broadcast]
    return _page(call, _between(call, tops)[::-1])


@method("conversations.replies", tier="3")
def replies(call: Call) -> Json:
    channel = readable(call)
    parent = channel.messages.get(call.need("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    under = [m for m in channel.messages.values() if m.thread == parent.ts]
    page = _page(call, [parent, *_between(call, under)])
    page.pop("pin_count")
    return page


@method("conversations.info", tier="3")
def info(call: Call) -> Json:
    return {"channel": shapes.channel(call.world, readable(call, "read"))}


@method("conversations.open", tier="3", scope="im:write")
def open_(call: Call) -> Json:
    wanted = call.need("users").split(",")
    ours = {team.id for team in call.world.teams_of(call.token)}
    users = [call.world.users.get(user) for user in wanted]
    if any(user is None or user.team not in ours for user in users):
        raise SlackError("user_not_found")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type")  # group conversations: not in this fake
    channel = call.world.conversation(wanted[0])
    return {"channel": shapes.channel(call.world, channel) if call.flag("return_im") else {"id": channel.id}}


@method("conversations.members", tier="4")
def members(call: Call) -> Json:
    channel = readable(call, "read")
    people, cursor = _cut(call, sorted(channel.members), 100)
    return {"members": people, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list", tier="2")
def list_(call: Call) -> Json:
    types = (call.text("types") or "public_channel").split(",")
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = {kinds[t] for t in types if t in kinds}
    for kind in wanted:
        call.scope(f"{KINDS[kind]}:read")
    found = [c for c in call.world.channels.values() if c.team == call.team.id and c.kind in wanted]
    found = [c for c in found if c.kind == "channel" or call.member(c)]
    if call.flag("exclude_archived"):
        found = [c for c in found if not c.archived]
    page, cursor = _cut(call, found, 100)
    shown = [shapes.channel(call.world, channel) for channel in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.text("oldest") or "0", call.text("latest")
    inside = call.flag("inclusive")
    low = [m for m in messages if float(m.ts) > float(oldest) or (inside and m.ts == oldest)]
    if not latest:
        return low
    return [m for m in low if float(m.ts) < float(latest) or (inside and m.ts == latest)]


def _page(call: Call, messages: list[Message]) -> Json:
    most = 15 if call.world.settings.limits.history_restricted else 999
    page, cursor = _cut(call, messages, 100, most)
    metadata = call.flag("include_all_metadata")
    body: Json = {
        "messages": [shapes.message(call.world, m, metadata=metadata) for m in page],
        "has_more": bool(cursor),
        "pin_count": 0,
    }
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _cut(call: Call, items: list[T], default: int, most: int = 1000) -> tuple[list[T], str]:
    """One page of `items`, and the cursor of the next."""
    cursor = call.text("cursor")
    if cursor and not cursor.removeprefix("at:").isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor.removeprefix("at:")) if cursor else 0
    end = start + max(1, call.number("limit", default, most))
    return items[start:end], f"at:{end}" if end < len(items) else ""
