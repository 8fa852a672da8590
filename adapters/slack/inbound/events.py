"""Slack's payloads as events of the core. Pure.

A parser returns None for a payload that is not meant for Paperboy, and raises `UnreadablePayload` for one that lacks
a field it can't do without. https://docs.slack.dev/reference/events
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

from msgspec import Struct

from adapters.slack.emoji import emoji_of
from adapters.slack.outbound.elements import Json
from adapters.slack.outbound.modals import ViewOrigin
from adapters.slack.payload import event_fields, get_list, get_object, get_text, interaction_id, require_text
from bot.chat.event import ButtonPress, Command, FormSubmission, LinkShared, Person, Place, Reaction, Ref
from bot.chat.message import Action

PLATFORM = "slack"
MENU = "menu:"  # before the action in a message shortcut's callback_id
MAX_QUOTED_CHARS = 4_000  # of a message that a shortcut was used on
URL_FIELDS = {"url", "from_url", "original_url", "title_link"}

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


class SharedLinks(Struct, frozen=True, kw_only=True):
    """The links of one message, and the arguments by which `chat.unfurl` finds that message."""

    events: tuple[LinkShared, ...]
    message: Json


def parse_command(body: Json, space: str, now: datetime) -> Command:
    """`/papers …`."""
    return Command(
        id=interaction_id(body),
        at=now,
        who=_person(space, require_text(body, "user_id"), get_text(body, "user_name")),
        place=Place(PLATFORM, space, require_text(body, "channel_id")),
        text=unescape(get_text(body, "text")).strip(),
    )


def parse_mention(body: Json, space: str, bot: str) -> Command | None:
    """`@Paperboy …` in a channel or a thread. In a direct message Slack sends a message event too, which counts."""
    return None if _is_direct(_event(body)) else _parse_message(body, space, bot)


def parse_direct_message(body: Json, space: str, bot: str) -> Command | None:
    """A direct message to Paperboy; None for edits, joins and messages from apps."""
    event = _event(body)
    if event.get("subtype") or event.get("bot_id") or not _is_direct(event):
        return None
    return _parse_message(body, space, bot)


def parse_home_opened(body: Json, space: str) -> Command | None:
    """App Home was opened: it shows the answer to the command `home`."""
    event = _event(body)
    if event.get("tab") != "home":
        return None
    place = Place(PLATFORM, space, get_text(event, "channel"))
    return Command(place=place, text="home", **event_fields(body, space, require_text(event, "user")))


def parse_press(body: Json, space: str, now: datetime) -> ButtonPress | None:
    """A button; None for one that is only a link, or not ours."""
    values = [get_text(action, "value") for action in get_list(body, "actions")]
    if not (value := next(filter(None, values), "")):
        return None
    return _press(body, _button_place(body, space), value, get_text(body, "container", "message_ts"), now)


def parse_shortcut(body: Json, space: str, now: datetime) -> ButtonPress:
    """An entry of a message's menu."""
    message = get_object(body, "message")
    place = Place(PLATFORM, space, require_text(body, "channel", "id"), _thread(message))
    action, ts = get_text(body, "callback_id").removeprefix(MENU), get_text(body, "message_ts")
    return _press(body, place, action, ts or get_text(message, "ts"), now, text=message_text(message))


def parse_submit(body: Json, space: str, now: datetime) -> FormSubmission:
    """A modal form that was sent."""
    view = get_object(body, "view")
    origin = ViewOrigin.parse(get_text(view, "private_metadata"))
    return FormSubmission(
        id=f"slack:{require_text(view, 'id')}:{get_text(view, 'hash')}",
        at=now,
        who=_presser(body, space),
        place=Place(PLATFORM, space, origin.channel, origin.thread),
        action=Action.parse(origin.action),
        values=form_values(get_object(view, "state", "values")),
    )


def parse_reaction(body: Json, space: str, bot: str) -> Reaction | None:
    """A reaction to one of our messages, with an emoji that every workspace has."""
    event = _event(body)
    item, emoji = get_object(event, "item"), emoji_of(get_text(event, "reaction"))
    if item.get("type") != "message" or event.get("item_user") != bot or not emoji:
        return None
    place = Place(PLATFORM, space, require_text(item, "channel"))
    return Reaction(
        place=place,
        message=Ref(place, require_text(item, "ts")),
        emoji=emoji,
        added=event.get("type") == "reaction_added",
        **event_fields(body, space, require_text(event, "user")),
    )


