"""Sign in with Slack: openid.connect.token, a code for an id token."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.fakes.slack.methods.oauth import checked_app
from tests.fakes.slack.methods.registry import Call, SlackError, method
from tests.fakes.slack.state import Json, SignIn

LIVES = 300  # seconds of an id token


@method("openid.connect.token", tier="4", auth="none")
def token(call: Call) -> Json:
    checked_app(call)
    found = call.world.sign_ins.get(call.text("code"))
    if found is None or found.until < call.world.now():
        raise SlackError("invalid_code")
    if found.used:
        raise SlackError("code_already_used")
    found.used = True
    if found.redirect != call.text("redirect_uri"):
        raise SlackError("bad_redirect_uri")
    access = f"xoxp-{call.world.number()}-fake-{call.world.chance.randbytes(12).hex()}"
    return {"access_token": access, "token_type": "Bearer", "id_token": _id_token(call, found)}


def _id_token(call: Call, found: SignIn) -> str:
    """A JWT with what Slack documents; its signature is nobody's."""
    world = call.world
    user, now = world.users[found.user], int(world.now())
    claims: dict[str, Any] = {
        "iss": world.base,
        "sub": user.id,
        "aud": world.app.client_id,
        "exp": now + LIVES,
        "iat": now,
        "auth_time": now,
        "nonce": found.nonce,
        "at_hash": "tUbyWGBHe0V32FJEupkgVQ",
        "https://slack.com/team_id": user.team,
        "https://slack.com/user_id": user.id,
        "locale": "en-US",
        "name": user.name,
        "given_name": "",
        "family_name": "",
        "https://slack.com/team_image_default": True,
    } | world.settings.claims
    claims = {name: value for name, value in claims.items() if value is not None}
    parts = ({"alg": "RS256", "typ": "JWT", "kid": "fake"}, claims)
    signed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*signed, base64.urlsafe_b64encode(world.chance.randbytes(256)).decode().rstrip("=")])
