"""`paperboy doctor`: does the mail server take us, and would receivers?"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.email.signup import Parts
from bot.chat.adapter import Finding
from bot.errors import Busy


async def check(parts: Parts) -> Sequence[Finding]:
    """Connects and signs in; sends nothing."""
    ours = parts.settings
    secure = ours.base_url.startswith("https://")
    taken = "" if ours.report_token else "Set report_token and hand them in (docs/email.md): else they go unheard."
    return [
        await _server(parts),
        Finding(what="https pages", ok=secure, hint="" if secure else "One-click unsubscribe needs https in base_url."),
        Finding(what="bounces and complaints", ok=bool(ours.report_token), hint=taken),
    ]


async def _server(parts: Parts) -> Finding:
    what = f"mail server {parts.settings.host}:{parts.settings.smtp_port}"
    try:
        name = await parts.relay.look()
    except Busy as error:
        return Finding(what=what, ok=False, hint=str(error))
    return Finding(what=what, ok=True, hint=name)
