"""Looking over the set-up, for `paperboy doctor`: can Slack be reached, and are the permissions just those needed?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.slack.client import Workspaces
from adapters.slack.install.scopes import SCOPES
from bot.chat.adapter import Finding
from bot.errors import PostError

HEADER = "x-oauth-scopes"
MANIFEST = "Paste config/slack-manifest.yml into the app's settings at Slack and install it again"


async def look(workspaces: Workspaces, missing: str) -> Sequence[Finding]:
    """All that can be told; a workspace that can't be asked is a finding of its own."""
    found = [Finding(what=f"Slack setting {missing}", ok=False, hint=f"Set SLACK_{missing.upper()}")] if missing else []
    try:
        spaces = await workspaces.installs.spaces()
    except PostError as error:
        return [*found, Finding(what="Slack", ok=False, hint=str(error))]
    if not spaces:
        found.append(Finding(what="Slack workspaces", ok=False, hint="Paperboy is installed in none yet"))
    for space in spaces:
        found.extend(await _workspace(workspaces, space))
    return found


async def _workspace(workspaces: Workspaces, space: str) -> Sequence[Finding]:
    try:
        answer = await workspaces.call(space, "auth_test")
    except PostError as error:
        return [Finding(what=f"Slack workspace {space}", ok=False, hint=str(error))]
    name = f"{answer.get('team') or ''} ({space})".strip()
    given = {scope.strip() for scope in str(answer.headers.get(HEADER) or "").split(",") if scope.strip()}
    return [Finding(what=f"Slack workspace {name}", ok=True), *_scopes(space, given)]


def _scopes(space: str, given: set[str]) -> Iterator[Finding]:
    if not given:
        yield Finding(what=f"Slack scopes in {space}", ok=False, hint="Slack did not tell which scopes the token has")
        return
    for name, scope in SCOPES.items():
        hint = "" if name in given else f"Without it {scope.without}. {MANIFEST}."
        yield Finding(what=f"Slack scope {name} in {space}", ok=name in given, hint=hint)
    for name in sorted(given - set(SCOPES)):
        hint = f"More than Paperboy needs: take it away. {MANIFEST}."
        yield Finding(what=f"Slack scope {name} in {space}", ok=False, hint=hint)
