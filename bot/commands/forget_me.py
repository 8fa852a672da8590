"""`/papers forget-me`: delete what Paperboy stores about a person."""

from bot.chat.event import Answer
from bot.commands import buttons
from bot.commands.context import Effect, Request, as_command
from bot.languages import mark, tr, tr_count
from bot.views.results import note


@as_command("forget-me", mark("Delete everything stored about you here."), Effect.CHANGES)
async def forget_me(request: Request, rest: str) -> Answer:
    """Say what would be deleted, and delete it once that is confirmed."""
    if not request.confirmed:
        delete = await buttons.confirm_button(request, tr("Delete it"), "forget-me")
        warning = tr(
            "This deletes your votes, saved papers, lists, notes, Zotero key, topics, digest and submissions here."
            " Schedules you made stay, because they belong to their channel."
        )
        return Answer(message=note(warning, controls=(delete,)))
    deleted = await request.store.ownership.forget(request.who.key)
    done = tr_count("Done. {count} record about you deleted.", "Done. {count} records about you deleted.", deleted)
    return Answer(message=note(done))
