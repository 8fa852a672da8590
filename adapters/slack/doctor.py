"""Slack's part of `paperboy doctor`: can each workspace be reached, and does its token have the right scopes?"""

from collections.abc import Iterator, Sequence

from adapters.slack.client import Workspaces, granted_scopes
from adapters.slack.install.scopes import OPTIONAL_SCOPES, SCOPES
from bot.chat.adapter import Finding
from bot.errors import PostError

MANIFEST = "Paste config/slack-manifest.yml into the app's settings at Slack and install it again"


async def check_setup(workspaces: Workspaces, missing_setting: str) -> Sequence[Finding]:
    """All findings; a workspace that can't be reached is one of them. `missing_setting`: a name, or empty."""
    findings: list[Finding] = []
    if missing_setting:
        hint = f"Set SLACK_{missing_setting.upper()}"
        findings.append(Finding(what=f"Slack setting {missing_setting}", ok=False, hint=hint))
    try:
        spaces = await workspaces.installs.list_workspaces()
    except PostError as error:
        return [*findings, Finding(what="Slack", ok=False, hint=str(error))]
    if not spaces:
        findings.append(Finding(what="Slack workspaces", ok=False, hint="Paperboy is not installed anywhere yet"))
    for space in spaces:
        findings.extend(await _check_workspace(workspaces, space))
    return findings


async def _check_workspace(workspaces: Workspaces, space: str) -> Sequence[Finding]:
    try:
        answer = await workspaces.call(space, "auth_test")
    except PostError as error:
        return [Finding(what=f"Slack workspace {space}", ok=False, hint=str(error))]
    name = f"{answer.get('team') or ''} ({space})".strip()
    return [Finding(what=f"Slack workspace {name}", ok=True), *_check_scopes(space, set(granted_scopes(answer)))]


def _check_scopes(space: str, granted: set[str]) -> Iterator[Finding]:
    if not granted:
        yield Finding(what=f"Slack scopes in {space}", ok=False, hint="Slack didn't list the token's scopes")
        return
    for name, scope in SCOPES.items():
        hint = "" if name in granted else f"Without it {scope.without}. {MANIFEST}."
        yield Finding(what=f"Slack scope {name} in {space}", ok=name in granted, hint=hint)
    for name, scope in OPTIONAL_SCOPES.items():
        has = "allowed" if name in granted else f"not allowed, and not needed: without it {scope.without}"
        yield Finding(what=f"Slack optional scope {name} in {space}: {has}", ok=True)
    for name in sorted(granted - set(SCOPES) - set(OPTIONAL_SCOPES)):
        hint = f"Paperboy doesn't need it. {MANIFEST}."
        yield Finding(what=f"Slack scope {name} in {space}", ok=False, hint=hint)
