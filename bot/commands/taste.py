"""`/papers taste [on|off]`: put papers close to the saved ones first. Off until a person turns it on."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.context import Command, Effect, Request
from bot.errors import AskError
from bot.views.formatting import plural
from bot.views.results import note
from bot.votes.taste import MIN_SAVED_PAPERS

ON, OFF = "on", "off"
EFFECT = "papers close to those you saved come first in /papers mine and in your digest."


async def run(request: Request, rest: str) -> Answer:
    """Turn it on or off, or say which it is."""
    choice, people = rest.strip().casefold(), request.store.people
    if choice not in {"", ON, OFF}:
        raise AskError(f"I can't set taste to {rest.strip()[:40]!r}.", "Choose one: taste on, or taste off.")
    if choice == ON:
        await people.enable_taste(request.who.key, request.now, cause=request.cause)
    if choice == OFF:
        await people.disable_taste(request.who.key, cause=request.cause)
    if not await people.has_taste(request.who.key):
        return Answer(message=note(f"Taste is off. When it is on, {EFFECT} To turn it on: /papers taste on"))
    saved = len(await people.saved_papers(request.who.key, limit=MIN_SAVED_PAPERS))
    more = (
        f" It starts at {MIN_SAVED_PAPERS} saved papers; you have {plural(saved, 'paper')}."
        if saved < MIN_SAVED_PAPERS
        else ""
    )
    return Answer(message=note(f"Taste is on: {EFFECT}{more} No one else sees this. To turn it off: /papers taste off"))


COMMAND = Command(
    help=CommandHelp(name="taste", usage="taste [on|off]", summary="Put papers close to those you saved first."),
    run=run,
    effect=Effect.CHANGES,
    options=(ON, OFF),
)
