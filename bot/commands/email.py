"""`/papers mail me`: papers to an address of one's own. It goes into a form, so that nobody else sees it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.adapter import CanInvite, CommandHelp
from bot.chat.event import Answer
from bot.chat.form import Form, filled
from bot.chat.message import Action, Span
from bot.commands.context import Command, Request
from bot.views.results import note

SENT = (
    "Follow the link in the mail that was just sent to you, and the papers will come."
    " If there is none in a few minutes, look where spam is kept."
)
ENDS = "Every mail has a link that ends it, and deletes your address."


def command(invites: CanInvite) -> Command:
    """The command, where somebody can bring papers to an address."""
    title, send = "Papers by mail", "Send me the link"

    def again(action: Action, values: Mapping[str, str]) -> Form:
        return Form(title=title, action=action, fields=filled(invites.fields, values), submit_label=send)

    async def run(ask: Request, rest: str) -> Answer:
        """The form, and where else it is."""
        if rest.strip().casefold() in {"off", "stop", "end"}:
            return Answer(message=note(ENDS))
        first = "An address does not belong into a chat. " if "@" in rest else ""
        said = note(f"{first}Say here where to send papers, and when: ", Span(invites.page, url=invites.page))
        return Answer(
            message=said, form=Form(title=title, action=Action("mail"), fields=invites.fields, submit_label=send)
        )

    async def fill(ask: Request, values: Mapping[str, str], args: tuple[str, ...]) -> Answer:
        """Nothing but a question is sent before somebody who reads there says yes."""
        await invites.invite(ask.who, values)
        return Answer(message=note(f"{SENT} {ENDS}"))

    return Command(
        help=CommandHelp(
            name="mail", usage="mail me", summary="Papers by mail, to an address of yours.", fields=invites.fields
        ),
        run=run,
        options=("me", "off"),
        form=fill,
        again=again,
    )
