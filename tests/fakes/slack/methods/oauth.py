"""oauth.v2.access: a code for a token, and a refresh token for the next one."""

from __future__ import annotations

from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Grant, Json, Token
from tests.fakes.slack.world import World

LIVES = 43_200  # twelve hours
CODE_LIVES = 600


@method("oauth.v2.access", tier="4", auth="none")
def access(call: Call) -> Json:
    checked_app(call)
    refreshing = call.text("grant_type") == "refresh_token"
    if refreshing:
        grant = _take(call, call.world.refreshes, "refresh_token", "invalid_refresh_token")
    else:
        grant = _take(call, call.world.codes, "code", "invalid_code")
        if grant.redirect != call.text("redirect_uri"):
            raise SlackError("bad_redirect_uri")
    return _install(call.world, grant, refreshing=refreshing)


def checked_app(call: Call) -> None:
    """Is it the app that asks?"""
    app = call.world.app
    if call.text("client_id") != app.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise SlackError("bad_client_secret")


def _take(call: Call, grants: dict[str, Grant], key: str, otherwise: str) -> Grant:
    """Each grant works once, and not for ever."""
    grant = grants.get(call.text(key))
    if grant is None or (grant.until and grant.until < call.world.now()):
        raise SlackError(otherwise)
    if grant.used:
        raise SlackError("code_already_used" if key == "code" else otherwise)
    grant.used = True
    return grant


def _install(world: World, grant: Grant, *, refreshing: bool) -> Json:
    token = issue(world, grant)
    team = world.teams.get(grant.team) or next(t for t in world.teams.values() if t.enterprise == grant.enterprise)
    enterprise = world.enterprises.get(grant.enterprise or team.enterprise)
    body: Json = {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(grant.scopes),
        "bot_user_id": team.bot,
        "app_id": world.app.id,
        "team": {"id": team.id, "name": team.name} if grant.team else None,
        "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
        "is_enterprise_install": bool(grant.enterprise),
    }
    if not refreshing:
        body["authed_user"] = {"id": grant.user}
    if token.expires:
        body |= {"refresh_token": _refresh(world, grant), "expires_in": LIVES}
    return body


def issue(world: World, grant: Grant) -> Token:
    """A token for what was granted; installing again without rotation gives the one there is."""
    rotating = world.settings.rotation
    for held in world.tokens.values():
        same = (held.team, held.enterprise) == (grant.team, grant.enterprise)
        if same and not held.dead and not rotating and not held.expires:
            held.scopes = grant.scopes
            return held
    value = f"xoxe.xoxb-1-{world.chance.randbytes(16).hex()}" if rotating else ""
    token = world.add_token(team=grant.team, enterprise=grant.enterprise, scopes=grant.scopes, value=value)
    token.expires = world.now() + LIVES if rotating else 0.0
    return token


def _refresh(world: World, grant: Grant) -> str:
    value = f"xoxe-1-{world.chance.randbytes(16).hex()}"
    world.refreshes[value] = Grant(team=grant.team, enterprise=grant.enterprise, user=grant.user, scopes=grant.scopes)
    return value
