"""`/papers taste [on|off]`: let what I saved order what I am brought. Off until somebody turns it on for themselves."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands.context import Command, Request
from bot.errors import AskError
from bot.views.formatting import plural
from bot.views.results import note
from bot.votes.taste import FEW

ON, OFF = "on", "off"


async def run(ask: Request, rest: str) -> Answer:
    """Turn it on or off, or say which."""
    wanted, people = rest.strip().casefold(), ask.desk.store.people
    if wanted not in {"", ON, OFF}:
        raise AskError(f"Taste {rest.strip()[:40]!r}?", "/papers taste on, or /papers taste off.")
    if wanted == ON:
        await people.enable_taste(ask.who.key, ask.now, cause=ask.cause)
    if wanted == OFF:
        await people.disable_taste(ask.who.key, cause=ask.cause)
    if not await people.has_taste(ask.who.key):
        return Answer(
            message=note("Your saved papers order nothing. /papers taste on lets them: mine, and your digest.")
        )
    saved = len(await people.saved_papers(ask.who.key, limit=FEW))
    said = "What is nearest to the papers you saved comes first in /papers mine and in your digest."
    more = f" That takes {FEW} saved papers: you have {plural(saved, 'paper')}." if saved < FEW else ""
    return Answer(message=note(f"{said}{more} Nobody else sees it; /papers taste off ends it."))


COMMAND = Command(
    help=CommandHelp(
        name="taste", usage="taste [on|off]", summary="Let the papers you saved order what you are brought."
    ),
    run=run,
    options=(ON, OFF),
)
