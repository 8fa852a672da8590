"""From Slack's payloads to events. Pure; what a payload lacks is empty, and what says nothing to us is None."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

from adapters.slack.emoji import emoji_of
from adapters.slack.outbound.modals import ViewOrigin, submitted
from adapters.slack.outbound.render import Json
from bot.chat.event import Command, Person, Place, Press, Reaction, Ref, Removed, Returned, Shared, Submit
from bot.chat.message import Action

PLATFORM = "slack"
MENU = "menu:"  # before the action in a message shortcut's callback_id
SAID = 4_000  # characters of a message that a shortcut was used on

_TAG = re.compile(r"<([^<>|]*)\|?([^<>]*)>")


def command(body: Json, space: str, now: datetime) -> Command:
    """`/papers …`."""
    return Command(
        id=f"slack:{body['trigger_id']}",
        at=now,
        who=_person(space, {"id": body["user_id"], "name": body.get("user_name")}),
        place=Place(PLATFORM, space, body["channel_id"]),
        text=unescape(str(body.get("text") or "")).strip(),
    )


def mention(body: Json, space: str, bot: str) -> Command | None:
    """`@Paperboy …` in a channel or a thread. In a direct conversation it comes as a message too, which is heard."""
    return None if _is_direct(body["event"]) else _typed(body, space, bot)


def direct(body: Json, space: str, bot: str) -> Command | None:
    """Something written to Paperboy alone. Changes, joins and what apps say are none of it."""
    event = body["event"]
    if event.get("subtype") or event.get("bot_id") or not _is_direct(event):
        return None
    return _typed(body, space, bot)


def home(body: Json, space: str) -> Command | None:
    """Somebody looks at App Home: what stands there is the answer to `home`."""
    event = body["event"]
    if event.get("tab") != "home":
        return None
    return Command(
        id=_id(body),
        at=_at(body),
        who=_person(space, {"id": event["user"]}),
        place=Place(PLATFORM, space, str(event.get("channel") or "")),
        text="home",
    )


def press(body: Json, space: str, now: datetime) -> Press | None:
    """A button; None for one that is only a link."""
    pressed = next((a for a in body.get("actions") or () if a.get("value")), None)
    if pressed is None:
        return None
    where = origin(body, space)
    ts = str((body.get("container") or {}).get("message_ts") or "")
    return Press(
        id=f"slack:{body['trigger_id']}",
        at=now,
        who=_person(space, body["user"]),
        place=where,
        action=Action.parse(str(pressed["value"])),
        message=Ref(where, ts) if ts else None,
    )


def shortcut(body: Json, space: str, now: datetime) -> Press:
    """An entry of a message's menu."""
    message = body.get("message") or {}
    where = Place(PLATFORM, space, str(body["channel"]["id"]), _thread(message))
    return Press(
        id=f"slack:{body['trigger_id']}",
        at=now,
        who=_person(space, body["user"]),
        place=where,
        action=Action.parse(str(body["callback_id"]).removeprefix(MENU)),
        message=Ref(where, str(body.get("message_ts") or message.get("ts") or "")),
        said=said(message),
    )


def submit(body: Json, space: str, now: datetime) -> Submit:
    """A form that was sent."""
    view = body["view"]
    known = ViewOrigin.parse(str(view.get("private_metadata") or ""))
    return Submit(
        id=f"slack:{view['id']}:{view.get('hash', '')}",
        at=now,
        who=_person(space, body["user"]),
        place=Place(PLATFORM, space, known.channel, known.thread),
        action=Action.parse(known.action),
        values=submitted((view.get("state") or {}).get("values") or {}),
    )


def reaction(body: Json, space: str, bot: str) -> Reaction | None:
    """A reaction on a message of ours, with an emoji that every workspace has."""
    event = body["event"]
    item, emoji = event.get("item") or {}, emoji_of(str(event.get("reaction") or ""))
    if item.get("type") != "message" or event.get("item_user") != bot or not emoji:
        return None
    where = Place(PLATFORM, space, str(item["channel"]))
    return Reaction(
        id=_id(body),
        at=_at(body),
        who=_person(space, {"id": event["user"]}),
        place=where,
        message=Ref(where, str(item["ts"])),
        emoji=emoji,
        added=event["type"] == "reaction_added",
    )


def shared(body: Json, space: str) -> list[Shared]:
    """The links of a message, each once."""
    event = body["event"]
    where = Place(PLATFORM, space, str(event["channel"]), str(event.get("thread_ts") or ""))
    urls = dict.fromkeys(str(link["url"]) for link in event.get("links") or ())
    who = _person(space, {"id": event.get("user")})
    return [Shared(id=f"{_id(body)}:{i}", at=_at(body), who=who, place=where, url=url) for i, url in enumerate(urls)]


