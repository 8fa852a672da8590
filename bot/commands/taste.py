"""`/papers taste [on|off]`: put papers close to the saved ones first. Off until a person turns it on."""

from bot.chat.event import Answer
from bot.commands.context import Effect, Request, as_command
from bot.errors import AskError
from bot.languages import mark, tr
from bot.views.results import note
from bot.votes.taste import MIN_SAVED_PAPERS

ON, OFF = "on", "off"
ON_NOTE = mark("Taste is on: papers close to those you saved come first in /papers mine and in your digest.")
OFF_NOTE = mark(
    "Taste is off. When it is on, papers close to those you saved come first in /papers mine and in your digest."
    " To turn it on: /papers taste on"
)
ONLY_YOU = mark("No one else sees this. To turn it off: /papers taste off")


@as_command("taste [on|off]", mark("Put papers close to those you saved first."), Effect.CHANGES, options=(ON, OFF))
async def taste(request: Request, rest: str) -> Answer:
    """Turn it on or off, or say which it is."""
    choice, people = rest.strip().casefold(), request.store.people
    if choice not in {"", ON, OFF}:
        raise AskError(
            tr("I can't set taste to “{text}”.", text=rest.strip()[:40]), tr("Choose one: taste on, or taste off.")
        )
    if choice == ON:
        await people.enable_taste(request.who.key, request.now, cause=request.cause)
    if choice == OFF:
        await people.disable_taste(request.who.key, cause=request.cause)
    if not await people.has_taste(request.who.key):
        return Answer(message=note(tr(OFF_NOTE)))
    saved = len(await people.saved_papers(request.who.key, limit=MIN_SAVED_PAPERS))
    more = tr("It starts at {minimum} saved papers; you have {count}.", minimum=MIN_SAVED_PAPERS, count=saved)
    return Answer(message=note(" ".join((tr(ON_NOTE), *([more] if saved < MIN_SAVED_PAPERS else []), tr(ONLY_YOU)))))
