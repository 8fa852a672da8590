"""How Slack writes down what it holds: messages, channels, users, views. Keys as in real answers."""

from __future__ import annotations

from tests.fakes.slack.state import Channel, Json, Message, Team, User, View
from tests.fakes.slack.world import World


def message(world: World, held: Message, *, metadata: bool = False) -> Json:
    """A message as conversations.history gives it."""
    body: Json = {"type": "message", "ts": held.ts, "user": held.user, "text": held.text, "team": held.team}
    if held.bot_id:
        body |= {"bot_id": held.bot_id, "app_id": world.app.id}
    if held.blocks:
        body["blocks"] = held.blocks
    if held.attachments:
        body["attachments"] = held.attachments
    if held.edited:
        body["edited"] = {"user": held.user, "ts": held.edited}
    if held.reactions:
        body["reactions"] = reactions(held)
    if metadata and held.metadata:
        body["metadata"] = held.metadata
    return body | _thread(world, held)


def reactions(held: Message) -> list[Json]:
    """The reactions of a message; as in Slack, a long list of users may be shorter than the count."""
    return [{"name": n, "users": users[:50], "count": len(users)} for n, users in held.reactions.items() if users]


def _thread(world: World, held: Message) -> Json:
    channel = world.channels[held.channel]
    if held.thread:
        parent = channel.messages.get(held.thread)
        return {"thread_ts": held.thread} | ({"parent_user_id": parent.user} if parent else {})
    replies = [m for m in channel.messages.values() if m.thread == held.ts]
    if not replies:
        return {}
    people = list(dict.fromkeys(m.user for m in replies))
    return {
        "thread_ts": held.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people,
        "is_locked": False,
        "subscribed": False,
    }


def channel(world: World, held: Channel) -> Json:
    """A conversation as conversations.info gives it."""
    if held.partner:
        return {
            "id": held.id,
            "created": 1_700_000_000,
            "is_archived": held.archived,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": held.team,
            "updated": 1_700_000_000_000,
            "user": held.partner,
        }
    return {
        "id": held.id,
        "name": held.name,
        "is_channel": not held.private,
        "is_group": held.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": held.private,
        "created": 1_700_000_000,
        "is_archived": held.archived,
        "is_general": False,
        "unlinked": 0,
        "name_normalized": held.name,
        "is_shared": bool(held.shared_with),
        "is_org_shared": False,
        "is_ext_shared": bool(held.shared_with),
        "pending_shared": [],
        "context_team_id": held.team,
        "updated": 1_700_000_000_000,
        "creator": next(iter(sorted(held.members)), ""),
        "shared_team_ids": [held.team],
        "is_member": world.teams[held.team].bot in held.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def user(world: World, held: User) -> Json:
    """A person as users.info shows them: with the rights they have in their own workspace, whoever asks."""
    shown = held.name.title()
    profile = {"real_name": shown, "real_name_normalized": shown, "display_name": held.name, "team": held.team}
    return {
        "id": held.id,
        "team_id": held.team,
        "name": held.name,
        "deleted": False,
        "color": "9f69e7",
        "real_name": shown,
        "tz": held.tz,
        "tz_label": held.tz,
        "tz_offset": 3600,
        "profile": profile | {"display_name_normalized": held.name, "status_text": "", "status_emoji": ""},
        "is_admin": held.admin or held.owner,
        "is_owner": held.owner,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": held.bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    } | _org_user(world, held)


def _org_user(world: World, held: User) -> Json:
    org = world.enterprises.get(world.teams[held.team].enterprise)
    if org is None:
        return {}
    names: Json = {"id": held.id, "enterprise_id": org.id, "enterprise_name": org.name}
    return {"enterprise_user": names | {"is_admin": False, "is_owner": False, "teams": [held.team]}}


def team(world: World, held: Team) -> Json:
    """A workspace as team.info gives it."""
    body: Json = {"id": held.id, "name": held.name, "domain": held.domain, "email_domain": ""}
    body |= {"icon": {"image_default": True}, "url": f"https://{held.domain}.slack.com/", "is_verified": False}
    if held.enterprise:
        name = world.enterprises[held.enterprise].name
        body |= {"enterprise_id": held.enterprise, "enterprise_name": name, "enterprise_domain": name.lower()}
    return body


def view(world: World, held: View, state: Json | None = None) -> Json:
    """A view as views.open and view_submission give it."""
    body = held.body
    shape: Json = {
        "id": held.id,
        "team_id": held.team,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata") or "",
        "callback_id": body.get("callback_id") or "",
        "state": {"values": state or {}},
        "hash": held.hash,
        "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": held.previous or None,
        "root_view_id": held.root or held.id,
        "app_id": world.app.id,
        "external_id": body.get("external_id") or "",
        "app_installed_team_id": world.teams[held.team].enterprise if world.is_org(held.team) else held.team,
        "bot_id": world.teams[held.team].bot_id,
    }
    return shape
