"""`paperboy doctor`: is the token right, what may Paperboy hear, and how is it invited."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.discord.permissions import invite
from adapters.discord.rest import Rest
from adapters.discord.settings import Settings
from bot.chat.adapter import Finding
from bot.errors import PostError

CONTENT = (1 << 18) | (1 << 19)  # application flags: Message Content granted, or on for an app in few servers


async def check(rest: Rest, settings: Settings) -> Sequence[Finding]:
    """What Discord says of the application."""
    try:
        client = await rest.client()
        app = await rest.call("GET", "/applications/@me")
    except PostError as error:
        return [Finding(what="token", ok=False, hint=str(error))]
    name = client.user.name if client.user else "Paperboy"
    findings = [
        Finding(what=f"token of {name}", ok=True),
        Finding(what="invite link", ok=True, hint=invite(app["id"])),
    ]
    if app.get("interactions_endpoint_url"):
        hint = "Clear Interactions Endpoint URL in the Developer Portal: else commands never come here."
        findings.append(Finding(what="interactions over the gateway", ok=False, hint=hint))
    if settings.message_content:
        granted = bool(int(app.get("flags") or 0) & CONTENT)
        hint = "" if granted else "Turn on Message Content Intent in the Developer Portal under Bot."
        findings.append(Finding(what="message content intent", ok=granted, hint=hint))
    return findings
