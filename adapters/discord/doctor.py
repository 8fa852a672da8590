"""`paperboy doctor`: the token, the invite link, and what Discord sends to Paperboy."""

from collections.abc import Sequence

from adapters.discord.commands import FOR_PERSON
from adapters.discord.permissions import invite_url, user_install_url
from adapters.discord.rest import Rest
from adapters.discord.settings import Settings
from bot.chat.adapter import Finding
from bot.errors import PostError

MESSAGE_CONTENT = (1 << 18) | (1 << 19)  # application flags: granted, or turned on for an app in few servers


async def run_checks(rest: Rest, settings: Settings) -> Sequence[Finding]:
    """Check the application's settings at Discord."""
    try:
        client = await rest.client()
        app = await rest.call("GET", "/applications/@me")
    except PostError as error:
        return [Finding(what="token", ok=False, hint=str(error))]
    name = client.user.name if client.user else "Paperboy"
    findings = [
        Finding(what=f"token of {name}", ok=True),
        Finding(what="invite link", ok=True, hint=invite_url(app["id"])),
    ]
    for_people = str(FOR_PERSON) in (app.get("integration_types_config") or {})
    hint = user_install_url(app["id"]) if for_people else "Turn on User Install in the Developer Portal to offer it."
    findings.append(Finding(what="link for people who want Paperboy on their own account", ok=True, hint=hint))
    if app.get("interactions_endpoint_url"):
        hint = "Clear Interactions Endpoint URL in the Developer Portal. While it is set, Paperboy gets no commands."
        findings.append(Finding(what="interactions over the gateway", ok=False, hint=hint))
    if settings.message_content:
        granted = bool(int(app.get("flags") or 0) & MESSAGE_CONTENT)
        hint = "Turn on Message Content Intent in the Developer Portal under Bot."
        findings.append(Finding.check("message content intent", granted, hint))
    return findings
