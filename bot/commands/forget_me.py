"""`/papers forget-me`: delete what Paperboy stores about a person."""

from bot.chat.adapter import CommandHelp
from bot.chat.event import Answer
from bot.commands import buttons
from bot.commands.context import Command, Effect, Request
from bot.languages import mark, tr, tr_count
from bot.views.results import note


async def run(request: Request, rest: str) -> Answer:
    """Say what would be deleted, and delete it once that is confirmed."""
    if not request.confirmed:
        delete = await buttons.confirm_button(request, tr("Delete it"), COMMAND.name)
        warning = tr(
            "This deletes your votes, saved papers, topics, digest and submissions here."
            " Schedules you made stay, because they belong to their channel."
        )
        return Answer(message=note(warning, controls=(delete,)))
    deleted = await request.store.ownership.forget(request.who.key)
    return Answer(
        message=note(
            tr_count("Done. {count} record about you deleted.", "Done. {count} records about you deleted.", deleted)
        )
    )


COMMAND = Command(
    help=CommandHelp(name="forget-me", usage="forget-me", summary=mark("Delete everything stored about you here.")),
    run=run,
    effect=Effect.CHANGES,
)
