"""`/papers mail me`: papers by e-mail. The address goes into a form, so that no one else in the channel sees it."""

from collections.abc import Mapping

from bot.chat.adapter import CanInvite
from bot.chat.event import Answer
from bot.chat.form import Form, filled
from bot.chat.message import Action, Span
from bot.commands.context import Command, Effect, Request, as_command
from bot.languages import mark, tr
from bot.views.results import note

SENT = mark(
    "Check your inbox and follow the link to confirm your subscription."
    " If no mail arrives within a few minutes, look in your spam folder."
)
UNSUBSCRIBE = mark("Every mail has an unsubscribe link. It also deletes your address.")


def command(invites: CanInvite) -> Command:
    """The command, for a Paperboy that sends mail."""
    title, send = mark("Papers by mail"), mark("Send me the link")

    def refill(action: Action, values: Mapping[str, str]) -> Form:
        return Form(title=tr(title), action=action, fields=filled(invites.fields, values), submit_label=tr(send))

    async def submit(request: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
        """Send a confirmation request to the address, and nothing else until it is confirmed."""
        await invites.invite(request.who, values)
        return Answer(message=note(f"{tr(SENT)} {tr(UNSUBSCRIBE)}"))

    @as_command(
        "mail me",
        mark("Get papers by e-mail."),
        Effect.READS_OWN,
        fields=invites.fields,
        options=("me", "off"),
        submit=submit,
        refill=refill,
    )
    async def mail(request: Request, rest: str) -> Answer:
        """Offer the form, and the page that has the same form."""
        if rest.strip().casefold() in {"off", "stop", "end"}:
            return Answer(message=note(tr(UNSUBSCRIBE)))
        warning = tr("Don't post your address in a chat.") + " " if "@" in rest else ""
        page = Span(invites.page, url=invites.page)
        message = note(warning + tr("Enter your address and a schedule here:") + " ", page)
        return Answer(message=message, form=refill(Action("mail"), {}))

    return mail
