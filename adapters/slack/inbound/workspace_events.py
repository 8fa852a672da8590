"""Slack's payloads about Paperboy itself: it lost a channel or a workspace, or has a channel again. Pure."""

from typing import Any

from adapters.slack.outbound.elements import Json
from adapters.slack.payload import event_fields, get_list, get_object, get_text, require_text
from bot.chat.event import BotRemoved, BotReturned, ChannelMoved, Command, Place

PLATFORM = "slack"
REMOVAL_REASONS = {  # by the end of the event's name, which begins with `channel_` or `group_`
    "archive": "The channel was archived",
    "deleted": "The channel was deleted",
    "left": "Paperboy was removed from the channel",
}


def parse_channel_lost(body: Json, space: str, bot: str = "") -> BotRemoved | Command | None:
    """Paperboy can't post in a channel any more; or a person left it, and isn't named there any more."""
    event = get_object(body, "event")
    if event.get("type") == "member_left_channel":
        if event.get("user") == bot:
            return None  # `channel_left` tells
        return Command(place=_channel(event, space), text="near me off", **_fields(body, space))
    why = REMOVAL_REASONS.get(get_text(event, "type").partition("_")[2])
    if why is None:
        return None
    return BotRemoved(place=_channel(event, space), why=why, **_fields(body, space))


def parse_channel_regained(body: Json, space: str, bot: str) -> BotReturned | None:
    """Paperboy can post in a channel again."""
    event = get_object(body, "event")
    if event.get("type") == "member_joined_channel" and event.get("user") != bot:
        return None
    return BotReturned(place=_channel(event, space), **_fields(body, space))


def parse_channel_moved(body: Json, space: str) -> ChannelMoved:
    """A channel has another id, for example after it was shared with another workspace."""
    event = get_object(body, "event")
    ids = (require_text(event, "old_channel_id"), require_text(event, "new_channel_id"))
    old, new = (Place(PLATFORM, space, id) for id in ids)
    return ChannelMoved(place=old, to=new, **_fields(body, space))


def parse_uninstalled(body: Json, space: str) -> BotRemoved | None:
    """Paperboy was removed from the workspace; None when only people's own tokens were revoked."""
    event = get_object(body, "event")
    if event.get("type") == "tokens_revoked" and not get_list(event.get("tokens"), "bot"):
        return None
    return removed_from(body, space, "Paperboy was uninstalled from the workspace")


def parse_access_revoked(body: Json) -> list[BotRemoved]:
    """One event for each workspace that an organization removed Paperboy from."""
    return [removed_from(body, team, "Paperboy was removed from the workspace") for team in _team_ids(body)]


def parse_access_granted(body: Json) -> list[BotReturned]:
    """One event for each workspace that an organization added Paperboy to."""
    return [BotReturned(place=Place(PLATFORM, team, "*"), **_team_fields(body, team)) for team in _team_ids(body)]


def removed_from(body: Json, space: str, why: str) -> BotRemoved:
    """Paperboy was removed from this workspace; an event can be about several."""
    return BotRemoved(place=Place(PLATFORM, space, "*"), why=why, **_team_fields(body, space))


def _team_ids(body: Json) -> list[str]:
    return [team for team in get_list(get_object(body, "event"), "team_ids") if isinstance(team, str)]


def _fields(body: Json, space: str) -> dict[str, Any]:
    """The fields of every event, with the person who did it where Slack says who."""
    ids = (get_text(body, "event", name) for name in ("inviter", "actor_id", "user"))
    return event_fields(body, space, next(filter(None, ids), ""))


def _team_fields(body: Json, team: str) -> dict[str, Any]:
    """The same for one workspace of several that the event is about."""
    fields = _fields(body, team)
    return fields | {"id": f"{fields['id']}:{team}"}


def _channel(event: Json, space: str) -> Place:
    return Place(PLATFORM, space, require_text(event, "channel"))