def gone(body: Json, space: str) -> Removed | None:
    """Paperboy can't post somewhere any more."""
    event = body["event"]
    match event["type"]:
        case "channel_archive" | "group_archive":
            why = "The channel was archived"
        case "channel_deleted" | "group_deleted":
            why = "The channel was deleted"
        case "channel_left" | "group_left":
            why = "Paperboy was removed from the channel"
        case _:
            return None
    return Removed(id=_id(body), at=_at(body), who=_actor(event, space), place=_channel(event, space), why=why)


def uninstalled(body: Json, space: str) -> Removed | None:
    """Paperboy was taken out of the workspace; tokens of people alone are none of ours."""
    event = body["event"]
    if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return None
    why = "Paperboy was uninstalled from the workspace"
    return Removed(id=_id(body), at=_at(body), who=_actor(event, space), place=Place(PLATFORM, space, "*"), why=why)


def access_revoked(body: Json) -> list[Removed]:
    """The workspaces that an organization took Paperboy out of."""
    event, why = body["event"], "Paperboy was removed from the workspace"
    spaces = [str(team) for team in event.get("team_ids") or ()]
    return [
        Removed(id=f"{_id(body)}:{t}", at=_at(body), who=_actor(event, t), place=Place(PLATFORM, t, "*"), why=why)
        for t in spaces
    ]


def back(body: Json, space: str, bot: str) -> Returned | None:
    """Paperboy can post somewhere again."""
    event = body["event"]
    if event["type"] == "member_joined_channel" and event.get("user") != bot:
        return None
    return Returned(id=_id(body), at=_at(body), who=_actor(event, space), place=_channel(event, space))


def origin(body: Json, space: str) -> Place:
    """Where a button stood: a message, or a view that remembers where it belongs."""
    if view := body.get("view"):
        known = ViewOrigin.parse(str(view.get("private_metadata") or ""))
        return Place(PLATFORM, space, known.channel, known.thread)
    container = body.get("container") or {}
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    thread = container.get("thread_ts") or _thread(body.get("message") or {})
    return Place(PLATFORM, space, str(channel), str(thread or ""))


def said(message: Json) -> str:
    """What a message says, and every address in it: a card's title is a link, whose address its text has not."""
    words = _TAG.sub(lambda tag: f" {tag[1]} {tag[2]} ", str(message.get("text") or ""))
    links = dict.fromkeys(_urls([message.get("blocks"), message.get("attachments")]))
    return unescape(" ".join([*words.split(), *links]))[:SAID]


def _urls(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for name, value in part.items():
                if name in {"url", "from_url", "original_url", "title_link"} and isinstance(value, str):
                    yield value
                else:
                    yield from _urls(value)
        case list():
            for value in part:
                yield from _urls(value)
        case _:
            return


def _typed(body: Json, space: str, bot: str) -> Command:
    event = body["event"]
    text = re.sub(rf"<@{re.escape(bot)}(\|[^>]*)?>:?", "", str(event.get("text") or ""))
    return Command(
        id=_id(body),
        at=_at(body),
        who=_person(space, {"id": event["user"]}),
        place=Place(PLATFORM, space, str(event["channel"]), _thread(event)),
        text=unescape(_TAG.sub(r"\1", text)).strip(),
    )


def _person(space: str, user: Json) -> Person:
    name = user.get("name") or user.get("username") or ""
    return Person(platform=PLATFORM, space=space, id=str(user.get("id") or ""), name=str(name))


def _actor(event: Json, space: str) -> Person:
    """Who did it, where Slack tells."""
    return _person(space, {"id": event.get("inviter") or event.get("actor_id") or event.get("user")})


def _channel(event: Json, space: str) -> Place:
    return Place(PLATFORM, space, str(event["channel"]))


def _is_direct(event: Json) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel") or "").startswith("D")


def _thread(message: Json) -> str:
    """The thread a message is in; a message that others hang from is not in it."""
    thread = str(message.get("thread_ts") or "")
    return "" if thread == message.get("ts") else thread


def _id(body: Json) -> str:
    """Slack's id of an event; a redelivery carries the same."""
    return f"slack:{body.get('event_id') or body['event'].get('event_ts')}"


def _at(body: Json) -> datetime:
    event = body["event"]
    return datetime.fromtimestamp(float(event.get("event_ts") or event.get("ts") or body.get("event_time") or 0), UTC)
