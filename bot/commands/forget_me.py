"""`/papers forget-me`: delete what is kept of me."""

from __future__ import annotations

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands import buttons as presses
from bot.commands.context import Command, Request
from bot.views.formatting import plural
from bot.views.results import note

SURE = "everything"


async def run(ask: Request, rest: str) -> Answer:
    """Say what would go, then let it go."""
    if rest.strip().casefold() != SURE:
        sure = await presses.doing(ask, "Delete it", f"{COMMAND.name} {SURE}")
        said = (
            "This deletes your votes, saved papers, topics, digest and what you brought to the list here."
            " Schedules you made stay with their channel."
        )
        return Answer(message=note(said, controls=(sure,)))
    gone = await ask.desk.store.ownership.forget(ask.who.key)
    return Answer(message=note(f"Done: {plural(gone, 'record')} of yours deleted."))


COMMAND = Command(
    help=CommandHelp(name="forget-me", usage="forget-me", summary="Delete what is kept of you."),
    run=run,
)