def parse_shared_links(body: Json, space: str) -> SharedLinks:
    """The links of a message, each once."""
    event = _event(body)
    place = Place(PLATFORM, space, require_text(event, "channel"), get_text(event, "thread_ts"))
    urls = dict.fromkeys(filter(None, (get_text(link, "url") for link in get_list(event, "links"))))
    base = event_fields(body, space, get_text(event, "user"))
    ids = (base | {"id": f"{base['id']}:{number}"} for number in range(len(urls)))
    events = tuple(LinkShared(place=place, url=url, **fields) for url, fields in zip(urls, ids, strict=True))
    return SharedLinks(events=events, message=_unfurl_target(event))


def parse_details_request(body: Json, space: str) -> SharedLinks:
    """A paper's Work Object was opened: its link, as it was posted."""
    event = _event(body)
    url = get_text(event, "app_unfurl_url") or require_text(event, "entity_url")
    return parse_shared_links({**body, "event": {**event, "links": [{"url": url}]}}, space)


def message_text(message: Json) -> str:
    """A message's text followed by every address in it: the text does not have the address of a card's title."""
    words = _LINK.sub(lambda link: f" {link[1]} {link[2] or ''} ", get_text(message, "text"))
    urls = dict.fromkeys(_urls([message.get("blocks"), message.get("attachments")]))
    return unescape(" ".join([*words.split(), *urls]))[:MAX_QUOTED_CHARS]


def form_values(state: Json) -> dict[str, str]:
    """The values of a form by the name of their field."""
    values: dict[str, str] = {}
    for name, inputs in state.items():
        for typed in inputs.values() if isinstance(inputs, dict) else ():
            values[name] = (get_text(typed, "selected_option", "value") or get_text(typed, "value")).strip()
    return values


def _urls(part: Any) -> Iterator[str]:
    match part:
        case dict():
            for name, value in part.items():
                if name in URL_FIELDS and isinstance(value, str):
                    yield value
                else:
                    yield from _urls(value)
        case list():
            for value in part:
                yield from _urls(value)
        case _:
            return


def _parse_message(body: Json, space: str, bot: str) -> Command | None:
    event = _event(body)
    user = get_text(event, "user")
    if not user:  # written by an app
        return None
    text = re.sub(rf"<@{re.escape(bot)}(\|[^<>]*)?>:?", "", get_text(event, "text"))
    place = Place(PLATFORM, space, require_text(event, "channel"), _thread(event))
    return Command(place=place, text=unescape(_LINK.sub(r"\1", text)).strip(), **event_fields(body, space, user))


def _press(body: Json, place: Place, action: str, ts: str, now: datetime, *, text: str = "") -> ButtonPress:
    return ButtonPress(
        id=interaction_id(body),
        at=now,
        who=_presser(body, place.space),
        place=place,
        action=Action.parse(action),
        message=Ref(place, ts) if ts else None,
        message_text=text,
    )


def _button_place(body: Json, space: str) -> Place:
    """Where a button is: in a message, or in a view that remembers where it was opened."""
    if view := get_object(body, "view"):
        origin = ViewOrigin.parse(get_text(view, "private_metadata"))
        return Place(PLATFORM, space, origin.channel, origin.thread)
    channel = get_text(body, "container", "channel_id") or get_text(body, "channel", "id")
    thread = get_text(body, "container", "thread_ts") or _thread(get_object(body, "message"))
    return Place(PLATFORM, space, channel, thread)


def _unfurl_target(event: Json) -> Json:
    """The message with the links: posted, or still being written."""
    if event.get("source") == "composer":
        return {"unfurl_id": require_text(event, "unfurl_id"), "source": "composer"}
    return {"channel": require_text(event, "channel"), "ts": require_text(event, "message_ts")}


def _person(space: str, id: str, name: str = "") -> Person:
    return Person(platform=PLATFORM, space=space, id=id, name=name)


def _presser(body: Json, space: str) -> Person:
    user = get_object(body, "user")
    return _person(space, require_text(body, "user", "id"), get_text(user, "name") or get_text(user, "username"))


def _is_direct(event: Json) -> bool:
    return event.get("channel_type") == "im" or get_text(event, "channel").startswith("D")


def _thread(message: Json) -> str:
    """The thread a message is a reply in; empty for the message that starts a thread."""
    thread = get_text(message, "thread_ts")
    return "" if thread == get_text(message, "ts") else thread


def _event(body: Json) -> Json:
    return get_object(body, "event")
