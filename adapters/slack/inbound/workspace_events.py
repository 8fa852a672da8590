"""Slack's payloads about Paperboy itself: it lost a channel or a workspace, or has a channel again. Pure."""

from __future__ import annotations

from adapters.slack.outbound.render import Json
from adapters.slack.payload import event_id, event_time, get_list, get_object, get_text, require_text
from bot.chat.event import BotRemoved, BotReturned, Person, Place

PLATFORM = "slack"
REMOVAL_REASONS = {
    "channel_archive": "The channel was archived",
    "group_archive": "The channel was archived",
    "channel_deleted": "The channel was deleted",
    "group_deleted": "The channel was deleted",
    "channel_left": "Paperboy was removed from the channel",
    "group_left": "Paperboy was removed from the channel",
}


def parse_channel_lost(body: Json, space: str) -> BotRemoved | None:
    """Paperboy can't post in a channel any more."""
    event = get_object(body, "event")
    why = REMOVAL_REASONS.get(get_text(event, "type"))
    if why is None:
        return None
    return BotRemoved(
        id=event_id(body), at=event_time(body), who=_actor(event, space), place=_channel(event, space), why=why
    )


def parse_channel_regained(body: Json, space: str, bot: str) -> BotReturned | None:
    """Paperboy can post in a channel again."""
    event = get_object(body, "event")
    if event.get("type") == "member_joined_channel" and event.get("user") != bot:
        return None
    return BotReturned(id=event_id(body), at=event_time(body), who=_actor(event, space), place=_channel(event, space))


def parse_uninstalled(body: Json, space: str) -> BotRemoved | None:
    """Paperboy was removed from the workspace; None when only people's own tokens were revoked."""
    event = get_object(body, "event")
    if event.get("type") == "tokens_revoked" and not get_list(event.get("tokens"), "bot"):
        return None
    return _removed_from(body, space, event_id(body), "Paperboy was uninstalled from the workspace")


def parse_access_revoked(body: Json) -> list[BotRemoved]:
    """One event for each workspace that an organization removed Paperboy from."""
    teams = [team for team in get_list(get_object(body, "event"), "team_ids") if isinstance(team, str)]
    why = "Paperboy was removed from the workspace"
    return [_removed_from(body, team, f"{event_id(body)}:{team}", why) for team in teams]


def _removed_from(body: Json, space: str, id: str, why: str) -> BotRemoved:
    who = _actor(get_object(body, "event"), space)
    return BotRemoved(id=id, at=event_time(body), who=who, place=Place(PLATFORM, space, "*"), why=why)


def _actor(event: Json, space: str) -> Person:
    """The person who did it, where Slack says who."""
    ids = (get_text(event, name) for name in ("inviter", "actor_id", "user"))
    return Person(platform=PLATFORM, space=space, id=next(filter(None, ids), ""))


def _channel(event: Json, space: str) -> Place:
    return Place(PLATFORM, space, require_text(event, "channel"))
