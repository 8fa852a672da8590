"""`paperboy doctor`: does the mail server accept us, and will receivers?"""

from collections.abc import Sequence

from adapters.email.sending.smtp import SmtpRelay
from adapters.email.settings import Settings
from bot.chat.adapter import Finding
from bot.errors import Busy


async def check_setup(settings: Settings, relay: SmtpRelay) -> Sequence[Finding]:
    """Connects and signs in; sends nothing."""
    https_hint = "One-click unsubscribe needs https in base_url."
    report_hint = "Set report_token, and pass bounces on to Paperboy (docs/email.md)."
    return [
        await _check_server(settings, relay),
        Finding.check("https pages", settings.base_url.startswith("https://"), https_hint),
        Finding.check("bounces and complaints", bool(settings.report_token), report_hint),
    ]


async def _check_server(settings: Settings, relay: SmtpRelay) -> Finding:
    what = f"mail server {settings.host}:{settings.smtp_port}"
    try:
        return Finding(what=what, ok=True, hint=await relay.server_name())
    except Busy as error:
        return Finding(what=what, ok=False, hint=str(error))
