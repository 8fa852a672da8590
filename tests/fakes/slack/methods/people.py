"""auth.*, users.*, team.* and the app itself."""

from __future__ import annotations

from tests.fakes.slack import events, shapes
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Json


@method("auth.test", tier="special")
def test(call: Call) -> Json:
    world, token = call.world, call.token
    team = next(iter(world.teams_of(token)))
    body: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": world.users[team.bot].name,
        "team_id": team.id,
        "user_id": team.bot,
        "bot_id": team.bot_id,
        "is_enterprise_install": bool(token.enterprise),
    }
    if token.enterprise:
        body |= {"team": world.enterprises[token.enterprise].name, "team_id": token.enterprise}
    if team.enterprise:
        body["enterprise_id"] = team.enterprise
    if token.expires:
        body["expires_in"] = int(token.expires - world.now())
    return body


@method("auth.revoke", tier="3")
def revoke(call: Call) -> Json:
    if not call.flag("test"):
        events.tokens_revoked(call.world, call.token.team or call.token.enterprise)
    return {"revoked": not call.flag("test")}


@method("apps.uninstall", tier="1")
def uninstall(call: Call) -> Json:
    app = call.world.app
    if (call.text("client_id"), call.text("client_secret")) != (app.client_id, app.client_secret):
        raise SlackError("invalid_client_id")
    events.uninstalled(call.world, call.token.team or call.token.enterprise)
    return {}


@method("apps.connections.open", tier="1", auth="app")
def connections_open(call: Call) -> Json:
    return {"url": call.world.ticket()}


@method("users.info", tier="4", scope="users:read")
def user_info(call: Call) -> Json:
    user = call.world.users.get(call.need("user"))
    if user is None or not call.world.can_see(call.token, user):
        raise SlackError("user_not_found")
    shown = shapes.user(call.world, user) | {"is_stranger": False}  # true where no channel is shared
    wants_locale = call.text("include_locale").casefold() in {"1", "true"}
    return {"user": shown | ({"locale": user.locale} if wants_locale else {})}


@method("users.list", tier="2", scope="users:read")
def users_list(call: Call) -> Json:
    people = [u for u in call.world.users.values() if u.team == call.team.id]
    return {"members": [shapes.user(call.world, u) for u in people], "response_metadata": {"next_cursor": ""}}


@method("team.info", tier="3", scope="team:read")
def team_info(call: Call) -> Json:
    wanted = call.text("team")
    teams = {team.id: team for team in call.world.teams_of(call.token)}
    if wanted and wanted not in teams:
        raise SlackError("team_not_found")
    return {"team": shapes.team(call.world, teams[wanted] if wanted else call.team)}
