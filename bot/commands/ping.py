"""The role that the day's post of a schedule notifies: the only mention that Paperboy ever makes."""

from __future__ import annotations

from bot.chat.message import Span, Text, text
from bot.commands.context import Request
from bot.errors import AskError
from bot.languages import tr, tr_parts
from bot.store.records import Subscription


def has_roles(request: Request) -> bool:
    """Whether the place has roles that a post can notify."""
    platform = request.context.pingers.get(request.place.platform)
    return platform is not None and platform.has_roles(request.place)


async def check_ping(request: Request, role: str) -> None:
    """Raises `AskError` when the person may not have this role (an id) notified."""
    if not role:
        return
    if not has_roles(request):
        raise AskError(tr("There are no roles to notify here."), tr("Leave out “ping:”."))
    await request.context.pingers[request.place.platform].check_ping(request.who, request.place.in_thread(""), role)


def ping_note(subscription: Subscription) -> Text:
    """A sentence that names the role; empty without one."""
    role = Span(subscription.ping, role=True)
    return text(*tr_parts("The day's post notifies {role}.", role=role)) if subscription.ping else ()
